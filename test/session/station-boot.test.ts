import { expect, test } from 'vitest';
import { BridgeError } from '../../src/base/errors.ts';
import { STATION_DEFAULTS } from '../../src/flow/station/settings.ts';
import { ocpp201Flows } from '../../src/flow/station/station-flows.ts';
import type { SessionDeps } from '../../src/session/deps.ts';
import { Pace } from '../../src/session/pace.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { ManualClock } from '../base/manual-clock.ts';
import { NOW, SETTINGS } from '../flow/context.ts';
import { tables } from '../flow/station/context.ts';
import { bridge, deviceCall, IDENTITY } from './harness.ts';

/** What the CSMS says to a boot decides what it hears next (OCPP 2.0.1 B01.FR.08, B02, B03). */

function house(change: Partial<SessionDeps> = {}) {
  const station = () => ({ tables, settings: STATION_DEFAULTS });
  const settings = { flow: SETTINGS, flows: ocpp201Flows, station, timezone: 'UTC', version: undefined };
  const clock = new ManualClock(NOW);
  return bridge(undefined, {}, { chargePoint: () => settings, clock, ...change }, clock);
}

const BOOT = { chargePointVendor: 'V', chargePointModel: 'M' };

const idle = () => new Promise((resolve) => setImmediate(resolve));

async function authorizing() {
  const made = house();
  const { sessions, csms, clock } = made;
  const { call } = deviceCall('Authorize', { idTag: '04A2B3C4' }, { version: '1.6', now: clock.now() });
  sessions.linkChanged(IDENTITY, 'open');
  const answer = sessions.receive(call);
  sessions.linkChanged(IDENTITY, 'open');
  const boot = await csms.question(1);
  expect(boot.request.action).toBe('BootNotification');
  await idle();
  expect(csms.asked).toHaveLength(1);
  return { ...made, answer, boot };
}

test('a tag is asked about once the CSMS has accepted the boot', async () => {
  const { csms, answer, boot } = await authorizing();
  boot.answer({ status: 'Accepted', interval: 300, currentTime: '2024-03-09T10:00:00Z' });
  let asked = 1;
  for (;;) {
    const { request, answer: reply } = await csms.question(++asked);
    if (request.action !== 'Authorize') {
      reply({});
      continue;
    }
    reply({ idTokenInfo: { status: 'Blocked' } });
    break;
  }
  expect(await answer).toMatchObject({ idTagInfo: { status: 'Blocked' } });
});

test.each(['Pending', 'Rejected'])('a tag is judged without a CSMS that says %s', async (status) => {
  const { csms, answer, boot } = await authorizing();
  boot.answer({ status, interval: 300, currentTime: '2024-03-09T10:00:00Z' });
  expect(await answer).toMatchObject({ idTagInfo: { status: 'Invalid' } });
  expect(csms.asked.map(({ request }) => request.action)).not.toContain('Authorize');
});

test('the pace of a replay does not slow down what passes through', async () => {
  const slow = new Pace(new ManualClock(NOW), 0.001);
  const { sessions, csms, clock } = house({ pace: slow });
  const boot = sessions.receive(deviceCall('BootNotification', BOOT, { version: '1.6', now: clock.now() }).call);
  sessions.linkChanged(IDENTITY, 'open');
  (await csms.question(1)).answer({ status: 'Accepted', interval: 300, currentTime: '2024-03-09T10:00:00Z' });
  await boot;
  clock.advance(6_000);
  for (let n = 0; n < 3; n += 1) {
    const start = { connectorId: '1', idTag: 'T', meterStart: String(n), timestamp: '2024-03-09T10:00:00Z' };
    const { call } = deviceCall('StartTransaction', start, { version: '1.6', now: clock.now() });
    const answer = sessions.receive(call);
    await answered(csms, answer);
  }
  const events = csms.asked.filter(({ request }) => request.action === 'TransactionEvent');
  expect(events.length).toBeGreaterThanOrEqual(3);
});

/** Answers whatever the CSMS is asked, until the charge point has its answer. */
async function answered(csms: ReturnType<typeof house>['csms'], answer: Promise<unknown>): Promise<void> {
  let done = false;
  void answer.finally(() => {
    done = true;
  });
  const replied = new Set(csms.asked.filter(({ request }) => request.action === 'BootNotification'));
  for (let turn = 0; !done && turn < 200; turn += 1) {
    for (const asked of csms.asked) {
      if (replied.has(asked)) continue;
      replied.add(asked);
      asked.answer({});
    }
    await idle();
  }
  expect(done).toBe(true);
}

