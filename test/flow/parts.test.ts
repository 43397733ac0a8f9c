import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/base/message.ts';
import { apart, whole } from '../../src/flow/parts.ts';
import { type ChargePointState, EMPTY_STATE, stateOf } from '../../src/flow/state.ts';
import { EMPTY_STATION } from '../../src/flow/station/state.ts';

const FULL: ChargePointState = {
  ...EMPTY_STATE,
  callback: 'http://10.0.0.7/',
  aliases: { short: 'a tag that is too long' },
  configuration: { heartbeatinterval: { spelling: 'HeartbeatInterval', value: '300' } },
  station: {
    ...EMPTY_STATION,
    lastTransaction: 7,
    tokens: { ab: { idToken: 'AB', type: 'ISO14443', at: 1 } },
    localList: { version: 3, tags: { ab: { status: 'Accepted' } } },
    profiles: { '#1': { evseId: 1, profile: { id: 1 } } },
  },
};

test('what is large lies apart from the document, as the very object of the state', () => {
  const { document, parts } = apart(FULL);
  expect(parts.get('configuration')).toBe(FULL.configuration);
  expect(parts.get('station.tokens')).toBe(FULL.station?.tokens);
  const names = [...parts.keys()];
  expect(names).toEqual(['aliases', 'configuration', 'station.localList', 'station.profiles', 'station.tokens']);
  const text = JSON.stringify(document);
  for (const name of names) expect(text).not.toContain(`"${name.replace('station.', '')}"`);
});

test.each([
  ['all parts', FULL],
  ['nothing in any part', { ...EMPTY_STATE, station: EMPTY_STATION }],
  ['no word of OCPP 2.0.1', EMPTY_STATE],
])('a state with %s is the same when it is read again', (_name, state) => {
  const { document, parts } = apart(state);
  const stored = new Map([...parts].filter(([, part]) => part !== undefined && Object.keys(part).length > 0));
  expect(stateOf(document, stored)).toEqual(state);
});

test('a document that holds its parts inside is read as it is', () => {
  expect(stateOf({ ...(FULL as unknown as JsonObject), schema: 1 }, new Map())).toEqual(FULL);
  expect(whole({ callback: 'x' }, new Map())).toEqual({ callback: 'x' });
});
