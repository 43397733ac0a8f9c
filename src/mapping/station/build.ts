/** What building the conversions needs and learns: names to resolve, faults, uses of loss codes, lines for people. */

import type { Field, Group } from '../../contract/model.ts';
import { type FaultList, nearest, type Place } from '../fault.ts';
import type { Register } from '../table.ts';
import type { OpenLine } from './lines.ts';
import type { Occasion, PairTable, Policy, Shape, WordList, WriteRow } from './rows.ts';
import type { Make } from './run.ts';

/** How rows, uses and reports call this pair. */
export const PAIR = '2.0.1';

/** Free space of vendors in every object of OCPP 2.0.1; OCPP 1.6 has none. Dropping it is told by the translation itself. */
const CUSTOM = 'customData';
export const CUSTOM_LOSS = 'custom-data';

export const fieldsOf = (group: Group): readonly Field[] => group.fields.filter((field) => field.name !== CUSTOM);
export const hasCustom = (group: Group): boolean => group.fields.some((field) => field.name === CUSTOM);

export interface StationCounts {
  conversions: number;
  fields: number;
  words: number;
}

const IMPLIED: Partial<Record<Policy['do'], string>> = { cut: 'str-cut', 'keep-end': 'str-tail' };

export class Build {
  readonly faults: FaultList;
  readonly #register: Register | undefined;
  readonly #table: PairTable;
  readonly uses = new Map<string, Map<string, Place>>();
  readonly usedShapes = new Set<string>();
  readonly usedWords = new Set<string>();
  /** Message -> what flows may give to it. */
  readonly givens = new Map<string, Set<string>>();
  /** Of the message being built, for people. */
  lines: OpenLine[] = [];
  readonly #open: OpenLine[] = [];
  /** What shapes make, as they are first used. */
  readonly shapeMakes = new Map<string, Make>();
  readonly counts: StationCounts = { conversions: 0, fields: 0, words: 0 };
  readonly #toldLoss = new Set<WriteRow>();
  /** The message being built, e.g. `StartTransaction.answer`. */
  message = '';

  constructor(table: PairTable, register: Register | undefined, faults: FaultList) {
    this.#table = table;
    this.#register = register;
    this.faults = faults;
  }

  shape(name: string, place: Place): Shape | undefined {
    this.usedShapes.add(name);
    return this.#table.shapes.get(name) ?? this.unknown('shape', name, this.#table.shapes.keys(), place);
  }

  wordList(name: string, place: Place): WordList | undefined {
    this.usedWords.add(name);
    return this.#table.words.get(name) ?? this.unknown('list of words', name, this.#table.words.keys(), place);
  }

  unknown(what: string, name: string, known: Iterable<string>, place: Place): undefined {
    return this.faults.add(place, `there is no ${what} "${name}"`, nearest(name, known));
  }

  give(name: string): void {
    const names = this.givens.get(this.message) ?? new Set<string>();
    this.givens.set(this.message, names.add(name));
  }

  /** From here on a line of the report is being made. */
  open(line: OpenLine): void {
    this.lines.push(line);
    this.#open.push(line);
  }

  close(): void {
    this.#open.pop();
  }

  /** Notes that this message may tell this loss. */
  use(code: string, place: Place): void {
    if (this.#register && !this.#register.losses.has(code)) {
      this.faults.add(place, `the register has no loss code "${code}"`, nearest(code, this.#register.losses.keys()));
    }
    const line = this.#open.at(-1);
    if (line && !line.losses.includes(code)) line.losses.push(code);
    // What the translation itself tells, it tells everywhere.
    if (this.#register?.losses.get(code)?.by.includes('engine') === true) return;
    const uses = this.uses.get(code) ?? new Map<string, Place>();
    this.uses.set(code, uses);
    const heading = this.message.replace(/\.answer$/, '');
    if (!uses.has(heading)) uses.set(heading, place);
  }

  /** The loss code of a row for an occasion; a fault when something is lost and the row has none. */
  lossOf(row: WriteRow, occasion: Occasion | 'words', policy?: Policy): string | undefined {
    this.#toldLoss.add(row);
    if (policy?.do === 'reject') return undefined;
    const own = typeof row.loss === 'string' ? row.loss : row.loss?.get(occasion);
    const code = own ?? (policy && IMPLIED[policy.do]);
    if (code === undefined)
      return this.faults.add(row, `${occasion} loses something: the row needs a loss code`, 'losses.yaml lists them');
    this.use(code, row);
    return code;
  }

  /** After a row is built: a code that nothing can tell is a mistake. */
  checkLoss(row: WriteRow): void {
    if (row.loss !== undefined && !this.#toldLoss.has(row)) this.faults.add(row, 'this row loses nothing');
  }
}

/** What of a source object was looked at. */
export class Cover {
  readonly #fields = new Map<string, Cover>();
  #whole = false;

  mark(path: readonly string[]): void {
    const [name, ...rest] = path;
    if (name === undefined) {
      this.#whole = true;
      return;
    }
    const field = this.#fields.get(name) ?? new Cover();
    this.#fields.set(name, field);
    field.mark(rest);
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }

  /** Paths of the fields that nobody looked at. */
  missing(group: Group, above = ''): string[] {
    if (this.#whole) return [];
    return fieldsOf(group).flatMap((field) => {
      const own = this.#fields.get(field.name);
      if (own === undefined) return [above + field.name];
      return field.type.kind === 'group' && !field.list ? own.missing(field.type, `${above}${field.name}.`) : [];
    });
  }
}
