import { expect, test } from 'vitest';
import { BridgeError } from '../../src/base/errors.ts';
import type { Flows } from '../../src/flow/decision.ts';
import { ocpp16Flows } from '../../src/flow/flows.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { SETTINGS } from '../flow/context.ts';
import { bridge, deviceCall, IDENTITY } from './harness.ts';

/** Rules that say themselves how long what waits rests. */
const flows = (ms: number): Flows => ({
  ...ocpp16Flows,
  outboxRefused(state, entry, refusal, context) {
    const decided = ocpp16Flows.outboxRefused(state, entry, refusal, context);
    return { ...decided, effects: [...decided.effects, { do: 'outbox-pause', ms }] };
  },
});

/** Lets everything happen that does not wait for time or for a peer. */
async function settled(): Promise<void> {
  for (let n = 0; n < 6; n++) await new Promise((resolve) => setImmediate(resolve));
}

test.each([1_000, 90_000])('a refused message rests as long as the rules say: %i ms', async (ms) => {
  const flow = { ...SETTINGS, whenCsmsIsAway: 'buffer' } as const;
  const chargePoint = () => ({ flow, flows: flows(ms), timezone: 'UTC', version: undefined });
  const parts = bridge(new MemoryStore(), {}, { chargePoint });
  const stop = { transactionId: '5', meterStop: '9', timestamp: '2024-03-09T10:00:00Z' };
  const answer = parts.sessions.receive(deviceCall('StopTransaction', stop).call);
  (await parts.csms.question(1)).refuse(new BridgeError('CsmsAway'));
  await answer;
  parts.sessions.linkChanged(IDENTITY, 'open');
  (await parts.csms.question(2)).refuse(new BridgeError('CsmsInternalError'));
  await settled();
  parts.clock.advance(ms - 1);
  await settled();
  expect(parts.csms.asked).toHaveLength(2);
  parts.clock.advance(1);
  (await parts.csms.question(3)).answer({});
  await expect.poll(() => parts.sessions.outbox.depth).toBe(0);
});
