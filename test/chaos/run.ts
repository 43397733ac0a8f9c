import { parseArgs } from 'node:util';
import { chaos } from './chaos.ts';
import { FAULT_KINDS, type FaultKind } from './faults.ts';
import { lineOf, tableOf } from './summary.ts';
import { PROTOCOLS } from './tongues.ts';

/** `npm run chaos -- --rounds N --seed S --faults diskFull,clockJumps --protocol ocpp2.0.1` */

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    protocol: { type: 'string', default: 'ocpp1.6' },
    faults: { type: 'string', default: FAULT_KINDS.join() },
  },
});
const seed = Number(values.seed);
const kinds = values.faults.split(',').map((name): FaultKind => {
  const kind = FAULT_KINDS.find((one) => one === name.trim());
  if (kind) return kind;
  throw new Error(`no fault is called ${name}; there are ${FAULT_KINDS.join(', ')}`);
});
const protocol = PROTOCOLS.find((one) => one === values.protocol);
if (protocol === undefined) throw new Error(`there are ${PROTOCOLS.join(' and ')}, not ${values.protocol}`);
console.info(`seed ${seed}, ${protocol}`);

const rounds = await chaos({
  ...{ rounds: Number(values.rounds), seed, kinds, protocol },
  told: (round) => console.info(lineOf(round)),
});

console.table(tableOf(rounds));
const last = rounds.at(-1);
console.table({
  seed,
  rounds: rounds.length,
  sessions: last?.sessions,
  'messages confirmed': last?.messages,
  'repeats of charge points': last?.repeats,
  'booked again after an unknown outcome': last?.repeated,
  'put aside and delivered later': rounds.reduce((sum, { letters }) => sum + letters, 0),
  'longest until the books agreed, ms': Math.max(...rounds.map(({ settled }) => settled)),
  faults: last?.faults.length,
});
for (const fault of last?.faults.slice(0, 50) ?? []) console.error(fault);
process.exitCode = last?.faults.length === 0 ? 0 : 1;
