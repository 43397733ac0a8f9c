import type { Round } from './chaos.ts';
import type { FaultKind } from './faults.ts';

/** What the runs say to people. */

export function lineOf({ number, kinds, notes, sessions, bookedAgain, letters, settled, faults }: Round): string {
  const told = notes.length === 0 ? '' : ` (${notes.join('; ')})`;
  const books = faults.length === 0 ? `books agree after ${(settled / 1000).toFixed(1)} s` : `${faults.length} FAULTS`;
  return `round ${number}: ${kinds.join(', ')}${told}; ${sessions} sessions, ${bookedAgain} booked again, ${letters} dead letters; ${books}`;
}

interface Row {
  times: number;
  rounds: number;
  /** In the rounds in which this kind came, others beside it. */
  'booked again': number;
  'dead letters': number;
  'longest, s': number;
  faults: number;
}

/** One row for each kind of fault that came. */
export function tableOf(rounds: readonly Round[]): Partial<Record<FaultKind, Row>> {
  const table: Partial<Record<FaultKind, Row>> = {};
  for (const { kinds, bookedAgain, letters, settled, faults } of rounds) {
    for (const kind of new Set(kinds)) {
      table[kind] ??= { times: 0, rounds: 0, 'booked again': 0, 'dead letters': 0, 'longest, s': 0, faults: 0 };
      const row = table[kind];
      row.times += kinds.filter((one) => one === kind).length;
      row.rounds += 1;
      row['booked again'] += bookedAgain;
      row['dead letters'] += letters;
      row['longest, s'] = Math.max(row['longest, s'], Math.round(settled / 1000));
      row.faults += faults.length;
    }
  }
  return table;
}
