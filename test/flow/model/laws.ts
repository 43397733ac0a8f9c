import { type ChargePointState, connectorIds } from '../../../src/flow/state.ts';
import { type Booking, type Message, named, same, type World } from './world.ts';

/** What must be true of the world. Each law gives what breaks it, in words. */

const MOST_ENDED = 20;

/** At every instant. */
export function faults(world: World): string[] {
  const { state } = world.bridge;
  return [
    ...world.wrongs,
    ...documentFaults(world, state),
    ...[...world.messages.values()].flatMap((message) => messageFaults(world, message)),
    ...idFaults(world),
  ];
}

function documentFaults({ durable }: World, state: ChargePointState): string[] {
  const found: string[] = [];
  const rows = durable.outbox;
  if (!same(JSON.parse(JSON.stringify(state)), state)) found.push('the document is not plain JSON');
  if (!same(durable.state, state)) found.push('the document in hand is not the one that is stored');
  if ((state.outbox?.waiting ?? 0) !== rows.length)
    found.push(`${rows.length} rows wait, the document says ${state.outbox?.waiting}`);
  if (rows.some(({ seq }) => seq >= (state.outbox?.next ?? 1)))
    found.push('a number of the outbox will be given twice');
  const asideToo = durable.deadLetters.find(({ seq }) => rows.some((row) => row.seq === seq));
  if (asideToo) found.push(`entry ${asideToo.seq} waits and is a dead letter`);
  for (const transaction of Object.values(state.transactions)) {
    const waiting = rows.filter((row) => row.transaction === transaction.device).length;
    if ((transaction.waiting ?? 0) !== waiting)
      found.push(`${waiting} rows of ${transaction.device} wait, it says ${transaction.waiting}`);
  }
  const ended = Object.values(state.transactions).filter((one) => one.stoppedAt !== undefined && !one.waiting);
  if (ended.length > MOST_ENDED + 1) found.push(`${ended.length} ended transactions are kept`);
  if (connectorIds(state).length > 100) found.push(`${connectorIds(state).length} connectors are kept`);
  if (Object.keys(state.unsent).length > 103) found.push(`${Object.keys(state.unsent).length} states are kept`);
  if (state.commands.length > 20) found.push(`${state.commands.length} commands are kept`);
  for (const { action, payload } of Object.values(state.unsent)) {
    const newest = state.connectors[String(payload['connectorId'])]?.status;
    if (action === 'StatusNotification' && newest && newest['status'] !== payload['status'])
      found.push(`${payload['status']} will be told, ${newest['status']} is newer`);
  }
  return found;
}

/** What the charge point saw confirmed is at the CSMS, or waits, or is put aside; and every answer to it was the same. */
function messageFaults(world: World, message: Message): string[] {
  const { name, answers, kind } = message;
  if (kind === 'status' || kind === 'other') return [];
  const found: string[] = [];
  if (answers.some((answer) => !same(answer, answers[0])))
    found.push(`${name} was answered ${answers.map((answer) => JSON.stringify(answer)).join(' and ')}`);
  const booked = world.bookings.filter((one) => one.message === name);
  const safe = booked.length > 0 || world.thinned.has(name) || kept(world, name);
  if (message.confirmedAt !== undefined && !safe) found.push(`${name} is lost`);
  if (booked.slice(0, -1).some(({ certain }) => certain)) found.push(`${name} is at the CSMS ${booked.length} times`);
  if (kind === 'start' && booked.length > 1 && !world.suspects.has(name))
    found.push(`${name} is at the CSMS ${booked.length} times, and nobody was told`);
  if (booked.some(({ certain }) => certain) && kept(world, name)) found.push(`${name} will be sent twice`);
  return [...found, ...booked.flatMap((booking) => bookingFaults(world, message, booking))];
}

function kept({ durable }: World, name: string): boolean {
  return [...durable.outbox, ...durable.deadLetters].some((entry) => named(entry) === name);
}

/** It carries the id that the CSMS gave its start. */
function bookingFaults({ bookings }: World, { name, session }: Message, booking: Booking): string[] {
  if (session === undefined) return [];
  const said = booking.payload['transactionId'];
  const before = bookings.filter((one) => one.message === session.start.name && one.at < booking.at);
  const ids = before.map(({ id }) => id);
  if (booking.nameless && (said === undefined || said === -1)) return [];
  const certain = before.find((one) => one.certain);
  if (certain ? said === certain.id : ids.includes(Number(said))) return [];
  return [`${name} says it is of ${String(said)}, the CSMS called that session ${ids.join(' or ')}`];
}

/** No two sessions have the same id at the charge point. */
function idFaults({ sessions }: World): string[] {
  const ids = sessions.flatMap(({ id }) => id ?? []);
  const twice = ids.find((id, n) => ids.indexOf(id) !== n);
  return twice === undefined ? [] : [`${twice} is the id of two sessions`];
}

/** When everybody has behaved for a while. */
export function restFaults(world: World): string[] {
  const { durable, bridge } = world;
  const found: string[] = [];
  if (durable.outbox.length > 0) found.push(`${durable.outbox.length} messages still wait`);
  if (durable.deadLetters.length > 0) found.push(`${durable.deadLetters.length} messages are still put aside`);
  if (bridge.calls.length > 0 || bridge.waiting > 0) found.push('calls are still open');
  for (const { name, kind, confirmedAt, fault } of world.messages.values()) {
    if (kind === 'other' || kind === 'status') continue;
    if (confirmedAt === undefined && !fault) found.push(`${name} was never confirmed`);
  }
  return [...found, ...orderFaults(world), ...statusFaults(world)];
}

/** Said after another was confirmed, it is at the CSMS after that one. */
function orderFaults({ bookings, messages, putAside }: World): string[] {
  const first = new Map<string, number>();
  for (const { message, at } of bookings) if (!first.has(message)) first.set(message, at);
  const ordered = [...messages.values()].filter(({ name }) => first.has(name) && !putAside.has(name));
  return ordered.flatMap((later) =>
    ordered
      .filter((one) => (one.confirmedAt ?? Number.POSITIVE_INFINITY) < later.saidAt)
      .filter((one) => (first.get(one.name) ?? 0) > (first.get(later.name) ?? 0))
      .map((one) => `${later.name} overtook ${one.name}`),
  );
}

/** The CSMS knows the state that each connector is in. */
function statusFaults({ bridge, statuses, statusesLost }: World): string[] {
  return connectorIds(bridge.state).flatMap((id) => {
    const status = bridge.state.connectors[id]?.status;
    const seen = statuses.get(id)?.['status'];
    if (status === undefined || seen === status['status']) return [];
    if (statusesLost.some((lost) => lost['connectorId'] === id && lost['status'] === status['status'])) return [];
    return [`the CSMS sees connector ${id} ${String(seen)}, it is ${String(status['status'])}`];
  });
}
