import { inspect } from 'node:util';

const SHOWN = '[redacted]';

/** A password or key. Only `reveal` tells it: logs, JSON, templates and debuggers show `[redacted]`. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toJSON(): string {
    return SHOWN;
  }

  toString(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
