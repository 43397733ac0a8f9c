import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import { clockSet } from '../../../src/flow/clock-set.ts';
import type { Context, StationLink } from '../../../src/flow/decision.ts';
import type { ChargePointState } from '../../../src/flow/state.ts';
import { accepts } from '../../../src/flow/station/registration/boot-gate.ts';
import { linkWays } from '../../../src/flow/station/registration/network-profiles.ts';
import { stationOf, withStation } from '../../../src/flow/station/rules.ts';
import { STATION_DEFAULTS, type StationSettings } from '../../../src/flow/station/settings.ts';
import type { Network } from '../../../src/flow/station/state.ts';
import { ocpp201Flows as flows } from '../../../src/flow/station/station-flows.ts';
import { NOW } from '../context.ts';
import { transaction } from './command-states.ts';
import { commanded, woken } from './commander.ts';
import { accepted, BOOT, tables } from './context.ts';
import { attribute, characteristics, nameOf, PLAIN, Point, wanted } from './point.ts';
import { lossesOf } from './valid.ts';

const A: StationLink = { url: 'ws://csms.example/a', certificate: false };
const URL_B = 'ws://csms.example:9000/b';
const PRIORITY = 'OCPPCommCtrlr.NetworkConfigurationPriority';
const ACTIVE = 'OCPPCommCtrlr.ActiveNetworkProfile';
const ATTEMPTS = 'OCPPCommCtrlr.NetworkProfileConnectionAttempts';

interface Given {
  readonly settings?: Partial<StationSettings>;
  readonly link?: Partial<StationLink>;
  readonly slot?: number;
  readonly now?: number;
}

function change({ settings = {}, link = {}, slot, now }: Given): Partial<Context> {
  return {
    station: {
      tables,
      settings: { ...STATION_DEFAULTS, networkProfile: 'ownLink', ...settings },
      link: { ...A, ...link },
    },
    ...(slot !== undefined && { linkSlot: slot }),
    ...(now !== undefined && { now }),
  };
}

function point(given: Given = {}, state?: ChargePointState): Point {
  return new Point(PLAIN, { change: change(given) }, state);
}

const data = (fields: JsonObject = {}): JsonObject => ({
  ...{ ocppVersion: 'OCPP20', ocppTransport: 'JSON', ocppCsmsUrl: URL_B, messageTimeout: 30 },
  ...{ securityProfile: 1, ocppInterface: 'Wired0' },
  ...fields,
});
const profile = (fields: JsonObject = {}, configurationSlot = 1): JsonObject => ({
  configurationSlot,
  connectionData: data(fields),
});
const write = (one: Point, name: string, attributeValue: string): JsonObject =>
  one.set({ ...wanted(name), attributeValue })[0] ?? {};
const read = (one: Point, name: string): unknown => one.get(wanted(name))[0]?.['attributeValue'];
const reason = (answer: JsonObject): unknown =>
  ((answer['statusInfo'] ?? answer['attributeStatusInfo']) as JsonObject | undefined)?.['reasonCode'];
const state = (network: Network, rest: Parameters<typeof accepted>[0] = {}) => accepted({ network, ...rest });
const slotB = { url: URL_B, securityProfile: 1 };
const ordered = (priority: readonly number[] = [1], linked = 0): Network => ({
  ...{ slots: { 1: slotB }, priority },
  ...(linked > 0 && { linked }),
});

