import { expect, it } from 'vitest';
import { chaos } from './chaos.ts';

/** `CHAOS_ROUNDS` and `CHAOS_SEED` change how much happens and what. */
const ROUNDS = Number(process.env['CHAOS_ROUNDS'] ?? 4);
const SEED = Number(process.env['CHAOS_SEED'] ?? 1);

it(`both ends have the same books after ${ROUNDS} rounds of kills, freezes and refusals`, async () => {
  const rounds = await chaos({ rounds: ROUNDS, seed: SEED });
  const last = rounds.at(-1);
  expect(last?.faults, `seed ${SEED}, round ${last?.number}: ${last?.kinds.join(', ')}`).toEqual([]);
  expect(rounds).toHaveLength(ROUNDS);
  expect(last?.sessions).toBeGreaterThan(5 * ROUNDS);
  console.info(`seed ${SEED}: ${last?.sessions} sessions, ${last?.messages} messages, ${last?.repeated} booked again`);
}, 300_000);
