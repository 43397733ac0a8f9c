import { parseArgs } from 'node:util';
import { chaos } from './chaos.ts';

/** `npm run chaos -- --rounds N --seed S` */

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
  },
});
const seed = Number(values.seed);
console.info(`seed ${seed}`);

const rounds = await chaos({
  rounds: Number(values.rounds),
  seed,
  told({ number, events, sessions, repeated, settled, faults }) {
    const seconds = (settled / 1000).toFixed(1);
    const books = faults.length === 0 ? `books agree after ${seconds} s` : `${faults.length} FAULTS`;
    console.info(`round ${number}: ${events.join(', ')}; ${sessions} sessions, ${repeated} repeated; ${books}`);
  },
});

const events = new Map<string, number>();
for (const event of rounds.flatMap((round) => round.events)) events.set(event, (events.get(event) ?? 0) + 1);
console.table(Object.fromEntries(events));
const last = rounds.at(-1);
console.table({
  seed,
  rounds: rounds.length,
  sessions: last?.sessions,
  'messages confirmed': last?.messages,
  'repeats of charge points': last?.repeats,
  'booked again after an unknown outcome': last?.repeated,
  'longest until the books agreed, ms': Math.max(...rounds.map(({ settled }) => settled)),
  faults: last?.faults.length,
});
for (const fault of last?.faults.slice(0, 50) ?? []) console.error(fault);
process.exitCode = last?.faults.length === 0 ? 0 : 1;