describe('SetNetworkProfile', () => {
  test('is refused as long as the operator does not allow it', () => {
    const one = point({ settings: { networkProfile: 'reject' } });
    expect(one.ask('SetNetworkProfile', profile())).toEqual({
      ...{ status: 'Rejected', statusInfo: { reasonCode: 'UnsupportedRequest' } },
    });
    expect(reason(write(one, PRIORITY, '1'))).toBe('InvalidValue');
    expect(write(one, PRIORITY, '0')).toMatchObject({ attributeStatus: 'Accepted' });
    expect([read(one, PRIORITY), read(one, ACTIVE)]).toEqual(['0', '0']);
  });

  test('is kept, and leads nowhere before the order names it', () => {
    const one = point();
    expect(one.ask('SetNetworkProfile', profile())).toEqual({ status: 'Accepted' });
    expect(stationOf(one.state).network).toEqual({ slots: { 1: slotB } });
    expect(one.linkWays).toEqual([]);
  });

  test('counts what the bridge does not heed', () => {
    const { effects } = commanded(accepted(), 'SetNetworkProfile', profile(), point().context);
    expect(lossesOf(effects)).toEqual(['network-profile', 'network-profile']);
  });

  test.each<[string, JsonObject, string, Given]>([
    ['a slot of the operator', { slot: 0 }, 'InvalidConfSlot', {}],
    ['a slot that is not there', { slot: 6 }, 'InvalidConfSlot', {}],
    ['OCPP 1.6', { ocppVersion: 'OCPP16' }, 'InvalidNetworkConf', {}],
    ['SOAP', { ocppTransport: 'SOAP' }, 'InvalidNetworkConf', {}],
    ['no URL', { ocppCsmsUrl: 'csms.example' }, 'InvalidNetworkConf', {}],
    ['no WebSocket', { ocppCsmsUrl: 'https://csms.example/b' }, 'InvalidNetworkConf', {}],
    ['a password in the URL', { ocppCsmsUrl: 'ws://u:p@csms.example/b' }, 'InvalidNetworkConf', {}],
    ['another host', { ocppCsmsUrl: 'ws://evil.example/b' }, 'InvalidNetworkConf', {}],
    ['an APN', { apn: { apn: 'iot', apnAuthentication: 'NONE' } }, 'InvalidNetworkConf', {}],
    ['a security profile that is not there', { securityProfile: 4 }, 'InvalidNetworkConf', {}],
    ['TLS without TLS', { securityProfile: 2 }, 'InvalidNetworkConf', {}],
    [
      'a client certificate without one',
      { securityProfile: 3, ocppCsmsUrl: 'wss://csms.example/b' },
      'InvalidNetworkConf',
      {},
    ],
    [
      'less security than the profile',
      { securityProfile: 0 },
      'NoSecurityDowngrade',
      { settings: { securityProfile: 1 } },
    ],
    ['no TLS where there is TLS', {}, 'NoSecurityDowngrade', { link: { url: 'wss://csms.example/a' } }],
  ])('is rejected with %s', (_what, { slot = 1, ...fields }, reasonCode, given) => {
    const one = point(given);
    const answer = one.ask('SetNetworkProfile', profile(fields, Number(slot)));
    expect([answer['status'], reason(answer)]).toEqual(['Rejected', reasonCode]);
    expect(stationOf(one.state).network).toBeUndefined();
  });

  test.each([
    ['csms.example', 'ws://csms.example:81/', true],
    ['*.example', 'ws://a.b.example/', true],
    ['*.example', 'ws://example/', false],
    ['*.example', 'ws://b.example.evil/', false],
    ['CSMS.example', 'ws://csms.EXAMPLE/', true],
    ['csms.example:9000', 'ws://csms.example:9000/', true],
    ['csms.example:9000', 'ws://csms.example:9001/', false],
    ['csms.example:80', 'ws://csms.example/', true],
    ['[::1]:9000', 'ws://[::1]:9000/', true],
    ['other.example', 'ws://csms.example/', false],
  ])('with %s allowed, the host of %s: %s', (pattern, ocppCsmsUrl, allowed) => {
    const answer = point({ settings: { networkProfileHosts: [pattern] } }).ask(
      'SetNetworkProfile',
      profile({ ocppCsmsUrl }),
    );
    expect(answer['status']).toBe(allowed ? 'Accepted' : 'Rejected');
  });

  test('with TLS and a client certificate is taken where the bridge has one', () => {
    const one = point({ link: { certificate: true } });
    const tls = profile({ securityProfile: 3, ocppCsmsUrl: 'wss://csms.example/b' });
    expect(one.ask('SetNetworkProfile', tls)).toEqual({ status: 'Accepted' });
  });

  test('does not change the profile in use, and may repeat it', () => {
    const one = point({ slot: 1 }, state(ordered([1], 1)));
    expect(one.ask('SetNetworkProfile', profile())).toEqual({ status: 'Accepted' });
    const answer = one.ask('SetNetworkProfile', profile({ ocppCsmsUrl: 'ws://csms.example/c' }));
    expect([answer['status'], reason(answer)]).toEqual(['Rejected', 'PriorityNetworkConf']);
    expect(one.ask('SetNetworkProfile', profile({ ocppCsmsUrl: 'ws://csms.example/c' }, 2))).toEqual({
      status: 'Accepted',
    });
  });

  test('may not be less secure than the profile in use', () => {
    const secure: Network = { slots: { 1: { url: 'wss://csms.example/b', securityProfile: 2 } }, priority: [1] };
    const answer = point({ slot: 1 }, state(secure)).ask('SetNetworkProfile', profile({}, 2));
    expect(reason(answer)).toBe('NoSecurityDowngrade');
  });

  test('to another address forgets the password that was set over the old one', () => {
    const known: Network = { slots: { 1: { ...slotB, password: 'AA' } }, priority: [1] };
    const one = point({}, state(known));
    one.ask('SetNetworkProfile', profile({ securityProfile: 0 }));
    expect(stationOf(one.state).network?.slots[1]).toEqual({ url: URL_B, securityProfile: 0, password: 'AA' });
    one.ask('SetNetworkProfile', profile({ ocppCsmsUrl: 'ws://csms.example/c' }));
    expect(stationOf(one.state).network?.slots[1]).toEqual({ url: 'ws://csms.example/c', securityProfile: 1 });
    expect(one.linkWays.at(-1)?.ways.ways[0]).toEqual({ slot: 1, url: 'ws://csms.example/c' });
  });
});

