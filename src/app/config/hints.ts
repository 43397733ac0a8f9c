import { configKeys, keyAt, walk } from './keys.ts';

/** Guesses at what somebody meant. */

/** How many letters must be added, dropped, changed or swapped with their neighbour to make one text the other. */
export function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (rows[i - 1]?.[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? (rows[i - 2]?.[j - 2] ?? 0) + 1 : change;
      row.push(Math.min(change, swap, (rows[i - 1]?.[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}

/** The candidate that is nearly the same as the text, if any: a third of its letters may differ. */
export function nearest(text: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(text.length / 3)) + 1;
  for (const candidate of candidates) {
    const differs = distance(text.toLowerCase(), candidate.toLowerCase());
    if (differs >= least) continue;
    best = candidate;
    least = differs;
  }
  return best;
}

/** What an unknown key under this path may have meant: a neighbour, or the same name elsewhere. */
export function keyHint(path: readonly PropertyKey[], name: string): string | undefined {
  const neighbour = nearest(name, keyAt(path)?.children.keys() ?? []);
  if (neighbour !== undefined) return neighbour;
  for (const { path: known } of walk(configKeys())) {
    if (known.split('.').at(-1)?.toLowerCase() === name.toLowerCase()) return known;
  }
  return undefined;
}
