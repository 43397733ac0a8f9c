import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { startCsms } from './csms.ts';
import { type Load, type LoadResult, run } from './load.ts';
import { CYCLES } from './messages.ts';

/**
 * The bridge against the limit (a relay that converts nothing) and against a naive bridge, all in one run: each on one core,
 * in turns, medians of the rounds. Only the ratios mean something; absolute figures belong to the machine.
 */

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    'charge-points': { type: 'string', default: '500' },
    rate: { type: 'string', default: '700' },
  },
});
const rounds = Number(options.rounds);
const seconds = Number(options.seconds);
const chargePoints = Number(options['charge-points']);
const rate = Number(options.rate);

interface Design {
  readonly name: string;
  start(csmsUrl: string, dir: string): string[];
}

const here = (file: string) => new URL(file, import.meta.url).pathname;

const bridgeTo =
  (protocol: string) =>
  (csmsUrl: string, dir: string): string[] => {
    const file = `${dir}/bridge.yaml`;
    writeFileSync(
      file,
      `soap: { listen: "127.0.0.1:0" }\ncsms: { url: "${csmsUrl}", protocol: ${protocol} }\nstore: { path: "${dir}/data" }\nadmin: { listen: "127.0.0.1:0" }\ncallbacks: { allow: ["127.0.0.0/8"] }\n`,
    );
    return [here('../dist/app/main.js'), 'run', '--config', file];
  };

const DESIGNS: readonly Design[] = [
  { name: 'relay, nothing converted', start: (url) => ['--import', 'tsx', here('relay.ts'), url] },
  { name: 'naive: node-soap + ws', start: (url) => ['--import', 'tsx', here('naive.ts'), url] },
  { name: 'bridge (LMDB, log, metrics)', start: bridgeTo('ocpp1.6') },
  { name: 'bridge, to OCPP 2.0.1', start: bridgeTo('ocpp2.0.1') },
];

interface Figures {
  readonly throughput: number;
  readonly p50: number;
  readonly p99: number;
  /** Process CPU per exchange, microseconds, closed loop. */
  readonly cpu: number;
  readonly failures: number;
}

async function measure(design: Design, csmsUrl: string, cycle: Load['cycle']): Promise<Figures> {
  const dir = mkdtempSync(`${tmpdir()}/bridge-bench-`);
  const pinned = spawnSync('taskset', ['-c', '0', 'true']).status === 0 ? ['taskset', '-c', '0'] : [];
  const [command, ...args] = [...pinned, process.execPath, ...design.start(csmsUrl, dir)];
  const child = spawn(command ?? '', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const port = await portOf(child);
    let before = 0;
    const closed = await run({ port, chargePoints, cycle, seconds }, 6, () => {
      before = cpuSeconds(child.pid ?? 0);
    });
    const cpu = cpuSeconds(child.pid ?? 0) - before;
    const open = await run({ port, chargePoints, cycle, seconds, rate }, 1, () => undefined);
    return {
      throughput: closed.exchanges / closed.seconds,
      cpu: (cpu / closed.exchanges) * 1e6,
      p50: quantile(open, 0.5),
      p99: quantile(open, 0.99),
      failures: closed.failures + open.failures,
    };
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The first line that names the port it listens on: `listening 1234`, or the bridge's log line of the SOAP listener. */
async function portOf(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error('no output to read the port from');
  for await (const line of createInterface({ input: child.stdout })) {
    const port =
      /^listening (\d+)/.exec(line)?.[1] ??
      /soap.*"address":"[^"]*:(\d+)"|"address":"[^"]*:(\d+)".*soap/i.exec(line)?.slice(1).find(Boolean);
    if (port === undefined) continue;
    child.stdout.resume();
    return Number(port);
  }
  throw new Error('the process ended before it listened');
}

/** User and system time of a process, all threads. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function quantile({ latencies }: LoadResult, q: number): number {
  return latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * q))] ?? Number.NaN;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const TITLES: Readonly<Record<Load['cycle'], string>> = {
  talk: 'nothing durable (Heartbeat, Authorize, DataTransfer)',
  session: 'charging sessions (statuses, Start, 3 × MeterValues, Stop; the bridge writes them to disk)',
};

function print(cycle: Load['cycle'], results: ReadonlyMap<string, Figures[]>): void {
  const of = (name: string | undefined, field: keyof Figures) =>
    median((results.get(name ?? '') ?? []).map((f) => f[field]));
  const [limit, naive] = DESIGNS.map(({ name }) => name);
  const columns: readonly [string, string, (name: string) => string][] = [
    ['throughput', '× relay', (name) => (of(name, 'throughput') / of(limit, 'throughput')).toFixed(2)],
    ['CPU', '× relay', (name) => (of(name, 'cpu') / of(limit, 'cpu')).toFixed(2)],
    ['CPU', '× naive', (name) => (of(name, 'cpu') / of(naive, 'cpu')).toFixed(2)],
    ['p50', '+ ms', (name) => (of(name, 'p50') - of(limit, 'p50')).toFixed(2)],
    ['p99', '+ ms', (name) => (of(name, 'p99') - of(limit, 'p99')).toFixed(2)],
    ['p50', '× relay', (name) => (of(name, 'p50') / of(limit, 'p50')).toFixed(2)],
    ['p99', '× relay', (name) => (of(name, 'p99') / of(limit, 'p99')).toFixed(2)],
    ['failures', '', (name) => String(of(name, 'failures'))],
  ];
  const line = (first: string, cells: readonly string[]) =>
    console.log(first.padEnd(28) + cells.map((c) => c.padStart(11)).join(''));
  console.log(`\n${TITLES[cycle]}`);
  line(
    '',
    columns.map(([title]) => title),
  );
  line(
    '',
    columns.map(([, unit]) => unit),
  );
  for (const { name } of DESIGNS)
    line(
      name,
      columns.map(([, , value]) => value(name)),
    );
}

const port = await startCsms();
console.log(
  `${chargePoints} charge points, ${rounds} rounds of ${seconds} s in turns, each design on one core; latency at ${rate} messages/s`,
);
for (const cycle of Object.keys(CYCLES) as Load['cycle'][]) {
  const results = new Map<string, Figures[]>(DESIGNS.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const design of DESIGNS) {
      process.stderr.write(`${cycle}, round ${round} of ${rounds}: ${design.name}\n`);
      results.get(design.name)?.push(await measure(design, `ws://127.0.0.1:${port}/ocpp`, cycle));
    }
  }
  print(cycle, results);
}
process.exit(0);
