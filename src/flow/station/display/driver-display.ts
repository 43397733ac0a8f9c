import type { Json, JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision } from '../../decision.ts';
import type { OutboxEntry } from '../../outbox.ts';
import type { ChargePointState } from '../../state.ts';
import { inTurn } from '../rules.ts';
import { registerIn } from '../transactions/readings.ts';
import type { StationTransaction } from '../transactions/transaction-event.ts';
import { type Shown, shown, unseen } from './cost-messages.ts';

/** What the CSMS wants a driver to see: the tariff (OCPP 2.0.1 I01), the running cost (I02) and the final cost (I03). */

/** The answer to an event that waited longer is not about the driver who stands there now, or about a cost of long ago. */
const OUTDATED_AFTER = 120_000;
/** Formats that a display of text can show. */
const TEXT: ReadonlySet<Json | undefined> = new Set(['ASCII', 'UTF8']);
/** How the names begin under which the Open Charge Alliance extends messages by customData. */
const ALLIANCE = 'org.openchargealliance.';
/** What a CSMS may add to a cost so; RunningCost has the same names. */
const ADDED = ['timestamp', 'meterValue', 'state', 'chargingPrice', 'idlePrice', 'nextPeriod', 'triggerMeterValue'];

/** What is to be seen of an answer to a TransactionEvent. `transaction`: as it is now, if it is still known. */
export function eventShown(
  state: ChargePointState,
  entry: OutboxEntry,
  transaction: StationTransaction | undefined,
  answer: JsonObject,
  context: Context,
): Decision {
  const { totalCost } = answer;
  const message = messageIn(answer);
  const fields: Shown[] = [
    ...(totalCost === undefined ? [] : (['totalCost'] as const)),
    ...(message === undefined ? [] : [message.field]),
  ];
  const ended = entry.payload['eventType'] === 'Ended';
  const present = transaction !== undefined && (ended ? !transaction.lost : transaction.stoppedAt === undefined);
  if (!present || context.now - entry.at > OUTDATED_AFTER) return decision(state, ...unseen(fields));
  if (ended && typeof totalCost === 'number') return finalCost(state, transaction, totalCost, message, answer, context);
  return inTurn(
    state,
    (now) =>
      typeof totalCost === 'number'
        ? runningCost(now, transaction, totalCost, answer, entry.payload, context)
        : undefined,
    (now) => (message ? priceShown(now, transaction.idTag, message, context) : undefined),
  );
}

/** The text for the owner of a tag, before anything is charged. */
export function personalMessage(
  state: ChargePointState,
  idTag: string,
  answer: JsonObject,
  context: Context,
): Decision | undefined {
  const message = messageIn(answer);
  return message && priceShown(state, idTag, message, context);
}

/** `event`: the TransactionEvent that the cost is told for, if it is. */
export function runningCost(
  state: ChargePointState,
  transaction: StationTransaction,
  cost: number,
  told: JsonObject,
  event: JsonObject,
  context: Context,
): Decision {
  const { device, meterStart, events } = transaction;
  const { chargingState = events.chargingState } = (event['transactionInfo'] ?? {}) as JsonObject;
  const data = {
    transactionId: device,
    timestamp: event['timestamp'] ?? new Date(context.now).toISOString(),
    meterValue: Math.round(registerIn(event) ?? events.register ?? meterStart),
    cost,
    state: chargingState === 'Charging' ? 'Charging' : 'Idle',
    // It must be there; nobody has told a price.
    chargingPrice: {},
    ...added(told, ADDED),
  };
  return shown(state, { messageId: 'RunningCost', data, shows: ['totalCost'], about: costOf(device) }, context);
}

function finalCost(
  state: ChargePointState,
  { device }: StationTransaction,
  cost: number,
  message: PersonalMessage | undefined,
  told: JsonObject,
  context: Context,
): Decision {
  const text = message?.text;
  const data = { transactionId: device, cost, priceText: text ?? String(cost), ...added(told, ['qrCodeText']) };
  const shows: Shown[] = ['totalCost', ...(message && text !== undefined ? [message.field] : [])];
  return inTurn(
    state,
    (now) => shown(now, { messageId: 'FinalCost', data, shows, about: costOf(device) }, context),
    (now) => (message && text === undefined ? decision(now, ...unseen([message.field])) : undefined),
  );
}

function priceShown(state: ChargePointState, idTag: string, message: PersonalMessage, context: Context): Decision {
  const { text, field } = message;
  if (text === undefined) return decision(state, ...unseen([field]));
  // In the JSON inside nobody exchanges an alias for the tag.
  const data = { idToken: state.aliases[idTag] ?? idTag, priceText: text };
  return shown(state, { messageId: 'SetUserPrice', data, shows: [field], about: `price for ${idTag}` }, context);
}

/** A final cost takes the place of a running one. */
function costOf(device: number): string {
  return `cost of ${device}`;
}

interface PersonalMessage {
  readonly field: Shown;
  /** Undefined when it is made for another kind of display. */
  readonly text: string | undefined;
}

function messageIn(answer: JsonObject): PersonalMessage | undefined {
  const { updatedPersonalMessage, idTokenInfo } = answer;
  if (updatedPersonalMessage !== undefined)
    return { field: 'updatedPersonalMessage', text: textOf(updatedPersonalMessage) };
  const { personalMessage: first } = (idTokenInfo ?? {}) as JsonObject;
  return first === undefined ? undefined : { field: 'personalMessage', text: textOf(first) };
}

function textOf(message: Json): string | undefined {
  const { format, content } = message as JsonObject;
  return TEXT.has(format) ? String(content) : undefined;
}

/** Fields of customData that the Open Charge Alliance has named. */
function added({ customData }: JsonObject, names: readonly string[]): JsonObject {
  const custom = (customData ?? {}) as JsonObject;
  if (!String(custom['vendorId']).startsWith(ALLIANCE)) return {};
  return Object.fromEntries(Object.entries(custom).filter(([name]) => names.includes(name)));
}
