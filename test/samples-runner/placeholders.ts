/** `{words}` in sample files: filled in what is played, recognised in what is expected. */

/** What the runner knows while it plays one conversation. */
export type Facts = ReadonlyMap<string, string>;

const NAME = /\{([a-z-]+)\}/g;
/** Placeholders that stand for anything of a kind; the rest are facts. */
const PATTERNS: Readonly<Record<string, (text: string, now: number) => boolean>> = {
  any: () => true,
  uuid: (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text),
  time: (text) => UTC.test(text) && !Number.isNaN(Date.parse(text)),
  now: (text, now) => UTC.test(text) && Math.abs(Date.parse(text) - now) < LATELY,
};
const UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/;
const LATELY = 60_000;

/** The text with its facts in place. `{now}` becomes the time. Throws on a name that nobody knows. */
export function filled(text: string, facts: Facts): string {
  return text.replace(NAME, (whole, name: string) => {
    if (name === 'now') return new Date().toISOString();
    const value = facts.get(name);
    if (value === undefined) throw new Error(`${whole} is not known here`);
    return value;
  });
}

/** Whether a text is what was wanted, or of the kind that was wanted: `{uuid}`, `urn:uuid:{uuid}`, `{now}`… */
export function fits(wanted: string, got: string, facts: Facts): boolean {
  if (wanted === got) return true;
  const kinds: ((text: string) => boolean)[] = [];
  const now = Date.now();
  const parts = wanted.split(NAME);
  if (parts.length === 1) return false;
  let source = '^';
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 0) {
      source += literal(part);
      continue;
    }
    const kind = PATTERNS[part];
    if (kind) {
      source += '([^]*)';
      kinds.push((text) => kind(text, now));
    } else source += literal(facts.get(part) ?? `{${part}}`);
  }
  const found = new RegExp(`${source}$`).exec(got);
  return found?.slice(1).every((text, index) => kinds[index]?.(text)) ?? false;
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
