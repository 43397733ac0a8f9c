import { type Booked, type Reader, sourceOf } from './book.ts';
import type { Device, Session } from './device.ts';

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

interface Message {
  readonly session: Session;
  readonly about: string;
  /** The charge point was told that it is taken. */
  readonly confirmed: boolean;
  readonly fits: (booked: Booked) => boolean;
  bookings: Booked[];
}

export function audit({ devices, book, disturbances, dead }: Evidence): Findings {
  const faults = devices.flatMap(({ complaints, faulted }) => [
    ...complaints,
    ...[...faulted].filter((source) => !book.refused.has(source)).map((source) => `${source}: a Fault, not the CSMS's`),
  ]);
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
    const last = new Map<number, number>();
    for (const session of device.sessions) {
      if (session.stopped) sessions += 1;
      const said = messagesOf(session);
      // While its start is put aside, what is said of a transaction goes without an id that the CSMS knows.
      const startless = dead.ever.has(`${device.identity}/${said[0]?.about}`);
      for (const message of said) {
        const source = `${device.identity}/${message.about}`;
        message.bookings = bySource.get(source) ?? [];
        bySource.delete(source);
        const { bookings } = message;
        const first = bookings[0];
        if (message.confirmed) messages += 1;
        if (message.confirmed && dead.now.has(source)) putAside += 1;
        else if (message.confirmed && first === undefined) faults.push(`${source}: confirmed, and not at the CSMS`);
        if (first === undefined) continue;
        if (bookings.some((one) => !message.fits(one))) faults.push(`${source}: with other content`);
        // Its id may be known at one time and not at another.
        const aside = startless || dead.ever.has(source);
        const said = ({ payload }: Booked) => JSON.stringify(aside ? withoutId(payload) : payload);
        if (bookings.some((one) => said(one) !== said(first))) faults.push(`${source}: repeated with other content`);
        const known = bookings.slice(0, -1).find((one) => !uncertain(one, book, disturbances));
        if (known) faults.push(`${source}: booked ${bookings.length} times, though number ${known.n} was answered`);
        repeated += bookings.length - 1;
        // What was put aside comes when it is let go, after what came after it.
        if (dead.ever.has(source)) continue;
        if (first.n < (last.get(session.connectorId) ?? 0)) faults.push(`${source}: out of order`);
        last.set(session.connectorId, first.n);
      }
      const ids = new Set(said[0]?.bookings.map(({ transactionId }) => transactionId));
      for (const { about, bookings } of said.slice(1)) {
        const foreign = bookings.find((one) => !ids.has(transactionOf(one)));
        if (foreign === undefined) continue;
        const id = transactionOf(foreign);
        if (startless && (id === undefined || id === NO_ID)) continue;
        faults.push(`${device.identity}/${about}: of transaction ${id}`);
      }
    }
  }
  for (const source of bySource.keys()) faults.push(`${source}: no charge point has said that`);
  return { faults, sessions, messages, repeated, putAside };
}

function messagesOf(session: Session): Message[] {
  const { connectorId, startedAt, stoppedAt, meterStart, meterStop, readings } = session;
  return [
    {
      ...{ session, about: `StartTransaction/${startedAt}`, confirmed: session.transactionId !== undefined },
      fits: ({ payload }) => payload['meterStart'] === meterStart && payload['connectorId'] === connectorId,
      bookings: [],
    },
    ...readings.map(
      ({ at, energy, confirmed }): Message => ({
        ...{ session, about: `MeterValues/${at}`, confirmed, bookings: [] },
        fits: ({ payload }) =>
          payload['connectorId'] === connectorId && JSON.stringify(payload['meterValue']).includes(`"${energy}"`),
      }),
    ),
    {
      ...{ session, about: `StopTransaction/${stoppedAt}`, confirmed: session.stopped, bookings: [] },
      fits: ({ payload }) => payload['meterStop'] === meterStop,
    },
  ];
}

function transactionOf({ payload }: Booked): number | undefined {
  const id = payload['transactionId'];
  return id === undefined ? undefined : Number(id);
}

function withoutId({ transactionId: _, ...payload }: Booked['payload']): object {
  return payload;
}

/** Whether the bridge may not have learnt what became of this call. */
function uncertain(one: Booked, book: Reader, disturbances: readonly Disturbance[]): boolean {
  const told = book.told.get(one.n);
  if (told === undefined || told - one.at > GIVEN_UP) return true;
  return disturbances.some(({ from, to }) => from <= told + ON_ITS_WAY && to >= one.at);
}
