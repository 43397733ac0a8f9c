import { fail } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { errorRow, type Refusal } from '../../../src/base/errors.ts';
import { type Json, type JsonObject, SOAP_VERSIONS, type SoapVersion } from '../../../src/base/message.ts';
import { loadJsonContract } from '../../../src/contract/ocppj.ts';
import type { Context } from '../../../src/flow/decision.ts';
import type { ChargePointState } from '../../../src/flow/state.ts';
import type { StationSettings } from '../../../src/flow/station/settings.ts';
import { ocpp201Flows } from '../../../src/flow/station/station-flows.ts';
import { contracts, down } from '../../mapping/house.ts';
import { jsonMessage } from '../../properties/messages.ts';
import { SETTINGS } from '../context.ts';
import { states, TRANSACTION } from './command-states.ts';
import { type Asked, commanded, type Ended, type Reply, woken } from './commander.ts';
import { stationContext, tables } from './context.ts';

const RUNS = process.env['FULL'] ? 400 : process.env['CI'] ? 100 : 40;
const SEED = Number(process.env['SEED'] ?? 4242);

const contract = loadJsonContract('ocpp2.0.1');
const COMMANDS = [...tables.actions]
  .filter(([, { kind }]) => kind === 'flow' || kind === 'answer')
  .map(([name]) => name);
/** Questions that change nothing may be put twice. */
const READING: ReadonlySet<string> = new Set(['GetConfiguration', 'GetLocalListVersion']);

const CODES: readonly Refusal['code'][] = [
  ...(['NoCallback', 'CallbackDenied', 'DeviceUnreachable', 'DeviceUncertain', 'DeviceAnswerInvalid'] as const),
  ...(['DeviceNotSupported', 'DeviceInternalError', 'DeviceProtocolError', 'DeviceSecurityError'] as const),
  ...(['DeviceIdentityMismatch', 'DeviceGenericError', 'CommandExpired', 'FieldValue', 'StoreFailed'] as const),
];

const answersOf = new Map<string, fc.Arbitrary<JsonObject>>();

/** A reply to a question in the pivot: good, refused, or a word that nobody knows. */
function repliesTo(action: string): fc.Arbitrary<Reply> {
  const { answer } = contracts.json.actions.get(action) ?? fail(`no ${action} in the pivot`);
  const valid =
    answersOf.get(action) ?? jsonMessage(answer).filter((one) => !contracts.json.check(action, 'answer', one));
  answersOf.set(action, valid);
  return fc.oneof(
    { weight: 6, arbitrary: valid.map((one) => ({ answer: one })) },
    { weight: 3, arbitrary: fc.constantFrom(...CODES).map((code) => ({ refusal: { code, reason: 'no' } })) },
    { weight: 1, arbitrary: valid.map((one) => ({ answer: { ...one, status: 'Perhaps' } })) },
  );
}

/** A request that the schema takes; now and then it names the transaction that is there. */
function requestsOf(action: string): fc.Arbitrary<JsonObject> {
  const { request } = contract.actions.get(action) ?? fail(`no ${action}`);
  return fc
    .tuple(jsonMessage(request), fc.boolean())
    .map(([message, hit]) => (hit ? (naming(message) as JsonObject) : message))
    .filter((message) => !contract.check(action, 'request', message));
}

/** What the charge point has. */
const THERE: JsonObject = {
  ...{
    transactionId: TRANSACTION,
    evseId: 1,
    connectorId: 1,
    location: 'ftp://host/a',
    remoteLocation: 'ftp://host/b',
  },
  ...{
    logType: 'DiagnosticsLog',
    chargingProfilePurpose: 'TxDefaultProfile',
    startPeriod: 0,
    customerIdentifier: 'me',
  },
};

function naming(value: Json): Json {
  if (Array.isArray(value)) return value.slice(0, 1).map(naming);
  if (typeof value !== 'object' || value === null) return value;
  const named = Object.entries(value).flatMap(([name, inner]): [string, Json][] =>
    OPTIONAL_TROUBLE.has(name) ? [] : [[name, THERE[name] ?? naming(inner)]],
  );
  return Object.fromEntries(named) as JsonObject;
}

/** Each makes the bridge refuse by itself. */
const OPTIONAL_TROUBLE: ReadonlySet<string> = new Set([
  'phaseToUse',
  'signature',
  'signingCertificate',
  'connectorType',
]);

