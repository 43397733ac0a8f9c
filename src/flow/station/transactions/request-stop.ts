import type { ChargePointState } from '../../state.ts';
import { asking, command, isUncertain, refusedAs, telling } from '../command.ts';
import { pending } from '../registration/boot-gate.ts';
import { rejected, type StationCommand } from '../rules.ts';
import { byTransactionId, withEvents } from './transaction-event.ts';

/** RequestStopTransaction (OCPP 2.0.1 F03). */
export const requestStopTransaction: StationCommand = command(
  {
    call(state, { request }, context) {
      if (pending(state, context)) return rejected(state, 'CSNotAccepted');
      const transaction = byTransactionId(state, String(request['transactionId']));
      if (transaction === undefined || transaction.stoppedAt !== undefined) return rejected(state, 'TxNotFound');
      const given = { transactionId: transaction.device };
      return asking(state, 'RequestStopTransaction', 'RemoteStopTransaction', request, given, context);
    },
    answered(state, { request }, _question, answer, context) {
      const asked = answer['status'] === 'Accepted' ? stopAsked(state, request['transactionId'], context.now) : state;
      return telling(asked, 'RequestStopTransaction', answer, {}, context);
    },
    refused(state, { request }, _question, refusal, context) {
      const asked = isUncertain(refusal) ? stopAsked(state, request['transactionId'], context.now) : state;
      return refusedAs(asked, refusal);
    },
  },
  { RemoteStopTransaction: ['Accepted', 'Rejected'] },
);

/** Explains the stop that follows. */
function stopAsked(state: ChargePointState, transactionId: unknown, at: number): ChargePointState {
  const transaction = byTransactionId(state, String(transactionId));
  // A token that the CSMS has refused explains more.
  if (transaction === undefined || transaction.events.stopAsked?.late) return state;
  return withEvents(state, transaction, { stopAsked: { at } });
}
