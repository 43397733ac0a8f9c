import type { Booked, Reader } from './book.ts';
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
}

/** Answers that took this long may have been given up. */
const GIVEN_UP = 2_800;
/** Between the answer of the CSMS and the moment the bridge has it on disk. */
const ON_ITS_WAY = 1_000;

interface Message {
  readonly session: Session;
  readonly about: string;
  /** The charge point was told that it is taken. */
  readonly confirmed: boolean;
  readonly fits: (booked: Booked) => boolean;
  bookings: Booked[];
}

export function audit(devices: readonly Device[], book: Reader, disturbances: readonly Disturbance[]): Findings {
  const faults = devices.flatMap(({ complaints }) => complaints);
  const bySource = new Map<string, Booked[]>();
  for (const booked of book.booked) {
    const source = sourceOf(booked);
    bySource.set(source, [...(bySource.get(source) ?? []), booked]);
  }
  let sessions = 0;
  let messages = 0;
  let repeated = 0;
  for (const device of devices) {
    const last = new Map<number, number>();
    for (const session of device.sessions) {
      if (session.stopped) sessions += 1;
      const said = messagesOf(session);
      for (const message of said) {
        const source = `${device.identity}/${message.about}`;
        message.bookings = bySource.get(source) ?? [];
        bySource.delete(source);
        const { bookings } = message;
        const first = bookings[0];
        if (message.confirmed) messages += 1;
        if (message.confirmed && first === undefined) faults.push(`${source}: confirmed, and not at the CSMS`);
        if (first === undefined) continue;
        if (bookings.some((one) => !message.fits(one))) faults.push(`${source}: with other content`);
        if (bookings.some((one) => JSON.stringify(one.payload) !== JSON.stringify(first.payload)))
          faults.push(`${source}: repeated with other content`);
        const known = bookings.slice(0, -1).find((one) => !uncertain(one, book, disturbances));
        if (known) faults.push(`${source}: booked ${bookings.length} times, though number ${known.n} was answered`);
        repeated += bookings.length - 1;
        if (first.n < (last.get(session.connectorId) ?? 0)) faults.push(`${source}: out of order`);
        last.set(session.connectorId, first.n);
      }
      const ids = new Set(said[0]?.bookings.map(({ transactionId }) => transactionId));
      for (const { about, bookings } of said.slice(1)) {
        const foreign = bookings.find((one) => !ids.has(transactionOf(one)));
        if (foreign) faults.push(`${device.identity}/${about}: of transaction ${transactionOf(foreign)}`);
      }
    }
  }
  for (const source of bySource.keys()) faults.push(`${source}: no charge point has said that`);
  return { faults, sessions, messages, repeated };
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

/** Every message has a time of its own, so the time tells which one it is. */
function sourceOf({ identity, action, payload }: Booked): string {
  const values = payload['meterValue'] as readonly { readonly timestamp?: string }[] | undefined;
  return `${identity}/${action}/${String(values?.[0]?.timestamp ?? payload['timestamp'])}`;
}

function transactionOf({ payload }: Booked): number {
  return Number(payload['transactionId']);
}

/** Whether the bridge may not have learnt what became of this call. */
function uncertain(one: Booked, book: Reader, disturbances: readonly Disturbance[]): boolean {
  const told = book.told.get(one.n);
  if (told === undefined || told - one.at > GIVEN_UP) return true;
  return disturbances.some(({ from, to }) => from <= told + ON_ITS_WAY && to >= one.at);
}
