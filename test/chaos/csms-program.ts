import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { JsonObject } from '../../src/base/message.ts';
import { Reader, sourceOf, type Told, write } from './book.ts';
import { Chance } from './random.ts';
import { PROTOCOLS, TONGUES } from './tongues.ts';

/**
 * A CSMS as a process of its own: `csms-program.ts <port> <book> <seed> <protocol>`. It writes down what it takes before it answers,
 * gives every start a new id, even a repeated one, and refuses who has not booted since it was started. While it is wild, it
 * answers late or never, refuses, and hangs up. While it is strict, it finds fault with some messages, with the same ones
 * however often they come. It tells its port to its parent, and the parent tells it how to behave.
 */

/** What the parent says. */
export interface Behaviour {
  readonly wild: boolean;
  /** Chooses which messages it finds fault with; undefined: none. */
  readonly strict?: number;
}

type Call = readonly [kind: 2, id: string, action: string, payload: JsonObject];

const [port = '0', file = '', seed = '1', spoken] = process.argv.slice(2);
const protocol = PROTOCOLS.find((one) => one === spoken) ?? 'ocpp1.6';
const tongue = TONGUES[protocol]();
const chance = new Chance(Number(seed));
const earlier = new Reader(file);
earlier.readOn();
let bookings = earlier.booked.length;
let transactions = Math.max(0, ...earlier.booked.map(({ transactionId = 0 }) => transactionId));
let how: Behaviour = { wild: false };
/** Whom it has accepted, each with the link on which it was. */
const introduced = new Map<string, WebSocket>();

/** What it does with a transaction message while it is wild: the share in percent. */
const MOODS = [
  [6, { late: [1100, 2400] }],
  [2, { late: [3300, 4500] }],
  [4, { error: true }],
  [2, { hangUp: 'before' }],
  [3, { hangUp: 'after' }],
  [1, { silent: true }],
] as const;

interface Mood {
  readonly late?: readonly [number, number];
  readonly error?: true;
  readonly hangUp?: 'before' | 'after';
  readonly silent?: true;
  readonly stranger?: true;
  /** Not yet accepted: it may boot again in a second. */
  readonly not?: 'Pending' | 'Rejected';
}

/** The same for a BootNotification, where one must wait for its answer. (After a CALLERROR the bridge waits a minute.) */
const BOOT_MOODS = [
  [15, { late: [50, 1500] }],
  [4, { hangUp: 'before' }],
  [4, { hangUp: 'after' }],
  [6, { not: 'Pending' }],
  [3, { not: 'Rejected' }],
] as const;

/** A process that stood still for so long (ms) finds calls that the bridge may have given up. */
const STILL = 500;
let seen = Date.now();
setInterval(() => {
  const at = Date.now();
  if (at - seen > STILL) write(file, { stood: seen, at });
  seen = at;
}, STILL / 5);

const STRANGER: Mood = { stranger: true };

/** What a strict CSMS has against this message, if anything. */
function complaint(source: string): string | undefined {
  if (how.strict === undefined) return undefined;
  const digest = createHash('sha256').update(`${how.strict}/${source}`).digest();
  return digest.readUInt8(0) < 0.3 * 256
    ? tongue.complaints[digest.readUInt8(1) % tongue.complaints.length]
    : undefined;
}

const bootMoods = tongue.bootsOnEachLink ? BOOT_MOODS : [];

function mood(action: string): Mood {
  const moods = tongue.kept.has(action) ? MOODS : action === 'BootNotification' ? bootMoods : [];
  if (!how.wild || moods.length === 0) return {};
  let roll = chance.below(100);
  for (const [share, one] of moods) {
    if (roll < share) return one;
    roll -= share;
  }
  return {};
}

function serve(socket: WebSocket, identity: string): void {
  // A link that breaks takes an answer with it that is still on its way: what is said on it later shows that it arrived.
  const unheard: Told[] = [];
  socket.on('error', () => undefined);
  socket.on('message', (data) => {
    for (const told of unheard.splice(0)) write(file, told);
    const frame = JSON.parse(String(data)) as readonly unknown[];
    if (frame[0] === 2) receive({ socket, identity, unheard }, frame as unknown as Call);
  });
}

interface Link {
  readonly socket: WebSocket;
  readonly identity: string;
  readonly unheard: Told[];
}

function receive({ socket, identity, unheard }: Link, [, id, action, payload]: Call): void {
  const say = (...frame: unknown[]) => socket.send(JSON.stringify(frame));
  const source = sourceOf({ identity, action, payload });
  const kept = tongue.kept.has(action);
  const violate = (what: string) => write(file, { violated: `${identity} ${action}: ${what}` });
  const refuse = (code: string, why: string) => {
    if (kept) write(file, { refused: source });
    say(4, id, code, why, {});
  };
  const broken = tongue.violation(action, payload);
  if (broken !== undefined) violate(broken);
  const boots = action === 'BootNotification';
  const link = introduced.get(identity);
  const known = boots || (tongue.bootsOnEachLink ? link === socket : link !== undefined);
  if (!known && tongue.bootsOnEachLink) violate('before its BootNotification was accepted');
  const mine = known ? mood(action) : STRANGER;
  const wrong = kept ? complaint(source) : undefined;
  if (mine.stranger) refuse('SecurityError', 'who is this?');
  else if (wrong !== undefined) refuse(wrong, 'something is wrong with this');
  else if (mine.error) refuse('InternalError', 'not now');
  else if (mine.hangUp === 'before') socket.terminate();
  else if (!mine.silent) {
    const answer = { ...taken(identity, action, payload), ...(mine.not && { status: mine.not, interval: 1 }) };
    const n = bookings;
    const tell = () => {
      if (socket.readyState !== socket.OPEN) return;
      if (boots && mine.not) introduced.delete(identity);
      else if (boots) introduced.set(identity, socket);
      if (kept) unheard.push({ told: n, at: Date.now() });
      say(3, id, answer);
    };
    if (mine.hangUp === 'after') socket.terminate();
    else if (mine.late) setTimeout(tell, chance.between(...mine.late));
    else tell();
  }
}

function taken(identity: string, action: string, payload: JsonObject): object {
  if (!tongue.kept.has(action)) return tongue.answer(action, payload, undefined);
  bookings += 1;
  const booked = { n: bookings, at: Date.now(), identity, action, payload };
  if (action !== 'StartTransaction') {
    write(file, booked);
    return tongue.answer(action, payload, undefined);
  }
  transactions += 1;
  write(file, { ...booked, transactionId: transactions });
  return tongue.answer(action, payload, transactions);
}

const http = createServer();
const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => protocol });
http.on('upgrade', (request, socket, head) => {
  const identity = decodeURIComponent((request.url ?? '').slice('/ocpp/'.length));
  sockets.handleUpgrade(request, socket, head, (ws) => serve(ws, identity));
});
http.listen({ port: Number(port), host: '127.0.0.1' }, () => process.send?.((http.address() as AddressInfo).port));
process.on('message', (message) => {
  how = message as Behaviour;
});
process.on('disconnect', () => process.exit());
