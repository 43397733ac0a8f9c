import type { JsonObject } from '../../base/message.ts';
import { type Context, type Decision, decision, type Effect, type Exchange } from '../decision.ts';
import type { ChargePointState } from '../state.ts';
import { accepts } from './boot-gate.ts';
import { lacks } from './capability.ts';
import { asking, command, isLacking, refusedAs, telling } from './command.ts';
import { inTurn, rejected, type StationCommand, stationOf } from './rules.ts';
import { connectorCount, connectorOf } from './topology.ts';
import { runningOn } from './transaction-event.ts';
import { eventNow, fromMemory, isOwn } from './trigger-own.ts';
import { withoutTrigger, withTrigger } from './triggers.ts';

/** TriggerMessage (OCPP 2.0.1 F06). The answer goes first, the message after it. */

const TAKEN = { status: 'Accepted' };
const EMULATED: Effect = { do: 'loss', code: 'trigger-emul', field: 'requestedMessage' };
/** An event of a transaction waits so long for the reading that belongs into it, ms. */
const READING_WITHIN = 10_000;

export const triggerMessage: StationCommand = command(
  {
    call(state, exchange, context) {
      const { evse, requestedMessage } = exchange.request;
      const { id, connectorId: number } = (evse ?? {}) as { id?: number; connectorId?: number };
      const connectorId = id === undefined ? undefined : connectorOf(state, context, id, number);
      if (id !== undefined && connectorId === undefined) return rejected(state, 'UnknownEvse');
      const message = String(requestedMessage);
      if (isOwn(message)) return answeredFromMemory(state, message, connectorId, context);
      switch (message) {
        case 'BootNotification':
          // It is registered: a boot would start it anew (F06.FR.17).
          if (accepts(state, context) === 'yes') return rejected(state, 'NotEnabled');
          return forwarded(state, exchange, message, undefined, context);
        case 'StatusNotification':
          if (connectorId === undefined && connectorCount(state, context) > 1)
            return rejected(state, 'MissingParam', 'Rejected', 'of which connector?');
          return forwarded(state, exchange, message, connectorId ?? 1, context);
        case 'MeterValues':
          return forwarded(state, exchange, message, connectorId, context);
        case 'TransactionEvent':
          return transactionEvents(state, exchange, connectorId, context);
        default:
          return rejected(state, 'UnsupportedRequest', 'NotImplemented');
      }
    },
    answered(state, _exchange, { memo }, answer, context) {
      const { message, connectorId } = memoOf(memo);
      const status = String(answer['status']);
      if (message === 'TransactionEvent')
        return status === 'Accepted' ? decision(state) : late(state, connectorId, context);
      if (status === 'Accepted') return telling(state, 'TriggerMessage', answer, {}, context);
      const now = withoutTrigger(state, message, connectorId);
      const own = status === 'NotImplemented' || message === 'BootNotification';
      if (own) return answeredFromMemory(now, message, connectorId, context, status);
      return telling(now, 'TriggerMessage', answer, {}, context);
    },
    refused(state, _exchange, { memo }, refusal, context) {
      const { message, connectorId } = memoOf(memo);
      if (message === 'TransactionEvent') return late(state, connectorId, context);
      const now = withoutTrigger(state, message, connectorId);
      if (isLacking(refusal)) return answeredFromMemory(now, message, connectorId, context, 'NotImplemented');
      return refusedAs(now, refusal);
    },
  },
  { TriggerMessage: ['Accepted', 'Rejected', 'NotImplemented'] },
);

interface Asked {
  readonly message: string;
  readonly connectorId: number | undefined;
}

function memoOf({ message, connectorId }: JsonObject): Asked {
  return { message: String(message), connectorId: connectorId === undefined ? undefined : Number(connectorId) };
}

/** Asks the charge point; what it sends then is known as what was asked for, even if it comes before its answer. */
function forwarded(
  state: ChargePointState,
  { request }: Exchange,
  message: string,
  connectorId: number | undefined,
  context: Context,
): Decision {
  if (lacks(state, 'TriggerMessage', context))
    return answeredFromMemory(state, message, connectorId, context, 'NotImplemented');
  const memo: JsonObject = { message, ...(connectorId !== undefined && { connectorId }) };
  const waits = withTrigger(state, { message, connectorId }, context);
  return asking(waits, 'TriggerMessage', 'TriggerMessage', request, { connectorId }, context, { memo });
}

/** What the bridge itself can say, or else `status`. */
function answeredFromMemory(
  state: ChargePointState,
  message: string,
  connectorId: number | undefined,
  context: Context,
  status = 'Rejected',
): Decision {
  const told = fromMemory(state, message, connectorId, context);
  if (told === undefined) return rejected(state, 'UnsupportedRequest', status);
  return inTurn(
    state,
    (now) => decision(now, ...(isOwn(message) ? [] : [EMULATED]), { do: 'answer', payload: TAKEN }),
    () => told,
  );
}

/** One event for each transaction that is meant, with a reading if the charge point gives one in time. */
function transactionEvents(
  state: ChargePointState,
  { request }: Exchange,
  wanted: number | undefined,
  context: Context,
): Decision {
  const all = Array.from({ length: connectorCount(state, context) }, (_, index) => index + 1);
  const ids = all.filter((id) => (wanted === undefined || wanted === id) && runningOn(state, id));
  if (ids.length === 0) return rejected(state, 'TxNotFound');
  const asks = !lacks(state, 'TriggerMessage', context) && !stationOf(state).lacking.includes('TriggerMessage');
  const eventAt = context.now + READING_WITHIN;
  return inTurn(
    state,
    (now) => decision(now, { do: 'answer', payload: TAKEN }),
    ...ids.map((connectorId) => (now: ChargePointState) => {
      if (!asks) return eventNow(now, connectorId, context);
      const memo = { message: 'TransactionEvent', connectorId };
      const waits = withTrigger(now, { message: 'MeterValues', connectorId, eventAt }, context);
      return asking(waits, 'TriggerMessage', 'TriggerMessage', request, { connectorId }, context, { memo });
    }),
  );
}

/** There will be no reading. */
function late(state: ChargePointState, connectorId: number | undefined, context: Context): Decision {
  if (connectorId === undefined) return decision(state);
  const waits = stationOf(state).triggers.some((one) => one.eventAt !== undefined && one.connectorId === connectorId);
  return waits ? eventNow(withoutTrigger(state, 'MeterValues', connectorId), connectorId, context) : decision(state);
}
