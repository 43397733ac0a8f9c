/** Words of an enumeration, found again when a device writes them in another case. */

export interface Words {
  /** The word as the standard spells it; undefined when it is none. */
  find(text: string): string | undefined;
  has(text: string): boolean;
}

export function wordsOf(list: readonly string[]): Words {
  const exact = new Set(list);
  const folded = new Map<string, string>();
  for (const word of list) if (!folded.has(word.toLowerCase())) folded.set(word.toLowerCase(), word);
  return {
    has: (text) => exact.has(text),
    find: (text) => (exact.has(text) ? text : folded.get(text.toLowerCase())),
  };
}
