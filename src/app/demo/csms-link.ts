import type { WebSocket } from 'ws';
import type { Clock, Timer } from '../../base/clock.ts';
import type { Ids } from '../../base/ids.ts';
import type { Direction, Json, JsonObject } from '../../base/message.ts';

/** One charge point's WebSocket at the central system: frames in, frames out, one promise per call. */

/** A CALLERROR, received or to be sent. */
export class CallRefused extends Error {
  override readonly name = 'CallRefused';
  readonly code: string;
  readonly details: JsonObject;

  constructor(code: string, description: string, details: JsonObject = {}) {
    super(description);
    this.code = code;
    this.details = details;
  }
}

interface Waiting {
  readonly action: string;
  readonly timer: Timer;
  resolve(answer: JsonObject): void;
  reject(error: Error): void;
}

export interface LinkPorts {
  readonly clock: Clock;
  readonly ids: Ids;
  /** Milliseconds to wait for an answer. */
  readonly answerWithin: number;
  /** Answers a call; throws CallRefused for a CALLERROR. */
  receive(action: string, payload: JsonObject): JsonObject;
  /** Says why an answer is not acceptable, or undefined. */
  checkAnswer(action: string, payload: JsonObject): string | undefined;
  watch(direction: Direction, part: 'call' | 'answer', action: string, frame: readonly Json[]): void;
  complain(line: string): void;
}

export class CsmsLink {
  readonly #socket: WebSocket;
  readonly #ports: LinkPorts;
  readonly #waiting = new Map<string, Waiting>();

  constructor(socket: WebSocket, ports: LinkPorts) {
    this.#socket = socket;
    this.#ports = ports;
    socket.on('message', (data) => this.#read(String(data)));
    socket.on('close', () => this.#fail(new Error('the link was closed')));
    socket.on('error', () => socket.terminate());
  }

  /** Rejects with CallRefused for a CALLERROR, with Error when the link breaks or the answer is late or invalid. */
  call(action: string, payload: JsonObject): Promise<JsonObject> {
    const id = this.#ports.ids();
    return new Promise((resolve, reject) => {
      const timer = this.#ports.clock.after(this.#ports.answerWithin, () => {
        this.#waiting.delete(id);
        reject(new Error(`no answer to ${action} within ${this.#ports.answerWithin} ms`));
      });
      this.#waiting.set(id, { action, timer, resolve, reject });
      this.#write('down', 'call', action, [2, id, action, payload]);
    });
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #read(data: string): void {
    const frame = parseFrame(data);
    if (!frame) this.#ports.complain(`not a frame: ${data.slice(0, 80)}`);
    else if (frame[0] === 2) this.#answer(frame, String(frame[1]), String(frame[2]), asObject(frame[3]));
    else this.#settle(frame, String(frame[1]));
  }

  #settle(frame: readonly Json[], id: string): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) {
      this.#ports.complain(`an answer to nothing: ${JSON.stringify(frame).slice(0, 80)}`);
      return;
    }
    this.#waiting.delete(id);
    waiting.timer.cancel();
    this.#ports.watch('down', 'answer', waiting.action, frame);
    if (frame[0] === 4) {
      waiting.reject(new CallRefused(String(frame[2]), String(frame[3]), asObject(frame[4])));
      return;
    }
    const answer = asObject(frame[2]);
    const fault = this.#ports.checkAnswer(waiting.action, answer);
    if (fault === undefined) {
      waiting.resolve(answer);
      return;
    }
    this.#ports.complain(`answer to ${waiting.action}: ${fault}`);
    waiting.reject(new Error(fault));
  }

  #answer(frame: readonly Json[], id: string, action: string, payload: JsonObject): void {
    this.#ports.watch('up', 'call', action, frame);
    try {
      this.#write('up', 'answer', action, [3, id, this.#ports.receive(action, payload)]);
    } catch (error) {
      if (!(error instanceof CallRefused)) throw error;
      this.#write('up', 'answer', action, [4, id, error.code, error.message, error.details]);
    }
  }

  #write(direction: Direction, part: 'call' | 'answer', action: string, frame: readonly Json[]): void {
    this.#ports.watch(direction, part, action, frame);
    this.#socket.send(JSON.stringify(frame));
  }

  #fail(error: Error): void {
    for (const waiting of this.#waiting.values()) {
      waiting.timer.cancel();
      waiting.reject(error);
    }
    this.#waiting.clear();
  }
}

function parseFrame(data: string): readonly Json[] | undefined {
  try {
    const frame: unknown = JSON.parse(data);
    return Array.isArray(frame) && typeof frame[1] === 'string' ? frame : undefined;
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
