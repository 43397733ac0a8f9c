/** One message of the report: a line for each field of either side. */

import type { Field, Group, Leaf } from '../contract/model.ts';
import { branchesOf } from './options.ts';
import type { ChoicePlan, GroupPlan, LeafPlan } from './plan.ts';
import { rowWords, whenWords } from './report-words.ts';
import type { WriteRow } from './table.ts';

/**
 * `identical`: the same, always. `guarded`: the same, but the row says what to do when it cannot be. `changed`: another name, form or
 * word. `added`: it comes from nowhere in the source. `dropped`: it goes nowhere. `unfilled`: nothing can fill it.
 */
export type Mark = 'identical' | 'guarded' | 'changed' | 'added' | 'dropped' | 'unfilled';
export const MARKS: readonly Mark[] = ['identical', 'guarded', 'changed', 'added', 'dropped', 'unfilled'];

export interface ReportedField {
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
}

export interface ReportedLine {
  readonly mark: Mark;
  /** An object or a list of objects: its fields are the lines that follow. */
  readonly whole: boolean;
  readonly source: ReportedField | undefined;
  readonly target: ReportedField | undefined;
  /** The line holds only then. */
  readonly when: string | undefined;
  readonly becomes: readonly string[];
  readonly why: string | undefined;
  readonly losses: readonly string[];
  /** Of the row in the table's file. */
  readonly line: number | undefined;
}

/** Objects before their fields; what goes nowhere and what nothing fills at the end of each. */
export function linesOf(plan: GroupPlan): ReportedLine[] {
  const written = plan.fields.flatMap((field) =>
    field.choices.flatMap((choice) => choiceLines(plan, field.target, choice)),
  );
  const dropped = plan.drops.map(({ name, path, loss, row }): ReportedLine => {
    const source = fieldOf(plan.from, name, path);
    return {
      ...bare,
      mark: 'dropped',
      source,
      becomes: ['goes nowhere'],
      why: row.why,
      losses: [loss],
      line: row.line,
    };
  });
  const left = plan.leaves.map(({ name, loss, row }): ReportedLine => {
    const target = fieldOf(plan.to, name, plan.spot.target + name);
    return {
      ...bare,
      mark: 'unfilled',
      target,
      becomes: ['nothing can fill it'],
      why: row.why,
      losses: [loss],
      line: row.line,
    };
  });
  return [...written, ...dropped, ...left];
}

const bare = { whole: false, source: undefined, target: undefined, when: undefined };

function choiceLines(plan: GroupPlan, target: Field, { when, from, row, make }: ChoicePlan): ReportedLine[] {
  const whole = make.kind !== 'leaf' && make.item.kind === 'group';
  const inner = make.kind !== 'leaf' && make.item.kind === 'group' ? linesOf(make.item) : [];
  const source = from === undefined ? undefined : fieldOf(plan.from, from, make.spot.source);
  const wordless = make.kind === 'leaf' ? make : make.item.kind === 'leaf' ? make.item : undefined;
  const line: ReportedLine = {
    mark: markOf(row, source !== undefined),
    whole,
    source,
    target: { ...typed(target), path: make.spot.target },
    when: when.length === 0 ? undefined : whenWords(when),
    becomes: row ? rowWords(row, wordless) : [],
    why: row?.why,
    losses: row ? rowLosses(row, wordless) : [],
    line: row?.line,
  };
  return [line, ...inner];
}

function markOf(row: WriteRow | undefined, sourced: boolean): Mark {
  if (!sourced) return 'added';
  if (!row) return 'identical';
  if (row.convert !== undefined || row.from !== undefined || row.wrap || row.flatten) return 'changed';
  if (row.words.size > 0) return 'changed';
  return row.policies.size > 0 || row.also.size > 0 ? 'guarded' : 'identical';
}

/** Every code that the row may tell, whatever the options. */
function rowLosses(row: WriteRow, leaf: LeafPlan | undefined): string[] {
  const words = [...row.words.values(), ...row.also.values()].map((word) => word.loss);
  const planned = [...(leaf?.policies.values() ?? [])].map((policy) => policy.loss);
  const converter = leaf?.convert?.converter.losses ?? [];
  const codes = [row.loss.all, ...row.loss.by.values(), ...words, ...planned, ...converter, ...implied(row)];
  return [...new Set(codes.filter((code) => code !== undefined))];
}

function implied(row: WriteRow): (string | undefined)[] {
  const chosen = row.policies.get('too-long');
  const codes: Readonly<Record<string, string>> = { cut: 'str-cut', 'keep-end': 'str-tail', alias: 'tag-alias' };
  if (!chosen || row.loss.all !== undefined || row.loss.by.has('too-long')) return [];
  return branchesOf(chosen).map((policy) => codes[policy.do]);
}

function fieldOf(group: Group, name: string, path: string): ReportedField {
  if (name === '.' && group.text)
    return { path: path.replace(/\.\.$/, ''), type: leafWords(group.text), required: true };
  const field = group.fields.find((one) => one.name === name);
  return field ? { ...typed(field), path } : { path, type: '', required: false };
}

/** A field as the report shows it. */
export function typed({ type, min, list }: Field): Omit<ReportedField, 'path'> {
  const one = type.kind === 'group' ? 'object' : leafWords(type);
  return { type: list ? `list of ${one}` : one, required: min > 0 };
}

const BASES: Readonly<Record<Leaf['base'], string>> = {
  string: 'text',
  int: 'whole number',
  decimal: 'decimal',
  boolean: 'true/false',
  dateTime: 'time',
  anyURI: 'address',
  any: 'anything',
};

function leafWords({ words, base, maxLength }: Leaf): string {
  if (words) return `one of ${words.length} words`;
  return maxLength === undefined ? BASES[base] : `${BASES[base]} ≤ ${maxLength}`;
}
