import { afterEach, expect, it } from 'vitest';
import { ChargingDevice } from './charging-device.ts';
import { house, whenOver } from './house.ts';
import { envelope, heartbeat, post, start, status, textOf } from './soap-messages.ts';

/** A CSMS that has lost its mind: its charge points are answered all the same. */

const { bridge, csms } = await house({
  soap: { listen: '127.0.0.1:0', answerWithin: '500ms' },
  csms: { backoff: { first: '50ms', max: '200ms' } },
  callbacks: { allow: ['127.0.0.0/8'] },
});
const device = await ChargingDevice.open('CP-1', { port: async () => bridge.soapPort });
whenOver(() => device.close());
await device.boot();

afterEach(async () => {
  csms.override = undefined;
  await device.heartbeat();
  expect(await bridge.ready()).toBe(true);
  expect(bridge.stderr).toBe('');
});

const DEEP = 100_000;

it('frames that are no frames change nothing, and the link stays', async () => {
  const upgrades = csms.upgrades.length;
  const junk: (string | Buffer)[] = [
    ...['', 'x', '{}', '[]', 'null', '[2]', '[2,"1"]', '[2,"",""]', '[2,1,"Reset",{}]', '[5,"1","x",{}]'],
    ...['[3,"nobody",{}]', '[4,"nobody","x"]', '[2,"1","Reset",null]', '[2,"1","Reset",[]]', '[2,"1","Reset",{},{}]'],
    `[2,"${'x'.repeat(300)}","Reset",{}]`,
    '['.repeat(DEEP),
    `[2,"deep","Reset",{"type":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}]`,
    '[2,"proto","GetConfiguration",{"__proto__":{"key":["a"]}}]',
    Buffer.from([0, 255, 2]),
  ];
  for (const frame of junk) csms.raw('CP-1', frame);
  await device.heartbeat();
  expect(csms.upgrades.length).toBe(upgrades);
});

it('a frame that is too large costs the link, which comes back', async () => {
  const upgrades = csms.upgrades.length;
  csms.raw('CP-1', `"${'a'.repeat(2 << 20)}"`);
  await csms.until(() => csms.upgrades.length > upgrades);
});

it.each(['constructor', '__proto__', 'toString'])('the tag %s reaches the charge point as it is', async (idTag) => {
  await csms.call('CP-1', 'RemoteStartTransaction', { idTag });
  expect(device.heard.at(-1)).toContain(`>${idTag}</`);
});

it.each(['constructor', '__proto__', 'hasOwnProperty'])('the action %s is not implemented', async (action) => {
  expect((await csms.call('CP-1', action, {}))[2]).toBe('NotImplemented');
});

it('a flood of commands is answered to the last: a few run, the others hear that it is busy', async () => {
  const flood = Array.from({ length: 2000 }, () => csms.call('CP-1', 'Reset', { type: 'Soft' }));
  const kinds = (await Promise.all(flood)).map(([kind]) => kind);
  expect(kinds.filter((kind) => kind === 3).length).toBeGreaterThan(0);
  expect(kinds.filter((kind) => kind === 3).length).toBeLessThanOrEqual(32);
});

it.each<[string, Record<string, unknown>]>([
  ['of the wrong type', { currentTime: 5 }],
  ['that is missing', {}],
  ['that is no time', { currentTime: 'x'.repeat(100_000) }],
])('a time %s is replaced by the time of reception: the charge point sets its clock by it', async (_what, answer) => {
  csms.override = (action) => (action === 'Heartbeat' ? answer : undefined);
  const got = await post(bridge.soapPort, envelope(heartbeat, { identity: 'CP-1' }));
  expect(got?.status).toBe(200);
  expect(textOf(got?.text ?? '', 'currentTime')).toMatch(/^20\d\d-\d\d-\d\dT[\d:]+Z$/);
});

it.each<[string, Record<string, unknown>]>([
  ['without an id', { idTagInfo: { status: 'Accepted' } }],
  ['with an id that is no number', { transactionId: 'x'.repeat(100_000), idTagInfo: { status: 'Accepted' } }],
  ['without a word on the tag', { transactionId: 1 }],
])('a start answered %s is a Fault with a reason, not a lie', async (what, answer) => {
  csms.override = (action) => (action === 'StartTransaction' ? answer : undefined);
  const got = await post(
    bridge.soapPort,
    envelope(start(1, what.slice(0, 20), 5, '2026-01-01T00:00:00Z'), { identity: 'CP-1' }),
  );
  expect(got?.status).toBe(500);
  expect(textOf(got?.text ?? '', 'Text')).toMatch(/transactionId|idTagInfo/);
});

it('after a restart of the CSMS every link comes back, and the statuses that it missed are told', async () => {
  const identities = ['R1', 'R2', 'R3', 'R4'];
  const say = (identity: string, word: string) => post(bridge.soapPort, envelope(status(1, word), { identity }));
  await Promise.all(identities.map((identity) => say(identity, 'Available')));
  await csms.crash();
  const missed = await Promise.all(identities.map((identity) => say(identity, 'Occupied')));
  expect(missed.map((answer) => answer?.status)).toEqual(identities.map(() => 200));
  const before = csms.calls.length;
  await csms.listen();
  const told = (identity: string) =>
    csms.calls.slice(before).some((call) => call.identity === identity && call.action === 'StatusNotification');
  await csms.until(() => identities.every(told));
});
