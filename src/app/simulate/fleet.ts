import { type Clock, systemClock } from '../../base/clock.ts';
import { type Ids, randomIds } from '../../base/ids.ts';
import { SOAP_VERSIONS, type SoapVersion } from '../../base/message.ts';
import { loadSoapContracts } from '../../contract/wsdl.ts';
import { WSDL_DIR } from '../places.ts';
import { CallbackServer } from './callback-server.ts';
import { codecWire } from './codec-wire.ts';
import { type Device, makeDevice } from './device.ts';
import { FastClock } from './fast-clock.ts';
import { interruption } from './interruption.ts';
import { Ledger } from './ledger.ts';
import { lifeOf, type Step } from './life.ts';
import { Pace } from './pace.ts';
import { Progress } from './progress.ts';
import { seededRandom } from './random.ts';
import { type ActionFigures, Statistics } from './statistics.ts';
import { summaryOf } from './summary.ts';

/** A fleet of simulated SOAP charge points that keeps a central system busy at a given rate. */

export interface SimulateOptions {
  /** SOAP address of the central system. */
  readonly csms: string;
  readonly version: SoapVersion | 'mix';
  /** How many charge points. */
  readonly count: number;
  /** Messages per second, all charge points together; Infinity: each as fast as it is answered. */
  readonly rate: number;
  /** Seconds. */
  readonly duration: number;
  /** Ends the run earlier, after so many messages. */
  readonly messages?: number;
  readonly callbackHost?: string;
  readonly callbackPort?: number;
  readonly callbackUrl?: string;
  readonly seed?: number;
  /** How much faster than real time the charge points live (intervals, energy); default 1. */
  readonly speed?: number;
  /** Keep HTTP connections open between messages; default true. */
  readonly keepAlive?: boolean;
  /** Seconds to wait for an answer; default 30. */
  readonly answerWithin?: number;
  /** Beginning of every identity; default `SIM`. */
  readonly prefix?: string;
  readonly connectors?: number;
  /** WSDL files; default the project's own. */
  readonly wsdl?: string;
  readonly out?: NodeJS.WritableStream;
  readonly clock?: Clock;
  readonly ids?: Ids;
  /** Ends the run early but cleanly, as ctrl-C does. */
  readonly signal?: AbortSignal;
}

export interface SimulateResult {
  readonly chargePoints: number;
  readonly messages: number;
  readonly seconds: number;
  /** Messages per second, as it came out. */
  readonly rate: number;
  /** Messages that were due while every charge point was waiting for an answer. */
  readonly late: number;
  readonly figures: { readonly actions: readonly ActionFigures[]; readonly all: ActionFigures };
  /** By kind: `HTTP 503`, `refused`, `Fault SecurityError`… */
  readonly errors: ReadonlyMap<string, number>;
  /** Commands received, by operation. */
  readonly commands: ReadonlyMap<string, number>;
  readonly sessions: { readonly started: number; readonly ended: number; readonly energy: number };
  readonly undelivered: number;
  /** What should not have happened, one line each. */
  readonly oddities: readonly string[];
  readonly ledger: Ledger;
}

/** How long open sessions get to be ended when the run is over, in milliseconds. */
const FAREWELL = 20_000;

