import { appendFileSync, closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';

/** What the CSMS has taken, in a file that outlives its process. */

export interface Booked {
  readonly n: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly identity: string;
  readonly action: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Given to a start. */
  readonly transactionId?: number;
}

/** The answer to a booked call has been given, and the link was used afterwards: it has arrived. */
export interface Told {
  readonly told: number;
  readonly at: number;
}

/** A CALLERROR has been given to this message, see `sourceOf`. */
export interface Refused {
  readonly refused: string;
}

/** It got a call that breaks the rules of its OCPP version. */
export interface Violated {
  readonly violated: string;
}

/** Its process stood still since then, until now (ms): what it takes next may be given up already. */
export interface Stood {
  readonly stood: number;
  readonly at: number;
}

export type Line = Booked | Told | Refused | Violated | Stood;

/** What a charge point says, as OCPP 2.0.1 tells it. */
const TOLD_AS: Readonly<Record<string, string>> = {
  Started: 'StartTransaction',
  Updated: 'MeterValues',
  Ended: 'StopTransaction',
};

/** Every message has a time of its own, so the time tells which one it is. */
export function sourceOf({ identity, action, payload }: Pick<Booked, 'identity' | 'action' | 'payload'>): string {
  if (action === 'TransactionEvent')
    return `${identity}/${TOLD_AS[String(payload['eventType'])]}/${String(payload['timestamp'])}`;
  const values = payload['meterValue'] as readonly { readonly timestamp?: string }[] | undefined;
  return `${identity}/${action}/${String(values?.[0]?.timestamp ?? payload['timestamp'])}`;
}

export function write(file: string, line: Line): void {
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}

/** Reads a book that is being written, each time what is new. */
export class Reader {
  readonly #file: string;
  #read = 0;
  readonly booked: Booked[] = [];
  /** When the answer left, by the number of the booking. */
  readonly told = new Map<number, number>();
  readonly refused = new Set<string>();
  readonly violated: string[] = [];
  readonly stood: Stood[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  readOn(): void {
    if (!existsSync(this.#file)) return;
    const file = openSync(this.#file, 'r');
    const bytes = Buffer.alloc(fstatSync(file).size - this.#read);
    readSync(file, bytes, 0, bytes.length, this.#read);
    closeSync(file);
    const whole = bytes.subarray(0, bytes.lastIndexOf(10) + 1);
    this.#read += whole.length;
    for (const text of whole.toString('utf8').split('\n').slice(0, -1)) {
      const line = JSON.parse(text) as Line;
      if ('refused' in line) this.refused.add(line.refused);
      else if ('violated' in line) this.violated.push(line.violated);
      else if ('stood' in line) this.stood.push(line);
      else if ('told' in line) this.told.set(line.told, line.at);
      else this.booked.push(line);
    }
  }
}