describe('the order of network profiles', () => {
  test('is reported with the slots that there are', () => {
    const rows = point().report();
    const row = rows.find((one) => nameOf(one) === PRIORITY) ?? {};
    expect(attribute(row)).toMatchObject({ value: '0', mutability: 'ReadWrite' });
    expect(characteristics(row)).toMatchObject({ dataType: 'SequenceList', valuesList: '0,1,2,3,4,5' });
    const attempts = rows.find((one) => nameOf(one) === ATTEMPTS) ?? {};
    expect([attribute(attempts)['value'], characteristics(attempts)['minLimit']]).toEqual(['3', 1]);
  });

  test('takes effect at the next reset, with the configured CSMS as the last resort', () => {
    const one = point();
    one.ask('SetNetworkProfile', profile());
    expect(write(one, PRIORITY, '1')).toMatchObject({ attributeStatus: 'RebootRequired' });
    expect([read(one, PRIORITY), read(one, ACTIVE)]).toEqual(['1', '0']);
    const ways = { ways: [{ slot: 1, url: URL_B }, { slot: 0 }], attempts: 3 };
    expect(one.linkWays).toEqual([{ do: 'link-ways', ways, now: false }]);
    const { said, state: resets } = commanded(one.state, 'Reset', { type: 'Immediate' }, one.context);
    expect(said).toEqual([{ answer: { status: 'Accepted' } }]);
    expect(woken(resets, one.context).effects).toContainEqual({ do: 'link-ways', ways, now: true });
  });

  test.each(['1,2', '7', '', '1,1', 'one'])('does not take %j', (value) => {
    const one = point({}, state({ slots: { 1: slotB } }));
    expect(write(one, PRIORITY, value)['attributeStatus']).toBe('Rejected');
    expect([read(one, PRIORITY), one.linkWays]).toEqual(['0', []]);
  });

  test('says why: a slot without a profile, a step down', () => {
    expect(reason(write(point(), PRIORITY, '1'))).toBe('InvalidNetworkConf');
    const two = { 1: slotB, 2: { url: 'wss://csms.example/c', securityProfile: 2 } };
    expect(reason(write(point({ slot: 2 }, state({ slots: two })), PRIORITY, '1'))).toBe('NoSecurityDowngrade');
  });

  test('may go back to the configured CSMS alone', () => {
    const one = point({ slot: 1 }, state(ordered([1], 1)));
    expect(write(one, PRIORITY, '0')).toMatchObject({ attributeStatus: 'RebootRequired' });
    expect(one.linkWays.at(-1)?.ways.ways).toEqual([{ slot: 0 }]);
  });

  test('leaves out what the operator does not allow any more, and holds nothing when he forbids all', () => {
    const kept = state(ordered());
    const only = { settings: { networkProfileHosts: ['other.example'] } };
    expect(linkWays(kept, point(only).context)?.ways).toEqual([{ slot: 0 }]);
    expect(linkWays(kept, point({ settings: { networkProfile: 'reject' } }).context)).toBeUndefined();
    expect(flows.linkWays?.(kept, point().context)?.ways.map(({ slot }) => slot)).toEqual([1, 0]);
  });

  test('is tried as often as the CSMS wants', () => {
    const one = point({}, state(ordered()));
    expect(write(one, ATTEMPTS, '0')['attributeStatus']).toBe('Rejected');
    expect(write(one, ATTEMPTS, '5')).toMatchObject({ attributeStatus: 'Accepted' });
    expect(read(one, ATTEMPTS)).toBe('5');
    expect(one.linkWays.map(({ ways, now }) => [ways.attempts, now])).toEqual([[5, false]]);
  });
});