/** Runs the fleet and prints its progress and summary. Rejects when the WSDL files or the callback address cannot be had. */
export async function runSimulate(options: SimulateOptions): Promise<SimulateResult> {
  const clock = options.clock ?? systemClock;
  const out = options.out ?? process.stdout;
  const statistics = new Statistics();
  const ledger = new Ledger();
  const callbacks = new CallbackServer({
    ...(options.callbackHost !== undefined && { host: options.callbackHost }),
    ...(options.callbackPort !== undefined && { port: options.callbackPort }),
    ...(options.callbackUrl !== undefined && { announced: options.callbackUrl }),
  });
  const devices = await makeFleet(options, { clock, statistics, ledger, callbacks });
  const points = devices.map((device) => device.point);
  const random = seededRandom(options.seed ?? 1);
  const lives = points.map((point) => ({ next: stepper(lifeOf(point, seededRandom(Math.floor(random() * 2 ** 32)))) }));
  const progress = new Progress({
    out,
    clock,
    statistics,
    state: () => ({
      registered: points.filter((point) => point.registered).length,
      charging: points.flatMap((point) => point.connectors).filter((connector) => connector.session).length,
    }),
  });
  const startedAt = clock.monotonic();
  const { signal, release } = options.signal ? { signal: options.signal, release: () => {} } : interruption();
  progress.start();
  try {
    const pace = new Pace(clock, options.rate);
    const late = await pace.run(lives, {
      until: startedAt + options.duration * 1_000,
      enough: (speaking) => signal.aborted || statistics.sent + speaking >= (options.messages ?? Infinity),
      signal,
    });
    const seconds = (clock.monotonic() - startedAt) / 1_000;
    const rate = statistics.sent / Math.max(seconds, 0.001);
    // Nobody waits any longer for a central system that never let it in.
    for (const point of points) if (!point.registered) point.close();
    await Promise.race([Promise.all([pace.idle(), endSessions(devices)]), passing(clock, FAREWELL)]);
    const result: SimulateResult = {
      chargePoints: devices.length,
      messages: statistics.sent,
      seconds,
      rate,
      late,
      figures: statistics.figures(),
      errors: statistics.errors,
      commands: statistics.commands,
      sessions: { started: ledger.sessions.length, ended: ledger.ended.length, energy: ledger.energy },
      undelivered: points.reduce((sum, point) => sum + point.undelivered, 0),
      oddities: ledger.oddities,
      ledger,
    };
    progress.stop();
    out.write(summaryOf(result));
    return result;
  } finally {
    release();
    progress.stop();
    for (const device of devices) device.close();
    await callbacks.close();
  }
}

async function makeFleet(
  options: SimulateOptions,
  parts: { clock: Clock; statistics: Statistics; ledger: Ledger; callbacks: CallbackServer },
): Promise<Device[]> {
  const ids = options.ids ?? randomIds;
  const wire = codecWire(await loadSoapContracts(options.wsdl ?? WSDL_DIR), ids);
  await parts.callbacks.listen();
  const random = seededRandom((options.seed ?? 1) + 1);
  const lived = new FastClock(parts.clock, options.speed ?? 1);
  const digits = String(options.count).length;
  return Array.from({ length: options.count }, (_, index) => {
    const version =
      options.version === 'mix' ? (SOAP_VERSIONS[index % SOAP_VERSIONS.length] ?? '1.6') : options.version;
    const number = String(index + 1).padStart(digits, '0');
    return makeDevice(
      {
        identity: `${options.prefix ?? 'SIM'}-${version.replace('.', '')}-${number}`,
        version,
        connectors: options.connectors ?? 2,
        csms: options.csms,
        keepAlive: options.keepAlive ?? true,
        answerWithin: (options.answerWithin ?? 30) * 1_000,
      },
      {
        clock: lived,
        stopwatch: parts.clock,
        ids,
        random,
        wire,
        callbacks: parts.callbacks,
        ledger: parts.ledger,
        said: (action, kind, milliseconds) => parts.statistics.said(action, kind, milliseconds),
        told: (action, kind) => parts.statistics.told(action, kind),
      },
    );
  });
}

function stepper(life: Generator<Step, never>): () => Promise<unknown> {
  return () => life.next().value();
}

/** Ends every running session, so that both ends can close their books. */
async function endSessions(devices: readonly Device[]): Promise<void> {
  const ends = devices.map(async ({ point }) => {
    for (const connector of point.connectors) await point.end(connector, 'Other');
  });
  await Promise.all(ends);
}

function passing(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}
