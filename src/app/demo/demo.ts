import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../base/clock.ts';
import { type Ids, randomIds } from '../../base/ids.ts';
import type { CsmsProtocol, SoapVersion } from '../../base/message.ts';
import type { JsonContract } from '../../contract/json-contract.ts';
import { loadSoapContracts } from '../../contract/wsdl.ts';
import { WSDL_DIR } from '../places.ts';
import { CallbackServer } from '../simulate/callback-server.ts';
import { codecWire } from '../simulate/codec-wire.ts';
import { type Device, makeDevice } from '../simulate/device.ts';
import { FastClock } from '../simulate/fast-clock.ts';
import { interruption } from '../simulate/interruption.ts';
import { Ledger } from '../simulate/ledger.ts';
import { seededRandom } from '../simulate/random.ts';
import { Conversation } from './conversation.ts';
import { Csms } from './csms.ts';
import { lossesIn } from './losses.ts';
import { type Screen, screenFor } from './paint.ts';
import { phrasesOf } from './phrases.ts';
import { type Cast, charge, operate, powerOn } from './scenario.ts';
import { verdict } from './verdict.ts';
import { Watch } from './watch.ts';

/** A bridge between three simulated SOAP charge points and a small CSMS, and their conversation told aloud. */

export interface RunningBridge {
  readonly soapUrl: string;
  readonly adminUrl: string;
  stop(): Promise<void>;
}

export interface DemoOptions {
  /** End after one round. */
  readonly once: boolean;
  /** What the CSMS speaks; default `ocpp1.6`. */
  readonly protocol?: CsmsProtocol;
  readonly out: NodeJS.WritableStream;
  readonly startBridge: (options: {
    csmsUrl: string;
    protocol: CsmsProtocol;
    storePath: string;
    allowCallbacks: string[];
  }) => Promise<RunningBridge>;
  /** Lets the CSMS check every message. */
  readonly contract?: JsonContract;
  readonly clock?: Clock;
  readonly ids?: Ids;
  /** Ends the demo as ctrl-C does. */
  readonly signal?: AbortSignal;
}

/** How many times faster than in life the energy flows while the play says that time passes; else the meters stand. */
const SPEED = 3_000;
/** Milliseconds between two steps. */
const BREATH = { once: 40, loop: 1_500 };
const POINTS: readonly (readonly [string, SoapVersion])[] = [
  ['CP-12-OSLO', '1.2'],
  ['CP-15-BERN', '1.5'],
  ['CP-16-LYON', '1.6'],
];

/** Resolves with the exit code: 0, or 1 when the books of the two ends disagree. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const clock = options.clock ?? systemClock;
  const ids = options.ids ?? randomIds;
  const screen = screenFor(options.out);
  const conversation = new Conversation({ screen, clock });
  const watch = new Watch(conversation, clock);
  const protocol = options.protocol ?? 'ocpp1.6';
  const csms = new Csms({ clock, ids, protocol, tap: watch, ...(options.contract && { contract: options.contract }) });
  const callbacks = new CallbackServer();
  const storePath = await mkdtemp(join(tmpdir(), 'ocpp-soap-bridge-demo-'));
  const { signal, release } = options.signal ? { signal: options.signal, release: () => {} } : interruption();
  const devices: Device[] = [];
  let bridge: RunningBridge | undefined;
  try {
    await csms.listen();
    await callbacks.listen();
    bridge = await options.startBridge({
      csmsUrl: csms.url,
      protocol,
      storePath,
      allowCallbacks: ['127.0.0.0/8', '::1/128'],
    });
    const ledger = new Ledger();
    const meterClock = new FastClock(clock, 0);
    const parts = { clock, stopwatch: clock, meterClock, ids, callbacks, ledger };
    const wire = codecWire(await loadSoapContracts(WSDL_DIR), ids);
    for (const [index, [identity, version]] of POINTS.entries()) {
      const settings = {
        identity,
        version,
        connectors: 1,
        csms: bridge.soapUrl,
        keepAlive: true,
        answerWithin: 30_000,
      };
      const random = seededRandom(index + 1);
      const silent = { said: () => {}, told: () => {} };
      devices.push(makeDevice(settings, { ...parts, wire, random, ...silent, watch: (event) => watch.soap(event) }));
    }
    screen.out.write(opening(screen, bridge, csms, protocol));
    const breath = options.once ? BREATH.once : BREATH.loop;
    const cast: Cast = {
      csms,
      conversation,
      phrases: phrasesOf(protocol),
      watch,
      devices: devices as [Device, Device, Device],
      async pass(minutes) {
        meterClock.speed = SPEED;
        try {
          await waiting(clock, (minutes * 60_000) / SPEED, signal);
        } finally {
          meterClock.speed = 0;
        }
      },
      breathe: () => waiting(clock, breath, signal),
    };
    return await play(cast, { once: options.once, signal, screen, bridge, ledger });
  } finally {
    release();
    for (const device of devices) device.close();
    await bridge?.stop();
    await callbacks.close();
    await csms.stop();
    await rm(storePath, { recursive: true, force: true });
  }
}

async function play(
  cast: Cast,
  stage: { once: boolean; signal: AbortSignal; screen: Screen; bridge: RunningBridge; ledger: Ledger },
): Promise<number> {
  const { csms, conversation } = cast;
  try {
    await powerOn(cast);
    do {
      await charge(cast);
      await operate(cast);
    } while (!stage.once);
  } catch (error) {
    if (!stage.signal.aborted) throw error;
    // Ctrl-C between two steps: close the books first.
    for (const { point } of cast.devices) for (const connector of point.connectors) await point.end(connector, 'Other');
  }
  await conversation.settled(2_000);
  const { text, faults } = verdict(
    { devices: stage.ledger, csms: csms.ledger, complaints: csms.complaints },
    { exchanges: conversation.told, losses: await lossesOf(stage.bridge), paint: stage.screen.paint },
  );
  stage.screen.out.write(text);
  return faults.length === 0 ? 0 : 1;
}

function opening(screen: Screen, bridge: RunningBridge, csms: Csms, protocol: CsmsProtocol): string {
  const { paint } = screen;
  return [
    '',
    paint('bold', 'Three charge points that speak only SOAP, a central system that speaks only JSON, and a bridge.'),
    `  charge points  OCPP 1.2, 1.5 and 1.6 over SOAP, to ${bridge.soapUrl}`,
    `  CSMS           OCPP ${protocol === 'ocpp1.6' ? '1.6J' : '2.0.1'} over WebSocket, at ${csms.url}`,
    `  metrics        ${bridge.adminUrl}/metrics`,
    `  Energy flows ${SPEED} times as fast as in life. Headers and namespaces are not shown.`,
    '',
  ].join('\n');
}

async function lossesOf(bridge: RunningBridge): Promise<Map<string, number>> {
  const response = await fetch(`${bridge.adminUrl.replace(/\/$/, '')}/metrics`);
  return lossesIn(await response.text());
}

/** Rejects when the demo is to end. */
function waiting(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      timer.cancel();
      reject(new Error('interrupted'));
    };
    const timer = clock.after(ms, () => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
