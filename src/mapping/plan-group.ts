/** One object: rows and silence against the fields of both contracts. */

import type { Field, Group, Leaf } from '../contract/model.ts';
import type { Place } from './fault.ts';
import type { ChoicePlan, FieldPlan, GroupPlan, Part, Spot } from './plan.ts';
import { fieldOf, planArg, unknownField } from './plan-args.ts';
import { checkLossWords, lossFor, useLoss } from './plan-policies.ts';
import { type Owner, planList, planMake, planSingle } from './plan-value.ts';
import type { DropRow, LeaveRow, Row, WriteRow } from './table.ts';

/** A row that only says these states no difference. */
const NO_DIFFERENCE = new Set(['write', 'why', 'loss']);

/** `when: { unit: absent }` */
const ABSENT_WORD = 'absent';

export function planGroup(
  part: Part,
  source: Group | Leaf,
  target: Group,
  rows: readonly Row[],
  place: Place,
  spot: Spot,
): GroupPlan {
  const bare = source.kind === 'leaf';
  const from: Group = bare ? { kind: 'group', name: 'the text', fields: [], text: source } : source;
  const group = new GroupPlanner(part, from, target, rows, place, spot);
  return {
    kind: 'group',
    fields: group.fields(),
    drops: group.drops(),
    leaves: group.leaves(),
    spot,
    bare,
    from,
    to: target,
  };
}

class GroupPlanner {
  readonly #part: Part;
  readonly #source: Group;
  readonly #target: Group;
  readonly #writes: readonly WriteRow[];
  readonly #drops: readonly DropRow[];
  readonly #leaves: readonly LeaveRow[];
  readonly #place: Place;
  readonly #spot: Spot;
  readonly #owner: Owner;
  /** Source fields that reach the target. */
  readonly #used = new Set<string>();

  constructor(part: Part, source: Group, target: Group, rows: readonly Row[], place: Place, spot: Spot) {
    this.#part = part;
    this.#source = source;
    this.#target = target;
    this.#place = place;
    this.#spot = spot;
    this.#owner = { part, source, place, spot };
    this.#writes = rows.filter((row) => row.kind === 'write');
    this.#drops = rows.filter((row) => row.kind === 'drop');
    this.#leaves = rows.filter((row) => row.kind === 'leave');
    part.book.counts.rows += rows.length;
  }

