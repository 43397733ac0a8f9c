import { expect, it } from 'vitest';
import { chaos } from './chaos.ts';
import { FAULT_KINDS } from './faults.ts';

/** `CHAOS_ROUNDS` and `CHAOS_SEED` change how much happens and what. */
const ROUNDS = Number(process.env['CHAOS_ROUNDS'] ?? 6);
const SEED = Number(process.env['CHAOS_SEED'] ?? 2);

it(`both ends have the same books after ${ROUNDS} rounds of whatever may go wrong`, async () => {
  const rounds = await chaos({ rounds: ROUNDS, seed: SEED });
  const last = rounds.at(-1);
  expect(last?.faults, `seed ${SEED}, round ${last?.number}: ${last?.kinds.join(', ')}`).toEqual([]);
  expect(rounds).toHaveLength(ROUNDS);
  expect(last?.sessions).toBeGreaterThan(5 * ROUNDS);
  const kinds = rounds.flatMap((round) => round.kinds);
  expect(new Set(kinds).size).toBe(Math.min(kinds.length, FAULT_KINDS.length));
  console.info(
    `seed ${SEED}: ${last?.sessions} sessions, ${last?.messages} messages, ${last?.repeated} booked again; ${kinds.join(', ')}`,
  );
}, 300_000);
