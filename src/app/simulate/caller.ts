import type { Clock } from '../../base/clock.ts';
import type { Ids } from '../../base/ids.ts';
import type { SoapObject, SoapVersion } from '../../base/message.ts';
import { NoAnswer, type Post } from './http-post.ts';
import type { SoapEvent } from './soap-event.ts';
import type { SoapWire } from './soap-wire.ts';

/** How a charge point calls its central system: one request at a time, every outcome counted. */

/** A call without a positive answer. `fault` is the sub-code of a SOAP Fault; absent when the bridge could not be reached. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  readonly kind: string;
  readonly fault: string | undefined;

  constructor(kind: string, reason: string, fault?: string) {
    super(reason);
    this.kind = kind;
    this.fault = fault;
  }
}

/** A written message: sent again, it is the same to the byte. */
export interface Letter {
  readonly action: string;
  readonly messageId: string;
  readonly text: string;
}

/** Told of every outcome; `kind` is `ok` or a short word for what went wrong. */
export type Tally = (action: string, kind: string, milliseconds: number) => void;

export interface CallerPorts {
  /** Measures how long answers take: real time, however fast the charge point's own clock runs. */
  readonly clock: Clock;
  readonly ids: Ids;
  readonly wire: SoapWire;
  readonly post: Post;
  readonly tally: Tally;
  readonly watch?: (event: SoapEvent) => void;
}

export class Caller {
  readonly #who: { identity: string; version: SoapVersion; from: string; to: string };
  readonly #ports: CallerPorts;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(who: { identity: string; version: SoapVersion; from: string; to: string }, ports: CallerPorts) {
    this.#who = who;
    this.#ports = ports;
  }

  write(action: string, value: SoapObject): Letter {
    const messageId = `urn:uuid:${this.#ports.ids()}`;
    return { action, messageId, text: this.#ports.wire.writeCall({ ...this.#who, action, messageId, value }) };
  }

  /** Sends it when the calls before it are through. Rejects with CallFailed. */
  send(letter: Letter): Promise<SoapObject> {
    const mine = this.#turn.then(() => this.#exchange(letter));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #exchange(letter: Letter): Promise<SoapObject> {
    const { clock, post, tally } = this.#ports;
    const startedAt = clock.monotonic();
    this.#watch(letter, 'call', letter.text);
    try {
      const { status, body } = await post.send(letter.action, letter.text);
      const answer = this.#read(letter, status, body);
      tally(letter.action, 'ok', clock.monotonic() - startedAt);
      return answer;
    } catch (error) {
      const failed = this.#failure(letter, error);
      tally(letter.action, failed.kind, clock.monotonic() - startedAt);
      throw failed;
    }
  }

  #read(letter: Letter, status: number, body: string): SoapObject {
    this.#watch(letter, 'answer', body.includes('<') ? body : `HTTP ${status}`);
    if (!body.includes('<')) throw new CallFailed(`HTTP ${status}`, `HTTP ${status} without a SOAP envelope`);
    const answer = this.#ports.wire.readAnswer(this.#who.version, letter.action, body);
    if (answer.fault === undefined) return answer.value;
    throw new CallFailed(`Fault ${answer.fault.subcode}`, answer.fault.reason, answer.fault.subcode);
  }

  #failure(letter: Letter, error: unknown): CallFailed {
    if (error instanceof CallFailed) return error;
    if (error instanceof NoAnswer) {
      this.#watch(letter, 'answer', error.kind);
      return new CallFailed(error.kind, `${letter.action}: ${error.kind}`);
    }
    return new CallFailed('unreadable', error instanceof Error ? error.message : String(error));
  }

  #watch(letter: Letter, part: 'call' | 'answer', text: string): void {
    const { identity, version } = this.#who;
    const { action, messageId } = letter;
    this.#ports.watch?.({ identity, version, direction: 'up', part, action, exchange: messageId, text });
  }
}
