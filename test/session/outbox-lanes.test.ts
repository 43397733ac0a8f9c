import { describe, expect, test } from 'vitest';
import { BridgeError } from '../../src/base/errors.ts';
import type { JsonObject } from '../../src/base/message.ts';
import { ocpp16Flows } from '../../src/flow/flows.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { SETTINGS } from '../flow/context.ts';
import { away, bridge, deviceCall, IDENTITY } from './harness.ts';

/** Rules that let messages of one kind pass those of another. */
const flows = { ...ocpp16Flows, lane: ({ action }: { action: string }) => action };
const flow = { ...SETTINGS, whenCsmsIsAway: 'buffer' } as const;
const chargePoint = () => ({ flow, flows, timezone: 'UTC', version: undefined });

type Bridge = ReturnType<typeof bridge>;

const stop = (id: number): JsonObject => ({ transactionId: id, meterStop: id, timestamp: '2024-03-09T10:00:00Z' });
const reading = (n: number): JsonObject => ({ connectorId: n });

/** They wait; the first was asked for once, when there was no link. */
async function waiting(...messages: [action: string, payload: JsonObject][]): Promise<Bridge> {
  const parts = bridge(new MemoryStore(), {}, { chargePoint });
  for (const [n, [action, payload]] of messages.entries()) {
    const text = Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, String(value)]));
    const answer = parts.sessions.receive(deviceCall(action, text, { now: parts.clock.now() }).call);
    if (n === 0) (await parts.csms.question(1)).refuse(away());
    await answer;
    parts.clock.advance(1_000);
  }
  parts.sessions.linkChanged(IDENTITY, 'open');
  return parts;
}

const failed = () => new BridgeError('CsmsInternalError');
const asked = ({ csms }: Bridge) =>
  csms.asked.slice(1).map(({ request: { payload } }) => Number(payload['connectorId'] ?? payload['transactionId']));

/** Lets everything happen that does not wait for time or for a peer. */
async function settled(): Promise<void> {
  for (let n = 0; n < 20; n++) await new Promise((resolve) => setImmediate(resolve));
}

describe('a message that the CSMS does not take', () => {
  test('holds back those of its kind, in their order, and no others', async () => {
    const parts = await waiting(
      ['MeterValues', reading(1)],
      ['MeterValues', reading(2)],
      ['StopTransaction', stop(7)],
      ['StopTransaction', stop(8)],
    );
    (await parts.csms.question(2)).refuse(failed());
    (await parts.csms.question(3)).answer({});
    (await parts.csms.question(4)).answer({});
    await settled();
    expect(asked(parts)).toEqual([1, 7, 8]);
    parts.clock.advance(5_000);
    (await parts.csms.question(5)).answer({});
    (await parts.csms.question(6)).answer({});
    await expect.poll(() => parts.sessions.outbox.depth).toBe(0);
    expect(asked(parts)).toEqual([1, 7, 8, 1, 2]);
  });

  test('lets what comes later pass, and its own kind not', async () => {
    const parts = await waiting(['MeterValues', reading(1)]);
    (await parts.csms.question(2)).refuse(failed());
    await settled();
    for (const [action, payload] of [
      ['MeterValues', { connectorId: '2' }],
      ['StopTransaction', { transactionId: '7', meterStop: '1', timestamp: '2024-03-09T10:00:00Z' }],
    ] as const)
      await parts.sessions.receive(deviceCall(action, payload, { now: parts.clock.now() }).call);
    (await parts.csms.question(3)).answer({});
    await settled();
    expect(asked(parts)).toEqual([1, 7]);
    parts.clock.advance(5_000);
    (await parts.csms.question(4)).answer({});
    (await parts.csms.question(5)).answer({});
    await expect.poll(() => parts.sessions.outbox.depth).toBe(0);
    expect(asked(parts)).toEqual([1, 7, 1, 2]);
  });

  test('hides none behind it, however many of its kind wait', async () => {
    const readings = Array.from({ length: 100 }, (_, n): [string, JsonObject] => ['MeterValues', reading(n + 1)]);
    const stops = [500, 501].map((id): [string, JsonObject] => ['StopTransaction', stop(id)]);
    const parts = await waiting(...readings, ...stops);
    (await parts.csms.question(2)).refuse(failed());
    (await parts.csms.question(3)).answer({});
    (await parts.csms.question(4)).answer({});
    await settled();
    expect(asked(parts)).toEqual([1, 500, 501]);
    parts.clock.advance(5_000);
    for (let n = 5; n <= 104; n += 1) (await parts.csms.question(n)).answer({});
    await expect.poll(() => parts.sessions.outbox.depth).toBe(0);
    expect(asked(parts).slice(3)).toEqual(readings.map(([, { connectorId }]) => connectorId));
  });

  test('is still the oldest that waits', async () => {
    const parts = await waiting(['MeterValues', reading(1)], ['StopTransaction', stop(7)]);
    const { oldest } = parts.sessions.outbox;
    expect(oldest).toBeDefined();
    (await parts.csms.question(2)).refuse(failed());
    await parts.csms.question(3);
    expect(parts.sessions.outbox.oldest).toBe(oldest);
  });
});
