import { type Context, type Decision, decision } from '../decision.ts';
import type { ChargePointState } from '../state.ts';
import { command } from './command.ts';
import { inTurn, type StationCommand } from './rules.ts';
import { byTransactionId, type StationTransaction } from './transaction-event.ts';

const VENDOR = 'org.openchargealliance.costmsg';

/** CostUpdated (OCPP 2.0.1 I02): shown by a charge point that can, through the DataTransfer of the OCA's pricing paper; else nobody sees it. */
export const costUpdated: StationCommand = command(
  {
    call: (state, { request }, context) =>
      inTurn(
        state,
        (now) => decision(now, { do: 'answer', payload: {} }),
        (now) => shown(now, String(request['transactionId']), Number(request['totalCost']), context),
      ),
    // The CSMS has its answer: this one cannot say no.
    answered: (state) => decision(state),
    refused: (state) => decision(state),
  },
  {},
);

function shown(state: ChargePointState, transactionId: string, cost: number, context: Context): Decision {
  const transaction = byTransactionId(state, transactionId);
  const shows = state.configuration['customdisplaycostandprice']?.value?.toLowerCase() === 'true';
  if (transaction === undefined || transaction.stoppedAt !== undefined || !shows)
    return decision(state, { do: 'loss', code: 'cost', field: 'totalCost' });
  const data = JSON.stringify(runningCost(transaction, cost, context));
  const payload = { vendorId: VENDOR, messageId: 'RunningCost', data };
  return decision(state, { do: 'call-device', action: 'DataTransfer', payload });
}

function runningCost({ device, meterStart, events }: StationTransaction, cost: number, context: Context): object {
  return {
    transactionId: device,
    timestamp: new Date(context.now).toISOString(),
    meterValue: events.register ?? meterStart,
    cost,
    state: events.chargingState === 'Charging' ? 'Charging' : 'Idle',
  };
}
