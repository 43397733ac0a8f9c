import { expect, it } from 'vitest';
import { chaos } from './chaos.ts';
import { FAULT_KINDS } from './faults.ts';
import { PROTOCOLS } from './tongues.ts';

/** `CHAOS_ROUNDS` and `CHAOS_SEED` change how much happens and what. */
const ROUNDS = Number(process.env['CHAOS_ROUNDS'] ?? 4);
const SEED = Number(process.env['CHAOS_SEED'] ?? 2);

it.each(PROTOCOLS)(
  `with %s both ends have the same books after ${ROUNDS} rounds of whatever may go wrong`,
  async (protocol) => {
    // Each version meets other faults, and one of them a disk of limited size.
    const seed = SEED + PROTOCOLS.indexOf(protocol);
    const rounds = await chaos({ rounds: ROUNDS, seed, protocol });
    const last = rounds.at(-1);
    expect(last?.faults, `seed ${seed}, round ${last?.number}: ${last?.kinds.join(', ')}`).toEqual([]);
    expect(rounds).toHaveLength(ROUNDS);
    expect(last?.sessions).toBeGreaterThan(5 * ROUNDS);
    const kinds = rounds.flatMap((round) => round.kinds);
    expect(new Set(kinds).size).toBe(Math.min(kinds.length, FAULT_KINDS.length));
    console.info(
      `seed ${seed}, ${protocol}: ${last?.sessions} sessions, ${last?.messages} messages, ${last?.repeated} booked again; ${kinds.join(', ')}`,
    );
  },
  300_000,
);
