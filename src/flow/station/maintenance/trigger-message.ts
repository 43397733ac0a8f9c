import type { JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision, type Effect, type Exchange } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { lacks } from '../capability.ts';
import { asking, command, isLacking, refusedAs, telling } from '../command.ts';
import { accepts } from '../registration/boot-gate.ts';
import { inTurn, rejected, type StationCommand, stationOf } from '../rules.ts';
import { connectorCount, connectorsAt, connectorsOf } from '../topology.ts';
import { runningOn } from '../transactions/transaction-event.ts';
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
      const there = id === undefined ? undefined : connectorsAt(state, context, id);
      if (there?.length === 0) return rejected(state, 'UnknownEvse');
      const connectors = there && meant(there, number);
      if (connectors?.length === 0) return rejected(state, 'UnknownConnectorId');
      const message = String(requestedMessage);
      const all: Asked = { message, connectorId: undefined, left: [], told: false };
      if (isOwn(message)) return fromMemoryOr(state, exchange, all, 'Rejected', context);
      switch (message) {
        case 'BootNotification':
          // It is registered: a boot would start it anew (F06.FR.17).
          if (accepts(state, context) === 'yes') return rejected(state, 'NotEnabled');
          return forwarded(state, exchange, all, context);
        case 'StatusNotification':
          if (connectors === undefined && connectorCount(state, context) > 1)
            return rejected(state, 'MissingParam', 'Rejected', 'of which connector?');
          return forwarded(state, exchange, askedOf(message, connectors ?? [1]), context);
        case 'MeterValues':
          return forwarded(state, exchange, connectors ? askedOf(message, connectors) : all, context);
        case 'TransactionEvent':
          return transactionEvents(state, exchange, connectors ?? connectorsOf(state, context), context);
        default:
          return rejected(state, 'UnsupportedRequest', 'NotImplemented');
      }
    },
    answered(state, exchange, { memo }, answer, context) {
      const asked = memoOf(memo);
      const { message, connectorId } = asked;
      const status = String(answer['status']);
      if (message === 'TransactionEvent')
        return status === 'Accepted' ? decision(state) : late(state, connectorId, context);
      const refusal = (now: ChargePointState) => telling(now, 'TriggerMessage', answer, {}, context);
      if (status === 'Accepted') return goOn(state, exchange, asked, decision(state), refusal, context);
      const now = withoutTrigger(state, message, connectorId);
      const own = status === 'NotImplemented' || message === 'BootNotification';
      if (own) return fromMemoryOr(now, exchange, asked, status, context);
      return goOn(now, exchange, asked, undefined, refusal, context);
    },
    refused(state, exchange, { memo }, refusal, context) {
      const asked = memoOf(memo);
      const { message, connectorId } = asked;
      if (message === 'TransactionEvent') return late(state, connectorId, context);
      const now = withoutTrigger(state, message, connectorId);
      if (isLacking(refusal)) return fromMemoryOr(now, exchange, asked, 'NotImplemented', context);
      // The next question would be as vain.
      const last = { ...asked, left: [] };
      return goOn(now, exchange, last, undefined, (end) => refusedAs(end, refusal), context);
    },
  },
  { TriggerMessage: ['Accepted', 'Rejected', 'NotImplemented'] },
);

/** A question to the charge point; goes with it as its memo. */
interface Asked {
  readonly message: string;
  readonly connectorId: number | undefined;
  /** Other connectors of the EVSE, still to be asked. */
  readonly left: readonly number[];
  /** The CSMS has its answer already. */
  readonly told: boolean;
}

function askedOf(message: string, [connectorId, ...left]: readonly number[]): Asked {
  return { message, connectorId, left, told: false };
}

function memoOf({ message, connectorId, left, told }: JsonObject): Asked {
  return {
    message: String(message),
    connectorId: connectorId === undefined ? undefined : Number(connectorId),
    left: Array.isArray(left) ? left.map(Number) : [],
    told: told === true,
  };
}

/** The connectors of an EVSE, or the one of them that has this number. */
function meant(connectors: readonly number[], number: number | undefined): readonly number[] {
  return connectors.filter((_, at) => number === undefined || at + 1 === number);
}

/** Asks the charge point; what it sends then is known as what was asked for, even if it comes before its answer. */
function forwarded(state: ChargePointState, exchange: Exchange, asked: Asked, context: Context): Decision {
  if (lacks(state, 'TriggerMessage', context)) return fromMemoryOr(state, exchange, asked, 'NotImplemented', context);
  const { message, connectorId, left, told } = asked;
  const memo: JsonObject = { message, ...(connectorId !== undefined && { connectorId }), left: [...left], told };
  const waits = withTrigger(state, { message, connectorId }, context);
  return asking(waits, 'TriggerMessage', 'TriggerMessage', exchange.request, { connectorId }, context, { memo });
}

/** What the bridge itself can say, or else `status`. */
function fromMemoryOr(
  state: ChargePointState,
  exchange: Exchange,
  asked: Asked,
  status: string,
  context: Context,
): Decision {
  const known = fromMemory(state, asked.message, asked.connectorId, context);
  const own = isOwn(asked.message);
  const loss = own ? [] : [EMULATED];
  const told = known && { state: known.state, effects: [...loss, ...known.effects] };
  const refusal = (now: ChargePointState): Decision =>
    own
      ? rejected(now, 'InternalError', status, 'the charge point is silent')
      : rejected(now, 'UnsupportedRequest', status);
  return goOn(state, exchange, asked, told, refusal, context);
}

/**
 * The CSMS has its answer as soon as one connector will tell something (`told`), ahead of that; then the next one is asked.
 * @param refusal its answer when none of them does
 */
function goOn(
  state: ChargePointState,
  exchange: Exchange,
  asked: Asked,
  told: Decision | undefined,
  refusal: (now: ChargePointState) => Decision,
  context: Context,
): Decision {
  const { message, left } = asked;
  const first = told !== undefined && !asked.told;
  return inTurn(
    state,
    (now) => (first ? decision(now, { do: 'answer', payload: TAKEN }) : undefined),
    () => told,
    (now) => {
      const any = asked.told || told !== undefined;
      if (left.length > 0) return forwarded(now, exchange, { ...askedOf(message, left), told: any }, context);
      return any ? undefined : refusal(now);
    },
  );
}

/** One event for each transaction that is meant, with a reading if the charge point gives one in time. */
function transactionEvents(
  state: ChargePointState,
  { request }: Exchange,
  connectors: readonly number[],
  context: Context,
): Decision {
  const ids = connectors.filter((id) => runningOn(state, id));
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
