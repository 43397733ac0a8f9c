import { XML } from './namespaces.ts';

/** Prefixes in scope while a document is read. One table with undo, so that many declarations cost no copies. */
export class Scope {
  readonly #bound = new Map<string, string | undefined>([['xml', XML]]);
  readonly #undo: [prefix: string, before: string | undefined][] = [];

  get depth(): number {
    return this.#undo.length;
  }

  /** Undefined for no namespace and for a prefix that nobody declared. */
  find(prefix: string): string | undefined {
    return this.#bound.get(prefix);
  }

  bind(prefix: string, namespace: string): void {
    this.#undo.push([prefix, this.#bound.get(prefix)]);
    this.#bound.set(prefix, namespace === '' ? undefined : namespace);
  }

  /** Forgets what was bound since `depth` was read. */
  back(depth: number): void {
    for (let left = this.#undo.length; left > depth; left--) {
      const last = this.#undo.pop();
      if (last) this.#bound.set(last[0], last[1]);
    }
  }
}