  #fault(place: Place, message: string, hint?: string): void {
    this.#part.book.faults.add(place, message, hint);
  }

  fields(): FieldPlan[] {
    const names = [...this.#target.fields.map((field) => field.name), ...(this.#target.text ? ['.'] : [])];
    for (const row of this.#writes)
      if (!names.includes(row.target)) unknownField(this.#part, row, this.#target, row.target);
    const left = this.#leftNames();
    const plans: FieldPlan[] = [];
    for (const name of names) {
      const target = fieldOf(this.#target, name);
      if (!target) continue;
      if (target.min > 0) this.#part.book.counts.requiredTargets += 1;
      const choices = this.#choices(target, left.has(name));
      if (choices.length > 0) plans.push({ target, choices });
    }
    this.#checkCoverage();
    return plans;
  }

  drops(): GroupPlan['drops'] {
    return this.#drops.flatMap((row) =>
      row.fields.map((name) => ({ name, path: this.#spot.source + name, loss: row.loss, row })),
    );
  }

  leaves(): GroupPlan['leaves'] {
    return this.#leaves.flatMap((row) => row.fields.map((name) => ({ name, loss: row.loss, row })));
  }

  #leftNames(): Set<string> {
    const left = new Set<string>();
    for (const row of this.#leaves) {
      useLoss(this.#part, row.loss, row);
      for (const name of row.fields) {
        const target = fieldOf(this.#target, name);
        if (!target) unknownField(this.#part, row, this.#target, name);
        else if (left.has(name)) this.#fault(row, `${name} is left twice`);
        else if (target.min > 0) this.#fault(row, `${name} is required and cannot be left`);
        else if (this.#writes.some((write) => write.target === name)) this.#fault(row, `${name} is written and left`);
        else if (fieldOf(this.#source, name) && !this.#drops.some((drop) => drop.fields.includes(name)))
          this.#fault(row, `${name} has a source of the same name and would pass by itself`);
        left.add(name);
      }
    }
    return left;
  }

  #choices(target: Field, left: boolean): ChoicePlan[] {
    const rows = this.#writes.filter((row) => row.target === target.name);
    if (rows.length === 0) return left ? [] : this.#silent(target);
    const choices: ChoicePlan[] = [];
    let settled = false;
    for (const row of rows) {
      if (settled) this.#fault(row, `an earlier row always writes ${target.name}: this one is never reached`);
      settled ||= row.when.size === 0;
      const choice = this.#fromRow(row, target);
      if (choice) choices.push(choice);
    }
    const last = rows.at(-1);
    if (!settled && last)
      this.#fault(last, `every row for ${target.name} has a condition`, 'the last one must hold always');
    return choices;
  }

  /** Silence means identical. */
  #silent(target: Field): ChoicePlan[] {
    const { operation, version, part } = this.#part;
    const source = fieldOf(this.#source, target.name);
    if (source) {
      const make = this.#made(undefined, source, target);
      return make ? [{ when: [], from: target.name, row: undefined, make }] : [];
    }
    const where = `${version} ${operation} ${part}: ${this.#spot.target}${target.name}`;
    if (target.min > 0) this.#fault(this.#place, `${where} is required and nothing writes it`, 'add a `write` row');
    else
      this.#fault(
        this.#place,
        `${where} has no source and no row says so`,
        'add a `write` row, or `leave` with a loss code',
      );
    return [];
  }

  #fromRow(row: WriteRow, target: Field): ChoicePlan | undefined {
    if ([...row.says].every((word) => NO_DIFFERENCE.has(word)))
      this.#fault(row, `${target.name} passes by itself: this row states no difference`);
    checkLossWords(this.#part, row);
    const when = [...row.when].flatMap(([path, is]) => {
      const arg = planArg(this.#part, row, this.#source, path);
      return arg ? [{ arg, is: is === ABSENT_WORD ? undefined : is }] : [];
    });
    if (row.constant !== undefined || row.context !== undefined) {
      const make = planSingle(this.#owner, row, undefined, target);
      return make && { when, from: undefined, row, make };
    }
    if (row.from === target.name) this.#fault(row, '`from` repeats the name: leave it out');
    const name = row.from ?? target.name;
    if (row.flatten) return this.#flattened(row, target, name, when);
    const source = fieldOf(this.#source, name);
    if (!source) {
      if (row.convert !== undefined && row.from === undefined) {
        const make = planSingle(this.#owner, row, undefined, target);
        return make && { when, from: undefined, row, make };
      }
      unknownField(this.#part, row, this.#source, name);
      return undefined;
    }
    const make = this.#made(row, source, target);
    return make && { when, from: name, row, make };
  }

  #flattened(row: WriteRow, target: Field, path: string, when: ChoicePlan['when']): ChoicePlan | undefined {
    const [outerName = '', innerName = '', ...rest] = path.split('.');
    const outer = fieldOf(this.#source, outerName);
    if (!outer) return unknownField(this.#part, row, this.#source, outerName);
    const inner = outer.type.kind === 'group' ? fieldOf(outer.type, innerName) : undefined;
    if (rest.length > 0 || !outer.list || !inner?.list || !target.list || outer.type.kind !== 'group') {
      this.#fault(row, 'flatten makes one list of a list in a list', '`from: outer.inner`');
      return undefined;
    }
    this.#used.add(outerName);
    for (const field of outer.type.fields) {
      if (field.name !== innerName) this.#fault(row, `${outerName}.${field.name} is neither written nor dropped`);
    }
    const loss = lossFor(row.loss, 'flatten');
    if (loss === undefined) this.#fault(row, 'flatten loses the grouping: a loss code is missing');
    else useLoss(this.#part, loss, row);
    const make = planList(this.#owner, row, outer, target, { name: innerName, field: inner });
    return make && { when, from: outerName, row, make };
  }

  #made(row: WriteRow | undefined, source: Field, target: Field): ChoicePlan['make'] | undefined {
    this.#used.add(source.name);
    return planMake(this.#owner, row, source, target);
  }

  #checkCoverage(): void {
    const { version, operation, part, book } = this.#part;
    const dropped = new Set<string>();
    for (const row of this.#drops) {
      useLoss(this.#part, row.loss, row);
      for (const name of row.fields) {
        if (!fieldOf(this.#source, name)) unknownField(this.#part, row, this.#source, name);
        else if (dropped.has(name)) this.#fault(row, `${name} is dropped twice`);
        else if (this.#used.has(name)) this.#fault(row, `${name} is written and dropped`);
        dropped.add(name);
      }
    }
    const names = [...this.#source.fields.map((field) => field.name), ...(this.#source.text ? ['.'] : [])];
    for (const name of names) {
      book.counts.sourceFields += 1;
      if (this.#used.has(name) || dropped.has(name)) continue;
      const where = `${version} ${operation} ${part}: ${this.#spot.source}${name}`;
      this.#fault(
        this.#place,
        `${where} is neither written nor dropped`,
        'add a `write` row, or `drop` with a loss code',
      );
    }
  }
}
