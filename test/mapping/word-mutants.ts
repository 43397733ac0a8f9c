/** Every single word of the tables taken away or said otherwise, one at a time. */

import { isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Field, Group } from '../../src/contract/model.ts';
import type { Contracts } from '../../src/mapping/plan-tables.ts';
import type { ParsedFile } from '../../src/mapping/yaml-reader.ts';

export interface Mutant {
  readonly name: string;
  /** Spoils the file; gives what heals it. */
  spoil(): () => void;
}

/** For people, and proved by no machine. */
const PROSE = new Set(['why', 'what', 'because', 'never-sent']);

/** What else a word of the vocabulary may say; each is tried. */
const OTHERWISE: Readonly<Record<string, readonly string[]>> = {
  'leave-out': ['refuse', 'drop-item', 'keep'],
  'drop-item': ['refuse', 'leave-out'],
  refuse: ['leave-out', 'drop-item', 'fault'],
  keep: ['leave-out'],
  cut: ['keep-end', 'refuse', 'leave-out'],
  'keep-end': ['cut', 'refuse', 'leave-out'],
  alias: ['cut', 'refuse'],
  receivedAt: ['refuse', 'leave-out'],
  fault: ['refuse'],
  last: ['last-per-connector'],
  'last-per-connector': ['last'],
  NotSupported: ['NotImplemented'],
  NotImplemented: ['NotSupported'],
  '1.5': ['1.6', '1.2'],
  'trigger-from-memory': ['configuration-from-memory'],
  'configuration-from-memory': ['trigger-from-memory'],
};

/** Words and their neighbours in every enumeration of every contract. */
function neighboursOf({ soap, json }: Contracts): Map<string, Set<string>> {
  const neighbours = new Map<string, Set<string>>();
  const walk = (group: Group): void => {
    for (const { type } of group.fields satisfies readonly Field[]) {
      if (type.kind === 'group') walk(type);
      else
        type.words?.forEach((word, at, words) => {
          const next = words[(at + 1) % words.length] ?? word;
          neighbours.set(word, (neighbours.get(word) ?? new Set()).add(next));
        });
    }
  };
  for (const { request, answer } of json.actions.values()) for (const group of [request, answer]) walk(group);
  for (const { operations } of soap.all)
    for (const { request, answer } of operations.values()) for (const { type } of [request, answer]) walk(type);
  return neighbours;
}

export function wordMutants(file: ParsedFile, contracts: Contracts): Mutant[] {
  const neighbours = neighboursOf(contracts);
  const mutants: Mutant[] = [];
  const place = (node: unknown): string => {
    const range = (node as { range?: readonly number[] }).range;
    return `${file.file.split('/').at(-1)}:${file.lines.linePos(range?.[0] ?? 0).line}`;
  };
  const without = (list: unknown[], index: number, name: string): void => {
    mutants.push({
      name: `${name}: gone`,
      spoil() {
        const [gone] = list.splice(index, 1);
        return () => void list.splice(index, 0, gone);
      },
    });
  };
  const otherwise = (scalar: Scalar, name: string): void => {
    for (const value of othersOf(scalar.value, neighbours)) {
      mutants.push({
        name: `${name}: ${String(scalar.value)} becomes ${String(value)}`,
        spoil() {
          const before = scalar.value;
          scalar.value = value;
          return () => {
            scalar.value = before;
          };
        },
      });
    }
  };
  const walk = (node: unknown, path: string): void => {
    if (isScalar(node)) otherwise(node, `${place(node)} ${path}`);
    else if (isSeq(node))
      (node as YAMLSeq).items.forEach((item, index) => {
        without((node as YAMLSeq).items, index, `${place(item)} ${path}[${index}]`);
        walk(item, path);
      });
    else if (isMap(node))
      ((node as YAMLMap).items as Pair[]).forEach((pair, index) => {
        const key = String(isScalar(pair.key) ? pair.key.value : '');
        if (PROSE.has(key)) return;
        const deep = path === '' ? key : `${path} > ${key}`;
        without((node as YAMLMap).items, index, `${place(pair.key)} ${deep}`);
        walk(pair.value, deep);
      });
  };
  walk(file.root, '');
  return mutants;
}

function othersOf(value: unknown, neighbours: ReadonlyMap<string, ReadonlySet<string>>): readonly unknown[] {
  if (typeof value === 'number') return [value + 1];
  if (typeof value === 'boolean') return [!value];
  if (typeof value !== 'string') return [];
  const others = [...(OTHERWISE[value] ?? []), ...(neighbours.get(value) ?? [])];
  return others.length > 0 ? others : ['Mistaken'];
}
