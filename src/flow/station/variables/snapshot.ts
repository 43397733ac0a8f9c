import type { Json, JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision, type Effect } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { SHOWS_COSTS } from '../display/cost-messages.ts';
import { inTurn, type Plan, type Question, type StationCommand, station, stationOf, withStation } from '../rules.ts';
import { canBeAsked, keysIn, keysPerQuestion, knownKeys, unknownIn, withoutKeys, withPhases } from './known-keys.ts';
import { reportIfWanted } from './report.ts';
import { absent } from './variables.ts';

/**
 * The charge point's whole configuration, read soon after it boots or a link opens: a CSMS that asks for a report while it registers
 * the station does not wait long. One that tells only a part of its keys is asked for the rest by name.
 */

/** An answer that has not come after so long will not come: the process that asked has ended. */
const OPEN_FOR = 90_000;
/** One that is Pending repeats its boot, which is no news. */
const BOOTS_APART = 60_000;
/** A charge point that did not answer, but is alive, is asked again after so long. */
const AGAIN_AFTER = 10 * 60_000;

export const readSnapshot: StationCommand = {
  call: (state) => decision(state),
  answered: (state, _exchange, question, answer, context) => learnt(state, question, answer, context),
  refused: (state, _exchange, question, refusal, context) => {
    if (absent(refusal)) return ended(state, false, context);
    if (refusal.code === 'DeviceNotSupported') return ended(state, true, context);
    return learnt(state, question, {}, context);
  },
};

/** Asks for all keys, by an exchange of its own or as the next step of the one that this rule answers. */
export function askForAll(state: ChargePointState, context: Context): Decision {
  const asked = withStation(state, { snapshotAsked: { at: context.now, open: true } });
  const memo: JsonObject = { why: 'snapshot' };
  return decision(asked, { do: 'call-device', action: 'GetConfiguration', payload: {}, memo });
}

/** Whether an answer is awaited. */
export function beingRead(state: ChargePointState, { now }: Context): boolean {
  const { snapshotAsked: asked } = stationOf(state);
  return asked?.open === true && now - asked.at < OPEN_FOR;
}

/** Whether the configuration is known as well as it can be. */
export function freshEnough(state: ChargePointState, context: Context): boolean {
  if (!canBeAsked(context)) return true;
  const { snapshotAt = Number.NEGATIVE_INFINITY } = stationOf(state);
  return context.now - snapshotAt < station(context).settings.snapshotFresh;
}

/** Nothing was ever read, the last question was in vain, and the charge point has not been heard since. */
export function outOfReach(state: ChargePointState, context: Context): boolean {
  const { snapshotAt, snapshotAsked } = stationOf(state);
  if (!canBeAsked(context) || snapshotAt !== undefined || snapshotAsked === undefined) return false;
  return !beingRead(state, context) && context.heardAt <= snapshotAsked.at;
}

export const snapshotPlan: Plan = {
  at(state, context) {
    if (state.version === undefined || !canBeAsked(context) || beingRead(state, context)) return undefined;
    const { snapshotAt = Number.NEGATIVE_INFINITY, snapshotAsked } = stationOf(state);
    const asked = snapshotAsked?.at ?? Number.NEGATIVE_INFINITY;
    const { boot } = state;
    if (boot !== undefined && boot.at > asked && boot.at - snapshotAt >= BOOTS_APART)
      return turnAfter(boot.at, context);
    const { linkOpenedAt = Number.NEGATIVE_INFINITY, heardAt } = context;
    const old = linkOpenedAt - snapshotAt >= station(context).settings.snapshotOld;
    if (linkOpenedAt > asked && old) return turnAfter(linkOpenedAt, context);
    return asked > snapshotAt && heardAt > asked ? asked + AGAIN_AFTER : undefined;
  },
  due: askForAll,
};

/**
 * This charge point's next turn: each has a moment of its own in every `snapshotSpread`, the same on every machine and after a
 * restart, so a fleet that is back after an outage is not asked all at once, and one that boots over and over is asked all the same.
 */
function turnAfter(at: number, context: Context): number {
  const { snapshotSpread } = station(context).settings;
  if (snapshotSpread === 0) return at;
  const turn = spreadOf(context.identity) % snapshotSpread;
  return at + ((((turn - at) % snapshotSpread) + snapshotSpread) % snapshotSpread);
}

/** FNV-1a: a number of 32 bits that neighbours do not share. This is asked at every commit, so it has to be cheap. */
function spreadOf(identity: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < identity.length; i += 1) hash = Math.imul(hash ^ identity.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

function learnt(state: ChargePointState, question: Question, answer: JsonObject, context: Context): Decision {
  const said = new Set([...strings(question.memo['said']), ...keysIn(answer).map(({ key }) => key.toLowerCase())]);
  const first = question.request['key'] === undefined;
  const unknown = new Set(unknownIn(answer).map((key) => key.toLowerCase()));
  const left = first ? notTold(state, said, context) : strings(question.memo['left']);
  const after = unknown.size === 0 ? state : withoutKeys(state, (key) => unknown.has(key), context);
  if (left.length === 0) {
    // What it did not name though it was asked for everything, it does not have any more.
    return ended(first ? withoutKeys(after, (key) => !said.has(key), context) : after, true, context);
  }
  const most = keysPerQuestion(after, context);
  const memo: JsonObject = { why: 'snapshot', said: [...said], left: left.slice(most) };
  const effect: Effect = { do: 'call-device', action: 'GetConfiguration', payload: { key: left.slice(0, most) }, memo };
  return decision(after, effect);
}

/** Keys to ask for by name, when the answer looks like a part of all. */
function notTold(state: ChargePointState, said: ReadonlySet<string>, context: Context): string[] {
  const known = knownKeys(state, context);
  const most = Number(known.get('getconfigurationmaxkeys')?.value);
  // Nothing, no more than one question may name, or nothing that every charge point has (OCPP 1.6 section 9.1).
  const part = said.size <= 1 || said.size === most || !said.has('heartbeatinterval');
  if (!part) return [];
  const rows = station(context).tables.variables.filter((row) => row.own !== 'only' && row.tier !== 'evse-of-key');
  const names = new Map(rows.map(({ key }) => [key.toLowerCase(), key]));
  names.set(SHOWS_COSTS.toLowerCase(), SHOWS_COSTS);
  for (const [lower, { key }] of known) names.set(lower, key);
  return [...names].filter(([lower]) => !said.has(lower)).map(([, key]) => key);
}

function strings(list: Json | undefined): string[] {
  return Array.isArray(list) ? list.map(String) : [];
}

function ended(state: ChargePointState, read: boolean, context: Context): Decision {
  const at = stationOf(state).snapshotAsked?.at ?? context.now;
  const learnt = withPhases(state, context);
  const after = withStation(learnt.state, { snapshotAsked: { at }, ...(read && { snapshotAt: context.now }) });
  return inTurn(
    after,
    (now) => decision(now, ...learnt.effects),
    (now) => reportIfWanted(now, context),
  );
}