describe('a reset', () => {
  const moving = state(ordered());
  const { context } = point();
  const at = (ms: number): Context => point({ now: NOW + ms }).context;
  const reset = (before: ChargePointState, answer = 'Accepted', on = context): ChargePointState =>
    commanded(before, 'Reset', { type: 'Immediate' }, on, () => ({ answer: { status: answer } })).state;
  /** How often the link is moved by what is due then. */
  const moves = (after: ChargePointState, on = context): number =>
    woken(after, on).effects.filter((one) => one.do === 'link-ways').length;
  const busy = { ...moving, transactions: { 110000000: transaction() } };
  const idle = (after: ChargePointState): ChargePointState => ({
    ...after,
    transactions: { 110000000: transaction({ stoppedAt: NOW }) },
  });

  test('that the charge point does not take moves nothing', () => {
    expect([moves(reset(moving)), moves(reset(moving, 'Rejected'))]).toEqual([1, 0]);
  });

  test('of a charge point whose link goes by the first profile leaves the link alone', () => {
    const there = point({ slot: 1 }).context;
    expect(moves(reset(state(ordered([1], 1)), 'Accepted', there), there)).toBe(0);
  });

  test('moves the link once: what was done is not due again', () => {
    const done = woken(reset(moving), context).state;
    expect(moves(done)).toBe(0);
    expect(stationOf(done).network).toEqual(ordered());
  });

  test('lets the end of a transaction reach the CSMS that knows it, for two minutes', () => {
    const resets = reset(busy);
    expect([moves(resets), moves(resets, at(119_999)), moves(resets, at(120_000))]).toEqual([0, 0, 1]);
    const ended = idle(resets);
    expect(moves({ ...ended, outbox: { next: 5, waiting: 1, minted: 0 } })).toBe(0);
    expect(moves({ ...ended, outbox: { next: 5, waiting: 0, minted: 0 } })).toBe(1);
  });

  test('does not wait for a CSMS that is away, and is over when the link is open', () => {
    const resets = reset(busy);
    const away = { ...context, linkOpenedAt: undefined };
    expect(moves(resets, away)).toBe(1);
    const opened = flows.linkOpened(resets, { ...context, linkOpenedAt: NOW, linkSlot: 1 }, 'untold').state;
    expect(stationOf(opened).network).toEqual({ ...ordered(), linked: 1 });
  });

  test('does not wait for hours when somebody sets the clock back', () => {
    const hour = 3_600_000;
    expect(moves(clockSet(reset(busy), -hour), at(120_000 - hour))).toBe(1);
  });

  test('that waits for the end of a transaction moves the link then', () => {
    const scheduled = commanded(busy, 'Reset', { type: 'OnIdle' }, context);
    expect(scheduled.said).toEqual([{ answer: { status: 'Scheduled' } }]);
    expect(moves(scheduled.state)).toBe(0);
    const resets = woken(idle(scheduled.state), context).state;
    expect(moves(resets)).toBe(1);
  });
});

