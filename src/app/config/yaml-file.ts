import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { ConfigFault } from './faults.ts';

/** A YAML text as plain values that still know where they stand. */
export interface YamlFile {
  /** Mappings without values are left out: a section whose keys are all commented out is not there. */
  readonly value: unknown;
  readonly faults: readonly ConfigFault[];
  /** `file:line:column` of a key, else of the nearest thing around it. */
  where(path: readonly PropertyKey[]): string;
}

/** Keys are text whatever they look like: a charge point may be called 007. */
export function readYaml(name: string, text: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, stringKeys: true, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };
  const faults: ConfigFault[] = [...document.errors, ...document.warnings].map((error) => ({
    where: at(error.pos[0]),
    path: '',
    message: error.message,
  }));
  let value: unknown;
  if (faults.length === 0) {
    try {
      value = withoutEmpty(document.toJS());
    } catch (error) {
      faults.push({ where: at(0), path: '', message: error instanceof Error ? error.message : String(error) });
    }
  }
  return { value, faults, where: (path) => at(offsetOf(document, path)) };
}

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined);
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutEmpty(inner)]));
}

function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  let at: Node | null = document.contents;
  let offset = at?.range?.[0] ?? 0;
  for (const step of path) {
    if (isAlias(at)) at = at.resolve(document) ?? null;
    if (isMap(at)) {
      const pair = at.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (!pair) return offset;
      offset = (pair.key as Node).range?.[0] ?? offset;
      at = pair.value as Node | null;
    } else if (isSeq(at)) {
      at = (at.items[Number(step)] as Node | undefined) ?? null;
      offset = at?.range?.[0] ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}
