/** YAML with places: every value can say its file, line and column, and nothing unknown passes unnoticed. */

import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import type { Json, JsonObject } from '../base/message.ts';
import { type FaultList, nearest, type Place } from './fault.ts';

export interface Source {
  readonly file: string;
  readonly text: string;
}

export interface ParsedFile {
  readonly file: string;
  readonly lines: LineCounter;
  readonly root: Node | null;
}

/** Parses without throwing: syntax faults go into the list. */
export function parseFile(source: Source, faults: FaultList): ParsedFile {
  const lines = new LineCounter();
  const document = parseDocument(source.text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  for (const error of [...document.errors, ...document.warnings]) {
    const { line, col } = lines.linePos(error.pos[0]);
    faults.add({ file: source.file, line, column: col }, error.message);
  }
  return { file: source.file, lines, root: document.contents };
}

export type Scalar = string | number | boolean;
export interface Entry {
  readonly name: string;
  /** Of the name. */
  readonly place: Place;
  readonly value: Value;
}

/** One node, read by what is expected of it; what is not as expected becomes a fault and undefined. */
export class Value {
  readonly #node: unknown;
  readonly #file: ParsedFile;
  readonly #faults: FaultList;
  readonly #above: Value | undefined;

  constructor(node: unknown, file: ParsedFile, faults: FaultList, above: Value | undefined) {
    this.#node = node;
    this.#file = file;
    this.#faults = faults;
    this.#above = above;
  }

  /** Where it stands; what is empty stands where the thing around it does. */
  get place(): Place {
    return placeOf(this.#node, this.#file) ?? this.#above?.place ?? { file: this.#file.file, line: 1, column: 1 };
  }

  fault(message: string, hint?: string): undefined {
    this.#faults.add(this.place, message, hint);
    return undefined;
  }

  get isMap(): boolean {
    return isMap(this.#node);
  }

  get isList(): boolean {
    return isSeq(this.#node);
  }

  /** Text, number or truth; undefined (without a fault) for anything else. */
  get scalar(): Scalar | undefined {
    const value: unknown = isScalar(this.#node) ? this.#node.value : undefined;
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
  }

  text(what: string): string | undefined {
    const value = this.scalar;
    if (typeof value === 'string' && value !== '') return value;
    return this.fault(`${what} must be text`, typeof value === 'number' ? `write it in quotes: "${value}"` : undefined);
  }

  oneOf<const T extends string>(what: string, words: readonly T[]): T | undefined {
    const value = this.scalar;
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    return this.fault(
      `${what} cannot be ${JSON.stringify(value ?? 'this')}`,
      (typeof value === 'string' ? nearest(value, words) : undefined) ?? `one of ${words.join(', ')}`,
    );
  }

  yes(what: string): boolean {
    if (this.scalar === true) return true;
    this.fault(`${what} can only be true; leave it out otherwise`);
    return false;
  }

  list(what: string): Value[] {
    if (!isSeq(this.#node)) {
      this.fault(`${what} must be a list`);
      return [];
    }
    return this.#node.items.map((item) => new Value(item, this.#file, this.#faults, this));
  }

  /** One text or a list of texts. */
  texts(what: string): string[] {
    const values = this.isList ? this.list(what) : [this];
    if (values.length === 0) this.fault(`${what} is an empty list`);
    return values.flatMap((value) => value.text(what) ?? []);
  }

  /** The entries of a map in file order. With `known`, other names are faults. */
  entries(what: string, known?: readonly string[]): Entry[] {
    if (!isMap(this.#node)) {
      this.fault(isAlias(this.#node) ? 'YAML aliases are not used in tables' : `${what} must be a map`);
      return [];
    }
    return (this.#node as YAMLMap).items.flatMap((pair): Entry[] => {
      const key = new Value(pair.key, this.#file, this.#faults, this);
      const name = key.scalar;
      if (name === undefined) {
        key.fault(`a name in ${what} must be text`);
        return [];
      }
      if (known && !known.includes(String(name))) {
        key.fault(
          `${what} knows no "${name}"`,
          commaHint(String(name)) ?? nearest(String(name), known) ?? `known: ${known.join(', ')}`,
        );
        return [];
      }
      return [
        {
          name: String(name),
          value: new Value(pair.value, this.#file, this.#faults, key),
          // Counting lines costs more than reading: only who asks pays.
          get place() {
            return key.place;
          },
        },
      ];
    });
  }

  json(what: string): Json {
    if (isMap(this.#node)) return this.object(what) ?? {};
    if (isSeq(this.#node)) return this.list(what).map((item) => item.json(what));
    const value = this.scalar;
    if (value === undefined) this.fault(`${what} holds something that is no JSON value`);
    return value ?? null;
  }

  object(what: string): JsonObject | undefined {
    if (!isMap(this.#node)) return this.fault(`${what} must be a map`);
    return Object.fromEntries(this.entries(what).map((entry) => [entry.name, entry.value.json(what)]));
  }
}

/** In `{ }` a comma ends a value: the rest of a sentence then looks like a name. */
function commaHint(name: string): string | undefined {
  return name.includes(' ') ? 'a text with a comma needs quotes inside of { }' : undefined;
}

function placeOf(node: unknown, file: ParsedFile): Place | undefined {
  const range = (node as { range?: readonly number[] | null } | null | undefined)?.range;
  if (!range) return undefined;
  const { line, col } = file.lines.linePos(range[0] ?? 0);
  return { file: file.file, line, column: col };
}

export function rootOf(file: ParsedFile, faults: FaultList): Value {
  return new Value(file.root, file, faults, undefined);
}