test.each([-10, 10])('a clock that is set by %d hours delays no boot and repeats none', async (hours) => {
  const { sessions, csms, clock } = house();
  const { call } = deviceCall('Heartbeat', {}, { version: '1.6', now: clock.now(), since: 0 });
  const beat = sessions.receive(call);
  const boots = () => csms.asked.filter(({ request }) => request.action === 'BootNotification').length;
  sessions.linkChanged(IDENTITY, 'open');
  await idle();
  for (const pause of [5_000, 10_000, 20_000, 40_000, 0]) {
    csms.asked.at(-1)?.refuse(new BridgeError('CsmsInternalError'));
    await idle();
    clock.advance(pause);
    await idle();
  }
  expect(boots()).toBe(5);
  clock.jump(hours * 3_600_000);
  clock.advance(55_000);
  await idle();
  expect(boots()).toBe(5);
  for (let n = 0; n < 3; n++) {
    clock.advance(10_000);
    await idle();
  }
  expect(boots()).toBe(6);
  csms.asked.at(-1)?.answer({ status: 'Accepted', interval: 300, currentTime: '2024-03-09T10:00:00Z' });
  await beat.catch(() => undefined);
});

/** A charge point that the CSMS has accepted, on a store that tells of each commit. */
async function acceptedOn(committed: { now: () => void }) {
  const store = new MemoryStore();
  const made = house({
    store: {
      load: (identity) => store.load(identity),
      row: (...key) => store.row(...key),
      rows: (...range) => store.rows(...range),
      identities: () => store.identities(),
      health: () => store.health(),
      close: () => store.close(),
      commit: async (identity, commit) => {
        await store.commit(identity, commit);
        committed.now();
      },
    },
  });
  const { sessions, csms, clock } = made;
  const tell = (action: string, payload: Record<string, string>) =>
    sessions.receive(deviceCall(action, payload, { version: '1.6', now: clock.now() }).call);
  const boot = tell('BootNotification', BOOT);
  sessions.linkChanged(IDENTITY, 'open');
  (await csms.question(1)).answer({ status: 'Accepted', interval: 300, currentTime: '2024-03-09T10:00:00Z' });
  await boot;
  return { ...made, tell, asked: csms.asked.length };
}

test('what a charge point says on a link that closes meanwhile does not go before the boot of the next one', async () => {
  const committed = { now: () => {} };
  const { sessions, csms, clock, tell, asked, refusedOwn } = await acceptedOn(committed);
  committed.now = () => sessions.linkChanged(IDENTITY, 'closed');
  await tell('StatusNotification', { connectorId: '1', status: 'Faulted', errorCode: 'NoError' });
  committed.now = () => {};
  await expect.poll(() => refusedOwn).toEqual(['StatusNotification CsmsAway']);
  clock.advance(1_000);
  sessions.linkChanged(IDENTITY, 'open');
  const first = await csms.question(asked + 1);
  expect(first.request.action).toBe('BootNotification');
});

/** Whoever asks for a turn gets it when the test says so. */
class Held extends Pace {
  readonly turns: (() => void)[] = [];

  override turn(): Promise<void> {
    return new Promise((resolve) => this.turns.push(resolve));
  }
}

test('nor does what waits its turn in a replay', async () => {
  const pace = new Held(new ManualClock(NOW), 1);
  const chargePoint = () => ({
    ...{ flow: { ...SETTINGS, whenCsmsIsAway: 'buffer' as const }, flows: ocpp201Flows, timezone: 'UTC' },
    ...{ station: () => ({ tables, settings: STATION_DEFAULTS }), version: undefined },
  });
  const { sessions, csms, clock } = house({ pace, chargePoint });
  const start = { connectorId: '1', idTag: 'T', meterStart: '1', timestamp: '2024-03-09T10:00:00Z' };
  const answer = sessions.receive(deviceCall('StartTransaction', start, { version: '1.6', now: clock.now() }).call);
  for (let turn = 0; turn < 20; turn += 1) await idle();
  clock.advance(2_000);
  await answer;
  sessions.linkChanged(IDENTITY, 'open');
  const answers = new Set<unknown>();
  for (let turn = 0; pace.turns.length === 0 && turn < 200; turn += 1) {
    for (const one of csms.asked.filter((each) => !answers.has(each))) {
      answers.add(one);
      one.answer({ status: 'Accepted', interval: 300, currentTime: '2024-03-09T10:00:00Z' });
    }
    await idle();
    clock.advance(500);
  }
  expect(pace.turns).toHaveLength(1);
  sessions.linkChanged(IDENTITY, 'closed');
  clock.advance(1_000);
  sessions.linkChanged(IDENTITY, 'open');
  pace.turns[0]?.();
  for (let turn = 0; turn < 20; turn += 1) await idle();
  expect(csms.asked.map(({ request }) => request.action)).not.toContain('TransactionEvent');
});
