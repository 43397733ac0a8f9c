import { fail } from 'node:assert';
import fc from 'fast-check';
import type { JsonObject, SoapObject, SoapValue, SoapVersion } from '../../src/base/message.ts';
import { loadJsonContract } from '../../src/contract/ocppj.ts';
import { NOW } from '../flow/context.ts';
import { contracts } from '../mapping/house.ts';
import { jsonMessage, soapMessage } from './messages.ts';
import type { Mood, Obeys, Road } from './station-road.ts';

/** Short stories of a charge point: any message of its WSDL, at any time, near enough to each other to mean something together. */

const station = loadJsonContract('ocpp2.0.1');

export interface Saying {
  readonly action: string;
  readonly given: SoapObject;
  readonly connectorId: string | undefined;
  /** Which of the transactions that have begun, counted from the last one; undefined: as it was made. */
  readonly transaction: number | undefined;
  /** Seconds before now that its times say; undefined: as they were made. */
  readonly ago: number | undefined;
  /** Instead of what the samples say, in turn. */
  readonly samples: readonly string[];
  readonly times: 1 | 2;
}

export type Move =
  | { readonly says: Saying }
  | { readonly mood: Mood }
  | { readonly link: boolean }
  | { readonly pass: number }
  | { readonly obeys: Obeys };

const SAMPLES = [
  ...['0', '12.5', '-0', '0.1', '1e3', '4294967296', '99999999999999999999999', '1e308', '1e309', '-1e400', '5e-324'],
  ...['NaN', 'INF', '-INF', '', ' ', '7,5', '0x10', '1_000', 'Infinity', '١٢', '💡', '\t', '{"signedMeterData":""}'],
  '{"signedMeterData":"näh","encodingMethod":"OCMF","publicKey":"nä h"}',
  `OCMF|{"RD":[{"TX":"B","RV":1e999,"RU":"kWh"}]}|{}`,
  `OCMF|{"RD":[{"TX":"B","RV":2935.6,"RU":"kWh"}]}|{"SD":"30"}`,
  'OCMF|',
  'OCMF|{"RD":7}|',
  'x'.repeat(9000),
];

function operations(version: SoapVersion): string[] {
  return [...contracts.soap.service(version, 'CentralSystem').operations.keys()];
}

/** The messages of a session come more often than the others. */
const OFTEN = ['StartTransaction', 'StopTransaction', 'MeterValues', 'StatusNotification'];

function saying(version: SoapVersion): fc.Arbitrary<Saying> {
  const soap = contracts.soap.service(version, 'CentralSystem').operations;
  const actions = [...operations(version), ...OFTEN, ...OFTEN, ...OFTEN];
  return fc.oneof(
    ...actions.map((action) =>
      fc.record({
        action: fc.constant(action),
        given: soapMessage((soap.get(action) ?? fail(action)).request.type),
        connectorId: fc.option(fc.constantFrom('1', '1', '1', '2', '2', '0', '-1', '2147483647', '-2147483648'), {
          nil: undefined,
          freq: 9,
        }),
        transaction: fc.option(fc.constantFrom(0, 0, 0, 1, 2), { nil: undefined, freq: 6 }),
        ago: fc.option(fc.constantFrom(0, 1, 5, 30, 300, 4000, -30, 90_000), { nil: undefined, freq: 4 }),
        samples: fc.oneof(fc.constant([]), fc.array(fc.constantFrom(...SAMPLES), { minLength: 1, maxLength: 4 })),
        times: fc.constantFrom<1 | 2>(1, 1, 1, 2),
      }),
    ),
  );
}

/** An answer to each message that a charge point's words can become. */
const ANSWERED = [
  'Authorize',
  'BootNotification',
  'Heartbeat',
  'DataTransfer',
  'TransactionEvent',
  'StatusNotification',
];

const answers: fc.Arbitrary<Mood> = fc
  .tuple(
    ...ANSWERED.map((action) =>
      jsonMessage((station.actions.get(action) ?? fail(action)).answer).filter(
        (one) => station.check(action, 'answer', one) === undefined,
      ),
    ),
  )
  .map((made) => ({ answers: Object.fromEntries(ANSWERED.map((action, at) => [action, made[at] as JsonObject])) }));

const mood: fc.Arbitrary<Mood> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Mood>('yes') },
  { weight: 4, arbitrary: answers },
  { weight: 1, arbitrary: fc.constant<Mood>('silent') },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('CsmsInternalError', 'CsmsNotSupported', 'CsmsSecurityError')
      .map((code) => ({ code }) as Mood),
  },
);

const COMMANDS = ['GetConfiguration', 'RemoteStopTransaction', 'ChangeConfiguration'];

function obeys(version: SoapVersion): fc.Arbitrary<Obeys> {
  const soap = contracts.soap.service(version, 'ChargePoint').operations;
  const known = COMMANDS.filter((action) => soap.has(action));
  return fc
    .tuple(...known.map((action) => soapMessage((soap.get(action) ?? fail(action)).answer.type)))
    .map((made) => Object.fromEntries(known.map((action, at) => [action, made[at] as SoapObject])));
}

export function stories(version: SoapVersion): fc.Arbitrary<readonly Move[]> {
  const move = fc.oneof<fc.Arbitrary<Move>[]>(
    { weight: 16, arbitrary: saying(version).map((says) => ({ says })) } as never,
    { weight: 2, arbitrary: mood.map((one) => ({ mood: one })) } as never,
    { weight: 1, arbitrary: fc.boolean().map((link) => ({ link })) } as never,
    { weight: 2, arbitrary: fc.constantFrom(1, 40, 700).map((pass) => ({ pass })) } as never,
    { weight: 1, arbitrary: obeys(version).map((one) => ({ obeys: one })) } as never,
  );
  return fc.array(move, { minLength: 2, maxLength: 9, size: 'max' });
}

export function tell(road: Road, story: readonly Move[]): void {
  road.link(true);
  for (const move of story) {
    if ('mood' in move) road.mood = move.mood;
    else if ('obeys' in move) road.obeys = move.obeys;
    else if ('link' in move) road.link(move.link);
    else if ('pass' in move) road.pass(move.pass);
    else {
      const given = placed(move.says, road);
      for (let n = 0; n < move.says.times; n += 1) {
        road.says(move.says.action, given);
        road.flow();
      }
    }
  }
  road.end();
}

/** The message as it fits into the story. */
function placed(says: Saying, road: Road): SoapObject {
  const { connectorId, transaction, ago, samples } = says;
  let turn = 0;
  const id = transaction === undefined ? undefined : road.transactions.at(-1 - transaction);
  const at = ago === undefined ? undefined : new Date(Math.max(road.now, NOW) - 1000 * ago).toISOString();
  const changed = (value: SoapValue, name: string): SoapValue => {
    if (Array.isArray(value)) return value.map((item) => changed(item, name));
    if (typeof value !== 'string')
      return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, changed(inner, field)]));
    if (name === 'connectorId') return connectorId ?? value;
    if (name === 'transactionId') return id ?? value;
    if (name === 'timestamp') return at ?? value;
    if ((name !== 'value' && name !== '.') || samples.length === 0) return value;
    turn += 1;
    return samples[turn % samples.length] ?? value;
  };
  const message = changed(says.given, '') as SoapObject;
  return message;
}