describe('a link that goes by another profile', () => {
  const there = point({ slot: 1 }).context;

  test('is shown, with its security profile', () => {
    const one = point({ slot: 1 }, state(ordered([1], 1)));
    expect([read(one, ACTIVE), read(one, 'SecurityCtrlr.SecurityProfile')]).toEqual(['1', '1']);
    expect(read(point(), 'SecurityCtrlr.SecurityProfile')).toBe('0');
  });

  test.each(['always', 'ifChanged', 'never'] as const)(
    'leads to a CSMS that is told the boot first, whatever the policy: %s',
    (bootOnConnect) => {
      const { context } = point({ slot: 1, settings: { bootOnConnect } });
      const before = state(ordered(), { told: { 0: 'Available', 1: 'Occupied' } });
      const later = { ...context, linkOpenedAt: NOW };
      const opened = flows.linkOpened(before, later, 'told');
      expect(opened.effects).toMatchObject([{ do: 'call-csms', action: 'BootNotification', own: true }]);
      expect(stationOf(opened.state)).toMatchObject({ told: {}, network: { linked: 1 } });
      expect(accepts(opened.state, later)).toBe('after-boot');
      const again = withStation(opened.state, {
        bootToTell: { reason: 'Unknown' },
        registered: { status: 'Accepted', linkOpenedAt: NOW },
      });
      expect(flows.linkOpened(again, later, 'told').effects).toEqual([]);
    },
  );

  test('does not wait for the pause that another CSMS wanted', () => {
    const rejected: ChargePointState = {
      ...state(ordered()),
      registration: { status: 'Rejected', interval: 86_400, at: NOW - 1000 },
      boot: { request: BOOT, at: NOW - 5000 },
    };
    const opened = flows.linkOpened(rejected, { ...there, linkOpenedAt: NOW }, 'told');
    expect(opened.effects).toMatchObject([{ action: 'BootNotification' }]);
  });

  test('has a password of its own', () => {
    const hex = Buffer.from('password-of-B-16').toString('hex').toUpperCase();
    const one = point({ slot: 1 }, { ...state(ordered([1], 1)), authorizationKey: 'AA' });
    expect(write(one, 'SecurityCtrlr.BasicAuthPassword', 'password-of-B-16')).toMatchObject({
      attributeStatus: 'Accepted',
    });
    expect([one.linkSettings, one.state.authorizationKey]).toEqual([[], 'AA']);
    const ways = { ways: [{ slot: 1, url: URL_B, password: hex }, { slot: 0 }], attempts: 3 };
    expect(one.linkWays).toEqual([{ do: 'link-ways', ways, now: false }]);
    expect(JSON.stringify(one.report())).not.toMatch(new RegExp(`${hex}|${URL_B}`));
  });
});

test('the Identity to report is the name at the CSMS', () => {
  const named = point({ link: { identity: 'CS-0001' } });
  expect(read(named, 'SecurityCtrlr.Identity')).toBe('CS-0001');
});
