/** What is wrong with a table, and where. All faults are collected and told at once. */

export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

export interface Fault extends Place {
  readonly message: string;
  readonly hint?: string;
}

/** `mappings/x.yaml:12:7: message (hint)` */
export function faultLine(fault: Fault): string {
  return `${fault.file}:${fault.line}:${fault.column}: ${fault.message}${fault.hint ? ` (${fault.hint})` : ''}`;
}

/** Thrown at start when the tables cannot be trusted. */
export class MappingFaults extends Error {
  override readonly name = 'MappingFaults';
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(
      `${faults.length} fault${faults.length === 1 ? '' : 's'} in the mapping tables:\n${faults.map(faultLine).join('\n')}`,
    );
    this.faults = faults;
  }
}

/** Collects faults; the same one (a shape is looked at once per use) counts once. */
export class FaultList {
  readonly #seen = new Map<string, Fault>();

  add(place: Place, message: string, hint?: string): undefined {
    const { file, line, column } = place;
    const key = `${file}:${line}:${column}:${message}`;
    if (!this.#seen.has(key))
      this.#seen.set(key, { file, line, column, message, ...(hint === undefined ? {} : { hint }) });
  }

  get size(): number {
    return this.#seen.size;
  }

  /** By file, line and column. */
  get list(): Fault[] {
    return [...this.#seen.values()].sort(
      (a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
    );
  }
}

/** The listed word nearest to a misspelt one, as a hint. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [least, best] = [distance, candidate];
  }
  return best === undefined ? undefined : `did you mean ${best}?`;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
