import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { Reader, sourceOf, type Told, write } from './book.ts';
import { Chance } from './random.ts';

/**
 * A CSMS as a process of its own: `csms-program.ts <port> <book> <seed>`. It writes down what it takes before it answers,
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

type Call = readonly [kind: 2, id: string, action: string, payload: Readonly<Record<string, unknown>>];

const [port = '0', file = '', seed = '1'] = process.argv.slice(2);
const chance = new Chance(Number(seed));
const earlier = new Reader(file);
earlier.readOn();
let bookings = earlier.booked.length;
let transactions = Math.max(0, ...earlier.booked.map(({ transactionId = 0 }) => transactionId));
let how: Behaviour = { wild: false };
const introduced = new Set<string>();

const KEPT = new Set(['StartTransaction', 'MeterValues', 'StopTransaction']);

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
}

const STRANGER: Mood = { stranger: true };

const COMPLAINTS = ['PropertyConstraintViolation', 'FormationViolation', 'TypeConstraintViolation'] as const;

/** What a strict CSMS has against this message, if anything. */
function complaint(source: string): string | undefined {
  if (how.strict === undefined) return undefined;
  const digest = createHash('sha256').update(`${how.strict}/${source}`).digest();
  return digest.readUInt8(0) < 0.3 * 256 ? COMPLAINTS[digest.readUInt8(1) % COMPLAINTS.length] : undefined;
}

function mood(action: string): Mood {
  if (!how.wild || !KEPT.has(action)) return {};
  let roll = chance.below(100);
  for (const [share, one] of MOODS) {
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
  const refuse = (code: string, why: string) => {
    if (KEPT.has(action)) write(file, { refused: source });
    say(4, id, code, why, {});
  };
  if (action === 'BootNotification') introduced.add(identity);
  const mine = introduced.has(identity) ? mood(action) : STRANGER;
  const wrong = KEPT.has(action) ? complaint(source) : undefined;
  if (mine.stranger) refuse('SecurityError', 'who is this?');
  else if (wrong !== undefined) refuse(wrong, 'something is wrong with this');
  else if (mine.error) refuse('InternalError', 'not now');
  else if (mine.hangUp === 'before') socket.terminate();
  else if (!mine.silent) {
    const answer = taken(identity, action, payload);
    const n = bookings;
    const tell = () => {
      if (socket.readyState !== socket.OPEN) return;
      if (KEPT.has(action)) unheard.push({ told: n, at: Date.now() });
      say(3, id, answer);
    };
    if (mine.hangUp === 'after') socket.terminate();
    else if (mine.late) setTimeout(tell, chance.between(...mine.late));
    else tell();
  }
}

function taken(identity: string, action: string, payload: Call[3]): object {
  const currentTime = new Date().toISOString();
  if (action === 'BootNotification') return { status: 'Accepted', currentTime, interval: 300 };
  if (action === 'Heartbeat') return { currentTime };
  if (!KEPT.has(action)) return {};
  bookings += 1;
  const booked = { n: bookings, at: Date.now(), identity, action, payload };
  if (action !== 'StartTransaction') {
    write(file, booked);
    return {};
  }
  transactions += 1;
  write(file, { ...booked, transactionId: transactions });
  return { transactionId: transactions, idTagInfo: { status: 'Accepted' } };
}

const http = createServer();
const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'ocpp1.6' });
http.on('upgrade', (request, socket, head) => {
  const identity = decodeURIComponent((request.url ?? '').slice('/ocpp/'.length));
  sockets.handleUpgrade(request, socket, head, (ws) => serve(ws, identity));
});
http.listen({ port: Number(port), host: '127.0.0.1' }, () => process.send?.((http.address() as AddressInfo).port));
process.on('message', (message) => {
  how = message as Behaviour;
});
process.on('disconnect', () => process.exit());
