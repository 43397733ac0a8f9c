import { type Booked, type Reader, sourceOf } from './book.ts';
import type { Device, Said, Session } from './device.ts';
import { comparable, messagesOf, seqNoOf, transactionOf } from './messages.ts';

/** Compares the books of both ends. */

/** A stretch of time in which somebody was dead or frozen, ms since 1970. */
export interface Disturbance {
  readonly from: number;
  to: number;
}

export interface Findings {
  /** What must not be; an empty list is right. */
  readonly faults: string[];
  readonly sessions: number;
  readonly messages: number;
  /** Booked once more because nobody could know what had become of the first. */
  readonly repeated: number;
  /** Confirmed, and put aside by the bridge: the CSMS does not want them, and an operator has to decide. */
  readonly putAside: number;
}

/** Messages that the bridge has put aside, now and ever, see `sourceOf`. */
export interface DeadLetters {
  readonly now: ReadonlySet<string>;
  readonly ever: ReadonlySet<string>;
}

export interface Evidence {
  readonly devices: readonly Device[];
  readonly book: Reader;
  readonly disturbances: readonly Disturbance[];
  readonly dead: DeadLetters;
}

/** Answers that took this long may have been given up. */
const GIVEN_UP = 2_800;
/** Between the answer of the CSMS and the moment the bridge has it on disk, on a machine with ten things to do at once. */
const ON_ITS_WAY = 3_000;
/** OCPP 1.6 (errata 3.18): a transaction that never got an id. */
const NO_ID = -1;

/** A message of a charge point and the first time that the CSMS got it. */
interface Arrived {
  readonly source: string;
  readonly said: Said;
  readonly n: number;
}

export function audit({ devices, book, disturbances, dead }: Evidence): Findings {
  const faults = devices.flatMap(({ complaints, faulted }) => [
    ...complaints,
    ...[...faulted].filter((source) => !book.refused.has(source)).map((source) => `${source}: a Fault, not the CSMS's`),
  ]);
  faults.push(...book.violated);
  const bySource = new Map<string, Booked[]>();
  for (const booked of book.booked) {
    const source = sourceOf(booked);
    bySource.set(source, [...(bySource.get(source) ?? []), booked]);
  }
  let sessions = 0;
  let messages = 0;
  let repeated = 0;
  let putAside = 0;
  for (const device of devices) {
    const arrived: Arrived[] = [];
    for (const session of device.sessions) {
      if (session.stop.confirmed) sessions += 1;
      const [start, ...others] = messagesOf(session);
      const ofSession: Booked[] = [];
      // While its start is put aside, what is said of a transaction goes without an id that the CSMS knows.
      const startless = dead.ever.has(`${device.identity}/${start.about}`);
      for (const { about, said, fits, optional } of [start, ...others]) {
        const source = `${device.identity}/${about}`;
        const bookings = bySource.get(source) ?? [];
        bySource.delete(source);
        ofSession.push(...bookings);
        const first = bookings[0];
        if (optional && first === undefined) continue;
        if (said.confirmed) messages += 1;
        if (said.confirmed && dead.now.has(source)) putAside += 1;
        else if (said.confirmed && first === undefined) faults.push(`${source}: confirmed, and not at the CSMS`);
        if (first === undefined) continue;
        if (bookings.some(({ payload }) => !fits(payload))) faults.push(`${source}: with other content`);
        // Its id may be known at one time and not at another.
        const aside = startless || dead.ever.has(source);
        if (bookings.some((one) => comparable(one, aside) !== comparable(first, aside)))
          faults.push(`${source}: repeated with other content`);
        const known = bookings.slice(0, -1).find((one) => !uncertain(one, book, disturbances));
        if (known) faults.push(`${source}: booked ${bookings.length} times, though number ${known.n} was answered`);
        repeated += bookings.length - 1;
        // What was put aside comes when it is let go, after what came after it.
        if (!dead.ever.has(source)) arrived.push({ source, said, n: first.n });
      }
      faults.push(
        ...strangers(session, ofSession, startless).map((what) => `${device.identity}/${start.about}: ${what}`),
      );
      const whole =
        session.stop.confirmed && ![start, ...others].some(({ about }) => dead.now.has(`${device.identity}/${about}`));
      if (whole) faults.push(...gaps(ofSession).map((gap) => `${device.identity}/${start.about}: ${gap}`));
    }
    faults.push(...outOfOrder(arrived));
  }
  for (const source of bySource.keys()) faults.push(`${source}: no charge point has said that`);
  return { faults, sessions, messages, repeated, putAside };
}

/** Each transaction has its own id, and all that is said of it has this one. */
function strangers({ startedAt, transactionId }: Session, booked: readonly Booked[], startless: boolean): string[] {
  const started = booked.filter(({ payload }) => payload['timestamp'] === startedAt);
  const ids = new Set((started.length > 0 ? started : booked.slice(0, 1)).map(transactionOf));
  const faults: string[] = [];
  for (const one of booked) {
    const id = transactionOf(one);
    const nameless = id === undefined || id === NO_ID;
    if (!ids.has(id) && !(nameless && startless)) faults.push(`number ${one.n} is of transaction ${id}`);
    // The bridge's ids end with the number that it gave to the charge point.
    if (typeof id === 'string' && transactionId !== undefined && Number.parseInt(id.slice(-8), 16) !== transactionId)
      faults.push(`the charge point knows ${id} as ${transactionId}`);
  }
  return faults;
}

/** What a charge point said after something else was confirmed comes after it. */
function outOfOrder(arrived: readonly Arrived[]): string[] {
  const faults: string[] = [];
  let earliest = Number.POSITIVE_INFINITY;
  for (const { source, said } of arrived.toSorted((a, b) => b.n - a.n)) {
    if (earliest < (said.first ?? 0)) faults.push(`${source}: before what was confirmed before it was said`);
    earliest = Math.min(earliest, said.confirmed ?? earliest);
  }
  return faults;
}

/** OCPP 2.0.1 E01: the events of a transaction are numbered from 0 without gaps. */
function gaps(booked: readonly Booked[]): string[] {
  const numbers = [...new Set(booked.map(seqNoOf))].filter((seqNo) => seqNo !== undefined).sort((a, b) => a - b);
  return numbers.some((seqNo, n) => seqNo !== n) ? [`events ${numbers.join(', ')}`] : [];
}

/** Whether the bridge may not have learnt what became of this call. */
function uncertain(one: Booked, book: Reader, disturbances: readonly Disturbance[]): boolean {
  const told = book.told.get(one.n);
  if (told === undefined || told - one.at > GIVEN_UP) return true;
  if (book.stood.some(({ stood, at }) => stood <= one.at && one.at <= at + ON_ITS_WAY)) return true;
  return disturbances.some(({ from, to }) => from <= told + ON_ITS_WAY && to >= one.at);
}