const settings: fc.Arbitrary<Partial<StationSettings>> = fc.record({
  evses: fc.constantFrom([], [{ connectors: [2, 1], connectorTypes: ['cCCS2', 'cG105'] }]),
  immediateReset: fc.constantFrom('Hard', 'Soft', 'softThenHard'),
  customerClear: fc.constantFrom('bridge', 'clearCache'),
  unsignedFirmware: fc.constantFrom('reject', 'forward'),
  busyFirmware: fc.constantFrom('reject', 'supersede'),
  busyLog: fc.constantFrom('supersede', 'reject'),
  smartChargingRefusal: fc.constantFrom('callError', 'status'),
  dataTransferData: fc.constantFrom('asString', 'parseJson'),
});

function contextOf(version: SoapVersion, change: Partial<StationSettings>, fillConnector: boolean): Context {
  const flow = {
    ...SETTINGS,
    whenCsmsIsAway: 'buffer',
    fillConnector,
    profileRequired: fillConnector ? 'reject' : 'ignore',
  } as const;
  return stationContext(change, { settings: flow, policyOf: (action) => down(version, action) }, version);
}

function faultsOf(action: string, ended: Ended, replies: readonly Reply[]): string[] {
  const { said, asked, effects, state } = ended;
  const faults: string[] = [];
  if (said.length !== 1) faults.push(`${said.length} answers`);
  for (const one of said) {
    if ('answer' in one) {
      const wrong = contract.check(action, 'answer', one.answer);
      if (wrong) faults.push(`answer ${JSON.stringify(one.answer)}: ${wrong.reason}`);
    } else if (one.refusal.code === 'Internal' || errorRow(one.refusal.code) === undefined) {
      faults.push(`refused: ${one.refusal.code} ${one.refusal.reason}`);
    }
  }
  for (const one of asked) {
    const wrong = contracts.json.check(one.action, 'request', one.payload);
    if (wrong) faults.push(`asked ${one.action} ${JSON.stringify(one.payload)}: ${wrong.reason}`);
  }
  for (const effect of effects) {
    if (effect.do !== 'call-csms' && effect.do !== 'outbox-put') continue;
    const call = effect.do === 'call-csms' ? effect : effect.entry;
    const wrong = contract.check(call.action, 'request', call.payload);
    if (wrong) faults.push(`told ${call.action} ${JSON.stringify(call.payload)}: ${wrong.reason}`);
  }
  asked.forEach((one, at) => {
    const reply = replies[at];
    const maybe = reply && 'refusal' in reply && reply.refusal.code === 'DeviceUncertain' && !READING.has(one.action);
    if (maybe && asked.slice(at + 1).some((other) => isDeepStrictEqual(other, one))) faults.push(`${one.action} twice`);
  });
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(state)), state)) faults.push('the state is not plain JSON');
  return faults;
}

/** What is planned is done when its time comes, and then it is not due any more. */
function plansFaults(state: ChargePointState, context: Context, reply: (asked: Asked) => Reply): string[] {
  let now = state;
  for (const later of [0, 10_000, 61_000, 3_600_000, 25 * 3_600_000]) {
    const then = { ...context, now: context.now + later };
    for (let round = 0; round < 100; round += 1) {
      if ((ocpp201Flows.wakeAt(now, then) ?? Number.POSITIVE_INFINITY) > then.now) break;
      if (round === 99) return [`a plan is due for ever after ${later} ms`];
      now = woken(now, then, reply).state;
    }
  }
  return [];
}

/** Commands that have reached a charge point. */
const reached = new Set<string>();

describe(`random commands (SEED=${SEED})`, () => {
  test('cover all that a CSMS can ask a station', () => {
    expect(COMMANDS).toHaveLength(40);
  });

  test.each(COMMANDS)('%s gets one valid answer, whatever the charge point is and does', (action) => {
    const requests = requestsOf(action);
    fc.assert(
      fc.property(
        fc.gen(),
        states,
        requests,
        fc.constantFrom(...SOAP_VERSIONS),
        settings,
        fc.boolean(),
        (draw, state, request, version, change, fill) => {
          const context = contextOf(version, change, fill);
          const replies: Reply[] = [];
          const reply = (asked: Asked): Reply => {
            const one = draw(repliesTo, asked.action);
            replies.push(one);
            return one;
          };
          const ended = commanded({ ...state, version }, action, request, context, reply);
          if (ended.asked.length > 0) reached.add(action);
          expect(faultsOf(action, ended, replies)).toEqual([]);
          expect(plansFaults(ended.state, context, reply)).toEqual([]);
        },
      ),
      { seed: SEED, numRuns: RUNS },
    );
  });

  test('have often reached the charge point', () => {
    expect(reached.size).toBeGreaterThan(8);
  });
});
