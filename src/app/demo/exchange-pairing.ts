import type { Clock, Timer } from '../../base/clock.ts';
import type { Direction, Json, SoapVersion } from '../../base/message.ts';
import type { SoapEvent } from '../simulate/soap-event.ts';
import { belongTogether } from './counterparts.ts';
import type { JsonEvent, Tap } from './tap.ts';

/** Puts the SOAP half and the JSON half of an exchange together, from what is seen at the two outer ends alone. */

export interface SoapHalf {
  readonly call: string;
  answer?: string;
}

export interface Exchange {
  readonly identity: string;
  readonly direction: Direction;
  readonly action: string;
  /** Milliseconds on a clock that only grows. */
  readonly startedAt: number;
  endedAt: number;
  version: SoapVersion | undefined;
  /** Empty when the bridge spoke or answered by itself; several when it asked the charge point more than once. */
  readonly soap: SoapHalf[];
  json?: { readonly call: readonly Json[]; answer?: readonly Json[] };
}

interface Open {
  readonly exchange: Exchange;
  readonly soapIds: Set<string>;
  timer?: Timer;
}

export class ExchangePairing implements Tap {
  readonly #clock: Clock;
  readonly #grace: number;
  readonly #emit: (exchange: Exchange) => void;
  readonly #versions = new Map<string, SoapVersion>();
  #open: Open[] = [];
  #idle: (() => void)[] = [];

  /** `grace`: milliseconds to wait for the JSON half of a call that the bridge has already answered. */
  constructor(options: { clock: Clock; grace: number; emit: (exchange: Exchange) => void }) {
    this.#clock = options.clock;
    this.#grace = options.grace;
    this.#emit = options.emit;
  }

  soap(event: SoapEvent): void {
    this.#versions.set(event.identity, event.version);
    if (event.part === 'call') this.#soapCall(event);
    else this.#soapAnswer(event);
  }

  json(event: JsonEvent): void {
    if (event.part === 'call') this.#jsonCall(event);
    else this.#jsonAnswer(event);
  }

  /** Resolves when every exchange seen so far has been told. */
  settled(): Promise<void> {
    if (this.#open.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Tells what is still open, as far as it got. */
  flush(): void {
    for (const open of [...this.#open]) this.#close(open);
  }

  #soapCall(event: SoapEvent): void {
    const open =
      event.direction === 'down' ? this.#find(event, 'json', (one) => awaitsDevice(one.exchange)) : undefined;
    const target = open ?? this.#begin(event);
    target.exchange.version = event.version;
    target.soapIds.add(event.exchange);
    target.exchange.soap.push({ call: event.text });
  }

  #soapAnswer(event: SoapEvent): void {
    const open = this.#open.find((one) => one.soapIds.has(event.exchange));
    const half = open?.exchange.soap.at(-1);
    if (!open || !half) return;
    half.answer = event.text;
    this.#progress(open);
  }

  #jsonCall(event: JsonEvent): void {
    const payload = JSON.stringify(event.frame[3] ?? {});
    const open =
      event.direction === 'up'
        ? this.#find(event, 'soap', ({ exchange }) => !exchange.json && !contradict(exchange.soap[0]?.call, payload))
        : undefined;
    const target = open ?? this.#begin(event);
    target.timer?.cancel();
    target.exchange.json = { call: event.frame };
  }

  #jsonAnswer(event: JsonEvent): void {
    const open = this.#open.find(
      ({ exchange }) => exchange.identity === event.identity && exchange.json?.call[1] === event.frame[1],
    );
    if (!open?.exchange.json) return;
    open.exchange.json.answer = event.frame;
    this.#progress(open);
  }

  #begin(event: SoapEvent | JsonEvent): Open {
    const { identity, direction, action } = event;
    const time = this.#clock.monotonic();
    const version = this.#versions.get(identity);
    const exchange: Exchange = { identity, direction, action, startedAt: time, endedAt: time, version, soap: [] };
    const open: Open = { exchange, soapIds: new Set() };
    this.#open.push(open);
    return open;
  }

  /** The open exchange that began with that half and can be the event's. */
  #find(event: SoapEvent | JsonEvent, began: 'soap' | 'json', fits: (open: Open) => boolean): Open | undefined {
    const same = (action: string) =>
      began === 'json' ? belongTogether(action, event.action) : belongTogether(event.action, action);
    return this.#open.find(
      (open) =>
        open.exchange.identity === event.identity &&
        same(open.exchange.action) &&
        open.exchange.direction === event.direction &&
        fits(open),
    );
  }

  #progress(open: Open): void {
    const { exchange } = open;
    exchange.endedAt = this.#clock.monotonic();
    if (exchange.soap.some((half) => half.answer === undefined)) return;
    if (exchange.json ? exchange.json.answer !== undefined : exchange.direction === 'down') this.#close(open);
    // Answered already, but its JSON may follow: the bridge stores first and delivers after.
    else if (!exchange.json) open.timer = this.#clock.after(this.#grace, () => this.#close(open));
  }

  #close(open: Open): void {
    open.timer?.cancel();
    this.#open = this.#open.filter((one) => one !== open);
    this.#emit(open.exchange);
    if (this.#open.length > 0) return;
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }
}

function awaitsDevice(exchange: Exchange): boolean {
  return (
    exchange.json !== undefined &&
    exchange.json.answer === undefined &&
    exchange.soap.every((half) => half.answer !== undefined)
  );
}

/**
 * Whether a SOAP text and a JSON payload of the same action cannot be the same message: another connector, another
 * moment, or another status where the version has a word of its own for it.
 */
function contradict(soap: string | undefined, json: string): boolean {
  if (soap === undefined) return true;
  const differ = (field: string, same: (one: string, other: string) => boolean): boolean => {
    const one = fieldOf(soap, field);
    const other = fieldOf(json, field);
    return one !== undefined && other !== undefined && !same(one, other);
  };
  return (
    differ('connectorId', (one, other) => one === other) ||
    differ('timestamp', (one, other) => Date.parse(one) === Date.parse(other)) ||
    differ('status', (one, other) => one === other || one === 'Occupied' || one === 'Reserved')
  );
}

/** The first value of a field, in either notation. */
function fieldOf(text: string, field: string): string | undefined {
  return new RegExp(`${field}(?:>|":)"?([^<",}]+)`).exec(text)?.[1];
}
