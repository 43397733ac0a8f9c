import type { Context, Decision } from '../../decision.ts';
import { type ChargePointState, openTransaction } from '../../state.ts';
import { asking, command, refusedAs, telling } from '../command.ts';
import { inTurn, rejected, type StationCommand } from '../rules.ts';
import { connectorAt } from '../topology.ts';
import { errorEvents } from './error-events.ts';

/** UnlockConnector (OCPP 2.0.1 F05): never while a transaction runs, which a charge point of 1.6 would end for it. */
export const unlockConnector: StationCommand = command(
  {
    call(state, { request }, context) {
      const connectorId = connectorAt(state, context, Number(request['evseId']), Number(request['connectorId']));
      if (connectorId === undefined) return rejected(state, 'UnknownConnectorId', 'UnknownConnector');
      if (openTransaction(state, connectorId)) return rejected(state, 'TxInProgress', 'OngoingAuthorizedTransaction');
      const options = { status: 'UnlockFailed' };
      return asking(state, 'UnlockConnector', 'UnlockConnector', request, { connectorId }, context, options);
    },
    answered: (state, _exchange, question, answer, context) =>
      inTurn(
        state,
        (now) => telling(now, 'UnlockConnector', answer, {}, context),
        (now) =>
          answer['status'] === 'UnlockFailed'
            ? retained(now, Number(question.request['connectorId']), context)
            : undefined,
      ),
    refused: (state, _exchange, _question, refusal) => refusedAs(state, refusal, 'UnlockFailed'),
  },
  { UnlockConnector: ['Unlocked', 'UnlockFailed', 'NotSupported'] },
);

/** The CSMS is told of a lock that does not open, once (G05). The next status without an error takes it back. */
function retained(state: ChargePointState, connectorId: number, context: Context): Decision | undefined {
  const status = state.connectors[connectorId]?.status ?? { connectorId, status: 'Available' };
  const errorCode = 'ConnectorLockFailure';
  // A status of 1.6 names one error: another one that goes on is not over for this.
  if ((status['errorCode'] ?? 'NoError') !== 'NoError') return undefined;
  return errorEvents(state, { ...status, errorCode }, context.now, context);
}
