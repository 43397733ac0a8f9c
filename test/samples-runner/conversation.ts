/** What one charge point and its CSMS hear from the bridge, kept until a step asks for it. */

import type { Json } from '../../src/base/message.ts';

/** A call that the bridge made to the charge point, still open. */
export interface CallbackRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  answer(status: number, headers: Readonly<Record<string, string>>, body: Buffer): void;
  hangUp(): void;
}

interface Heard {
  'csms.call': Json[];
  'csms.answer': Json[];
  'charge-point.call': CallbackRequest;
}

/** A step that is not taken after this time never will be. */
const PATIENCE = 3_000;

export class Conversation {
  readonly identity: string;
  /** Path on which the link of this charge point arrived last. */
  linkPath: string | undefined;
  /** Says something to the bridge on the link; set while the link is open. */
  tell: ((text: string) => void) | undefined;
  readonly losses = new Set<string>();
  readonly #heard: { [K in keyof Heard]: Heard[K][] } = { 'csms.call': [], 'csms.answer': [], 'charge-point.call': [] };
  #wake: () => void = () => {};

  constructor(identity: string) {
    this.identity = identity;
  }

  hear<K extends keyof Heard>(what: K, message: Heard[K]): void {
    this.#heard[what].push(message);
    this.changed();
  }

  changed(): void {
    this.#wake();
  }

  /** The next message of a kind, in the order of arrival. Throws, and tells what came in its place, when none comes. */
  next<K extends keyof Heard>(what: K, waitingFor: string): Promise<Heard[K]> {
    return this.until(() => this.#heard[what].shift(), waitingFor);
  }

  /** The first value that is not undefined; looked for whenever something changes. */
  async until<T>(look: () => T | undefined, waitingFor: string): Promise<T> {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (!(await this.#change(end - Date.now()))) {
        const instead = this.rest();
        throw new Error(
          `waited for ${waitingFor}, which did not come${instead === '' ? '' : `; instead:\n${instead}`}`,
        );
      }
    }
  }

  #change(within: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), Math.max(0, within));
      this.#wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  /** What was heard and not asked for, readable; empty when nothing. */
  rest(): string {
    const frames = [...this.#heard['csms.call'], ...this.#heard['csms.answer']].map((frame) => JSON.stringify(frame));
    return [...frames, ...this.#heard['charge-point.call'].map(({ text }) => text)].join('\n');
  }
}
