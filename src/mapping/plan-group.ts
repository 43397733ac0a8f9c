/** One object: rows and silence against the fields of both contracts. */

import type { Field, Group, Leaf } from '../contract/model.ts';
import { nearest, type Place } from './fault.ts';
import type { ChoicePlan, FieldPlan, GroupPlan, LeafPlan, ListPlan, Part, Spot, ValuePlan } from './plan.ts';
import { fieldOf, planArg, unknownField } from './plan-args.ts';
import { planLeaf } from './plan-leaf.ts';
import { checkLossWords, lossFor, planPolicies, useLoss } from './plan-policies.ts';
import type { DropRow, LeaveRow, Occasion, Row, WriteRow } from './table.ts';

/** A row that only says these states no difference. */
const NO_DIFFERENCE = new Set(['write', 'why', 'loss']);

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
  return { kind: 'group', fields: group.fields(), drops: group.drops(), spot, bare };
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
  /** Source fields that reach the target. */
  readonly #used = new Set<string>();

  constructor(part: Part, source: Group, target: Group, rows: readonly Row[], place: Place, spot: Spot) {
    this.#part = part;
    this.#source = source;
    this.#target = target;
    this.#place = place;
    this.#spot = spot;
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

  drops(): { name: string; path: string; loss: string }[] {
    return this.#drops.flatMap((row) =>
      row.fields.map((name) => ({ name, path: this.#spot.source + name, loss: row.loss })),
    );
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
        else if (fieldOf(this.#source, name))
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
      const make = this.#make(undefined, source, target);
      return make ? [{ when: [], from: target.name, make }] : [];
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
      return arg ? [{ arg, is }] : [];
    });
    if (row.constant !== undefined || row.context !== undefined) {
      const make = this.#leaf(row, undefined, target);
      return make && { when, from: undefined, make };
    }
    if (row.from === target.name) this.#fault(row, '`from` repeats the name: leave it out');
    const name = row.from ?? target.name;
    if (row.flatten) return this.#flattened(row, target, name, when);
    const source = fieldOf(this.#source, name);
    if (!source) {
      if (row.convert !== undefined && row.from === undefined) {
        const make = this.#leaf(row, undefined, target);
        return make && { when, from: undefined, make };
      }
      unknownField(this.#part, row, this.#source, name);
      return undefined;
    }
    const make = this.#make(row, source, target);
    return make && { when, from: name, make };
  }

  #spotOf(source: string, target: string, item: boolean): Spot {
    return {
      source: this.#spot.source + source,
      target: this.#spot.target + target,
      inItem: this.#spot.inItem || item,
    };
  }

  #leaf(row: WriteRow | undefined, source: Field | undefined, target: Field): LeafPlan | undefined {
    if (target.type.kind !== 'leaf') {
      this.#fault(row ?? this.#place, `${this.#spot.target}${target.name} is an object, its source is none`);
      return undefined;
    }
    const leaf = source?.type.kind === 'leaf' ? source.type : undefined;
    return planLeaf({
      part: this.#part,
      row,
      place: row ?? this.#place,
      group: this.#source,
      source: source && leaf && { name: source.name, leaf, sure: source.min > 0 },
      target,
      leaf: target.type,
      spot: this.#spotOf(source?.name ?? '', target.name, false),
      item: false,
    });
  }

  #make(row: WriteRow | undefined, source: Field, target: Field): ChoicePlan['make'] | undefined {
    this.#used.add(source.name);
    if (target.list) return this.#list(row, source, target, undefined);
    const place = row ?? this.#place;
    if (source.list) {
      this.#fault(place, `${source.name} is a list, ${target.name} is one value`);
      return undefined;
    }
    if (row?.wrap) this.#fault(place, `wrap makes a list, ${target.name} is none`);
    if (target.type.kind === 'leaf' && source.type.kind === 'leaf') return this.#leaf(row, source, target);
    const spot = this.#spotOf(source.name, target.name, false);
    const item = this.#item(row, source.type, target, {
      ...spot,
      source: `${spot.source}.`,
      target: `${spot.target}.`,
    });
    if (!item) return undefined;
    const required = target.min > 0;
    const policies = row ? planPolicies(this.#part, row, { leaf: undefined, required, list: false }, spot) : new Map();
    if (required && source.min === 0 && !policies.has('absent'))
      this.#fault(place, `${spot.target} is required but may be absent`);
    return { kind: 'value', item, policies, required, spot } satisfies ValuePlan;
  }

  /** An object by its shape or by silence; or one value of a list of values. */
  #item(row: WriteRow | undefined, source: Group | Leaf, target: Field, spot: Spot): GroupPlan | LeafPlan | undefined {
    const place = row ?? this.#place;
    if (target.type.kind === 'leaf') {
      if (source.kind === 'group') {
        this.#fault(place, `${target.name} is one text, its source is an object`);
        return undefined;
      }
      return planLeaf({
        part: this.#part,
        // The absence of items is the list's matter.
        row: row && withPolicies(row, (occasion) => occasion !== 'absent'),
        place,
        group: this.#source,
        source: { name: row?.from ?? target.name, leaf: source, sure: true },
        target,
        leaf: target.type,
        spot,
        item: true,
      });
    }
    if (source.kind === 'leaf' && row?.shape === undefined) {
      this.#fault(place, `${target.name} is an object, its source is one text`, 'a shape can build it from `.`');
      return undefined;
    }
    if (row?.shape === undefined) return planGroup(this.#part, source, target.type, [], place, spot);
    const shape = this.#part.shapes.get(row.shape);
    if (!shape) {
      this.#fault(row, `there is no shape "${row.shape}"`, nearest(row.shape, this.#part.shapes.keys()));
      return undefined;
    }
    this.#part.book.usedShapes.add(`${shape.file} ${shape.name}`);
    return planGroup(this.#part, source, target.type, shape.rows, shape, spot);
  }

  #list(
    row: WriteRow | undefined,
    source: Field,
    target: Field,
    inner: { name: string; field: Field } | undefined,
  ): ListPlan | undefined {
    const place = row ?? this.#place;
    const wrap = !source.list;
    if (wrap && !row?.wrap)
      this.#fault(place, `${target.name} is a list, ${source.name} is one value`, 'say `wrap: true`');
    if (!wrap && row?.wrap) this.#fault(place, `${source.name} is a list already: wrap has no meaning`);
    const from = inner ? `${source.name}[].${inner.name}` : source.name;
    const outer = this.#spotOf(from, target.name, false);
    const itemSpot = this.#spotOf(from, target.name, true);
    const dot = target.type.kind === 'group' ? '.' : '';
    const item = this.#item(row, (inner?.field ?? source).type, target, {
      source: `${itemSpot.source}${wrap ? '' : '[]'}${dot}`,
      target: `${itemSpot.target}[]${dot}`,
      inItem: true,
    });
    if (!item) return undefined;
    const required = target.min > 0;
    const listed = row && withPolicies(row, (occasion) => occasion === 'absent');
    const policies = listed
      ? planPolicies(this.#part, listed, { leaf: undefined, required, list: true }, outer)
      : new Map();
    if (required && !policies.has('absent') && (source.min === 0 || canLoseItems(item))) {
      this.#fault(place, `${outer.target} needs an item but may have none`, 'say `absent:` what to do then');
    }
    const flattenLoss = row?.flatten ? lossFor(row.loss, 'flatten') : undefined;
    return { kind: 'list', item, inner: inner?.name, wrap, flattenLoss, policies, required, spot: outer };
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
    const make = this.#list(row, outer, target, { name: innerName, field: inner });
    return make && { when, from: outerName, make };
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

function withPolicies(row: WriteRow, wanted: (occasion: Occasion) => boolean): WriteRow {
  return { ...row, policies: new Map([...row.policies].filter(([occasion]) => wanted(occasion))) };
}

/** Whether items of a list may be dropped on the way. */
function canLoseItems(item: GroupPlan | LeafPlan): boolean {
  if (item.kind === 'leaf') {
    if ([...item.policies.values()].some((plan) => plan.policy.do === 'drop-item')) return true;
    return [...item.words.values()].some((word) => word.kind === 'policy' && word.policy.do === 'drop-item');
  }
  return item.fields.some((field) =>
    field.choices.some(({ make }) => {
      if (make.kind === 'leaf') return canLoseItems(make);
      if ([...make.policies.values()].some((plan) => plan.policy.do === 'drop-item')) return true;
      return make.kind === 'value' && canLoseItems(make.item);
    }),
  );
}
