import { describe, expect, test } from 'vitest';
import type { JsonObject, SoapObject, SoapVersion } from '../../src/base/message.ts';
import { ocpp16Flows } from '../../src/flow/flows.ts';
import type { Quirks } from '../../src/mapping/quirks.ts';
import type { Facts } from '../../src/mapping/quirks-match.ts';
import type { Translation, Translator } from '../../src/mapping/translator.ts';
import type { Tables } from '../../src/session/deps.ts';
import { QuirksInUse } from '../../src/session/quirks-in-use.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { SETTINGS } from '../flow/context.ts';
import { bridge, csmsCall, deviceCall, IDENTITY } from './harness.ts';

const same = <T>(value: T): Translation<T> => ({ kind: 'value', value, losses: [], aliases: [] });

/** Tables whose mark is in each call to the CSMS. */
function translator(version: SoapVersion, mark: string): Translator {
  const up = (action: string) =>
    [
      action,
      {
        action,
        request: (value: SoapObject, { timezone }: { timezone: string }) =>
          same({ ...value, mark, timezone } as JsonObject),
        answer: (value: JsonObject) => same(value as SoapObject),
        refused: { other: 'fault' },
        away: 'refuse',
      },
    ] as const;
  const down = {
    action: 'Reset',
    request: (value: JsonObject) => same({ ...value, mark } as SoapObject),
    answer: (value: SoapObject) => same(value as JsonObject),
  };
  return {
    version,
    up: new Map([up('BootNotification'), up('Heartbeat')]),
    down: new Map([['Reset', down]]),
    keys: new Map(),
  };
}

function quirks(profile: string | undefined, mark: string, timezone?: string): Quirks {
  const wire = profile === undefined ? {} : { action: false };
  return { profile, timezone, wire, translator: (version) => translator(version, mark) };
}

const tables = (mark: string): Tables => ({
  quirksFor: ({ vendor }) => (vendor === 'NKT' ? quirks('nkt', `${mark} nkt`, '+02:00') : quirks(undefined, mark)),
});

const BOOT = { chargePointVendor: 'NKT', chargePointModel: 'M' };
const BOOTED = { status: 'Accepted', currentTime: '2024-03-09T10:00:00Z', interval: 300 };

function house(store = new MemoryStore(), timezone?: string) {
  const shown = { tables: tables('old') };
  const chargePoint = () => ({ flow: SETTINGS, flows: ocpp16Flows, timezone, version: undefined });
  const made = bridge(store, {}, { tables: () => shown.tables, chargePoint });
  return { ...made, shown };
}

/** One exchange; the call that the CSMS got. */
async function exchange({ sessions, csms }: ReturnType<typeof house>, action: string, payload: SoapObject = {}) {
  const { call, delivered } = deviceCall(action, payload);
  const answer = sessions.receive(call);
  const asked = await csms.question(csms.asked.length + 1);
  asked.answer(action === 'BootNotification' ? BOOTED : { currentTime: '2024-03-09T10:00:00Z' });
  await answer;
  delivered(true);
  return asked.request.payload;
}

describe('the quirk profile of a charge point', () => {
  test('holds from its BootNotification on, for that message and for all after it', async () => {
    const all = house();
    expect(await exchange(all, 'Heartbeat')).toMatchObject({ mark: 'old', timezone: 'UTC' });
    expect(all.sessions.quirksOf(IDENTITY)).toEqual({});
    expect(await exchange(all, 'BootNotification', BOOT)).toMatchObject({ mark: 'old nkt' });
    expect(all.sessions.quirksOf(IDENTITY)).toEqual({ action: false });
    expect(await exchange(all, 'Heartbeat')).toMatchObject({ mark: 'old nkt', timezone: '+02:00' });
  });

  test('is known again after a restart, before the next BootNotification', async () => {
    const before = house();
    await exchange(before, 'BootNotification', BOOT);
    const after = house(before.store as MemoryStore);
    const answer = after.sessions.receiveCall(csmsCall('Reset', { type: 'Soft' }));
    const asked = await after.device.question(1);
    expect(asked.request).toMatchObject({ payload: { mark: 'old nkt' }, quirks: { action: false } });
    asked.answer({ status: 'Accepted' });
    expect(await answer).toEqual({ status: 'Accepted' });
  });

  test('is given up when the charge point says that it is another', async () => {
    const all = house();
    await exchange(all, 'BootNotification', BOOT);
    expect(await exchange(all, 'BootNotification', { ...BOOT, chargePointVendor: 'Other' })).toMatchObject({
      mark: 'old',
    });
    expect(all.sessions.quirksOf(IDENTITY)).toEqual({});
  });

  test('does not say the time zone where the configuration does', async () => {
    const all = house(new MemoryStore(), 'Europe/Paris');
    await exchange(all, 'BootNotification', BOOT);
    expect(await exchange(all, 'Heartbeat')).toMatchObject({ mark: 'old nkt', timezone: 'Europe/Paris' });
  });

  test('is told with each exchange, and once as new', () => {
    const told: [string, boolean, Facts][] = [];
    const observe = { profile: (...said: [string, boolean, Facts]) => void told.push(said) };
    const inUse = new QuirksInUse(IDENTITY, { tables: () => tables('x'), observe });
    for (const boot of [undefined, BOOT, { ...BOOT }, { chargePointVendor: 'Other' }, BOOT]) inUse.now(boot);
    expect(told.map(([name, first]) => [name, first])).toEqual([
      ['nkt', true],
      ['nkt', false],
      ['nkt', true],
    ]);
    expect(told[0]?.[2]).toMatchObject({ identity: IDENTITY, vendor: 'NKT', model: 'M' });
  });

  test('is not known of a charge point that was never heard', () => {
    expect(house().sessions.quirksOf(IDENTITY)).toBeUndefined();
  });
});

describe('changed tables', () => {
  test('hold from the next exchange on; one under way keeps those it began with', async () => {
    const all = house();
    await exchange(all, 'BootNotification', BOOT);
    const { call } = deviceCall('Heartbeat');
    const answer = all.sessions.receive(call);
    const asked = await all.csms.question(all.csms.asked.length + 1);
    all.shown.tables = tables('new');
    asked.answer({ currentTime: '2024-03-09T10:00:00Z' });
    await answer;
    expect(asked.request.payload).toMatchObject({ mark: 'old nkt' });
    expect(await exchange(all, 'Heartbeat')).toMatchObject({ mark: 'new nkt' });
  });
});
