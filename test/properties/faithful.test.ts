import { fail } from 'node:assert';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject, SoapObject } from '../../src/base/message.ts';
import type { Loss } from '../../src/mapping/translator.ts';
import { contracts, down, up } from '../mapping/house.ts';
import { untold } from './faithful.ts';
import { kindsOf, memories } from './judges.ts';
import { jsonMessage, soapMessage } from './messages.ts';
import { SEED } from './run.ts';
import { Wire } from './wire.ts';

/** The judges are worth something only when they see what is wrong: one thing is spoilt in each of many good translations. */

type Bag = Record<string, unknown>;
type Spoilt = readonly [what: string, target: Bag, losses: readonly Loss[]];

function changed(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  const text = String(value);
  return /^\d{4}-\d\d-\d\dT/.test(text) ? `1987${text.slice(4)}` : `${text}x`;
}

/** Copies of the message with one value changed, or one field or item gone. */
function spoilings(value: unknown, path: string): [string, unknown][] {
  if (Array.isArray(value)) {
    return value.flatMap((item, at): [string, unknown][] => [
      [`${path}[${at}] is gone`, value.toSpliced(at, 1)],
      ...spoilings(item, `${path}[${at}]`).map(([what, spoilt]): [string, unknown] => [what, value.with(at, spoilt)]),
    ]);
  }
  if (typeof value !== 'object' || value === null) return [[`${path} is another`, changed(value)]];
  return Object.entries(value).flatMap(([name, inner]): [string, unknown][] => {
    const { [name]: _, ...rest } = value as Bag;
    const deep = spoilings(inner, `${path}.${name}`);
    return [
      [`${path}.${name} is gone`, rest],
      ...deep.map(([what, spoilt]): [string, unknown] => [what, { ...value, [name]: spoilt }]),
    ];
  });
}

function* spoilt(target: Bag, losses: readonly Loss[]): Generator<Spoilt> {
  for (const [what, wrong] of spoilings(target, '')) yield [what, wrong as Bag, losses];
  for (const [at, { code, field }] of losses.entries())
    yield [`${code} of ${field} is not told`, target, losses.toSpliced(at, 1)];
  yield ['a loss is told of nothing', target, [...losses, { code: 'str-cut', field: 'nowhere' }]];
  yield ['a field is from nowhere', { ...target, invented: 'x' }, losses];
}

describe.each(['device', 'csms'] as const)(`the judges of what a %s says (SEED=${SEED})`, (sender) => {
  test.each(['1.2', '1.5', '1.6'] as const)(
    'miss no change, no gap and no untold loss in messages of %s',
    (version) => {
      const missed: string[] = [];
      let seen = 0;
      for (const kind of kindsOf(version, sender)) {
        const table = kind.role === 'CentralSystem' ? up(version, kind.action) : down(version, kind.action);
        const action = contracts.json.actions.get(kind.action) ?? fail();
        const messages: fc.Arbitrary<SoapObject | JsonObject> =
          sender === 'device' ? soapMessage(kind.soap.type) : jsonMessage(action[kind.part]);
        for (const source of fc.sample(messages, { seed: SEED, numRuns: 12 })) {
          const memory = memories['known'] ?? fail();
          const got = table[kind.part](source as never, memory);
          if (got.kind !== 'value') continue;
          const one = { plan: kind.plan, sender, memory, source };
          expect(untold({ ...one, target: got.value as Bag, losses: got.losses })).toEqual([]);
          for (const [what, target, losses] of spoilt(got.value as Bag, got.losses)) {
            seen += 1;
            if (untold({ ...one, target, losses }).length === 0)
              missed.push(`${kind.action} ${kind.part}: ${what}: ${JSON.stringify({ source, target, losses })}`);
          }
        }
      }
      expect(seen).toBeGreaterThan(300);
      expect(missed.slice(0, 5).join('\n')).toBe('');
    },
  );
});

describe('the wire', () => {
  const wire = new Wire(contracts.soap.service('1.5', 'CentralSystem'));
  const envelope = (body: string) =>
    `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:o="urn://Ocpp/Cs/2012/06/"><s:Body>${body}</s:Body></s:Envelope>`;
  const good = envelope('<o:heartbeatRequest/>');

  test.each([
    ['another namespace', '<heartbeatRequest xmlns="urn://Ocpp/Cs/2015/10/"/>'],
    ['an unknown element', '<o:heartbeat/>'],
    [
      'a wrong order',
      '<o:authorizeResponse><o:idTagInfo><o:parentIdTag>A</o:parentIdTag><o:status>Accepted</o:status></o:idTagInfo></o:authorizeResponse>',
    ],
    ['broken XML', '<o:heartbeatRequest>'],
  ])('finds %s among many good messages', (_what, body) => {
    expect(wire.firstBad([good, good, envelope(body), good])).toBe(2);
    expect(wire.errors(envelope(body))).not.toEqual([]);
  });

  test('finds nothing among good messages', () => {
    expect(wire.firstBad([good, good])).toBe(-1);
  });
});
