/** What a field of the target is made of: one value, an object, or a list of either. */

import type { Field, Group, Leaf } from '../contract/model.ts';
import { nearest, type Place } from './fault.ts';
import type { ChoicePlan, GroupPlan, LeafPlan, ListPlan, Part, Spot, ValuePlan } from './plan.ts';
import { planGroup } from './plan-group.ts';
import { planLeaf } from './plan-leaf.ts';
import { lossFor, planPolicies } from './plan-policies.ts';
import type { Occasion, WriteRow } from './table.ts';

/** The object whose field it is. */
export interface Owner {
  readonly part: Part;
  readonly source: Group;
  /** Where silence about its fields is told. */
  readonly place: Place;
  readonly spot: Spot;
}

function fault(owner: Owner, place: Place, message: string, hint?: string): undefined {
  return owner.part.book.faults.add(place, message, hint);
}

function spotOf(owner: Owner, source: string, target: string, item: boolean): Spot {
  return {
    source: owner.spot.source + source,
    target: owner.spot.target + target,
    inItem: owner.spot.inItem || item,
  };
}

export function planSingle(
  owner: Owner,
  row: WriteRow | undefined,
  source: Field | undefined,
  target: Field,
): LeafPlan | undefined {
  if (target.type.kind !== 'leaf') {
    fault(owner, row ?? owner.place, `${owner.spot.target}${target.name} is an object, its source is none`);
    return undefined;
  }
  const leaf = source?.type.kind === 'leaf' ? source.type : undefined;
  return planLeaf({
    part: owner.part,
    row,
    place: row ?? owner.place,
    group: owner.source,
    source: source && leaf && { name: source.name, leaf, sure: source.min > 0 },
    target,
    leaf: target.type,
    spot: spotOf(owner, source?.name ?? '', target.name, false),
    item: false,
  });
}

export function planMake(
  owner: Owner,
  row: WriteRow | undefined,
  source: Field,
  target: Field,
): ChoicePlan['make'] | undefined {
  if (target.list) return planList(owner, row, source, target, undefined);
  const place = row ?? owner.place;
  if (source.list) {
    fault(owner, place, `${source.name} is a list, ${target.name} is one value`);
    return undefined;
  }
  if (row?.wrap) fault(owner, place, `wrap makes a list, ${target.name} is none`);
  if (target.type.kind === 'leaf' && source.type.kind === 'leaf') return planSingle(owner, row, source, target);
  const spot = spotOf(owner, source.name, target.name, false);
  const item = planItem(owner, row, source.type, target, {
    ...spot,
    source: `${spot.source}.`,
    target: `${spot.target}.`,
  });
  if (!item) return undefined;
  if (row) checkWhole(owner, row, target);
  const required = target.min > 0;
  const policies = row ? planPolicies(owner.part, row, { leaf: undefined, required, list: false }, spot) : new Map();
  if (required && source.min === 0 && !policies.has('absent'))
    fault(owner, place, `${spot.target} is required but may be absent`);
  return { kind: 'value', item, policies, required, spot } satisfies ValuePlan;
}

/** An object by its shape or by silence; or one value of a list of values. */
function planItem(
  owner: Owner,
  row: WriteRow | undefined,
  source: Group | Leaf,
  target: Field,
  spot: Spot,
): GroupPlan | LeafPlan | undefined {
  const place = row ?? owner.place;
  if (target.type.kind === 'leaf') {
    if (source.kind === 'group') {
      fault(owner, place, `${target.name} is one text, its source is an object`);
      return undefined;
    }
    return planLeaf({
      part: owner.part,
      // The absence of items is the list's matter.
      row: row && withPolicies(row, (occasion) => occasion !== 'absent'),
      place,
      group: owner.source,
      source: { name: row?.from ?? target.name, leaf: source, sure: true },
      target,
      leaf: target.type,
      spot,
      item: true,
    });
  }
  if (source.kind === 'leaf' && row?.shape === undefined) {
    fault(owner, place, `${target.name} is an object, its source is one text`, 'a shape can build it from `.`');
    return undefined;
  }
  if (row?.shape === undefined) return planGroup(owner.part, source, target.type, [], place, spot);
  const shape = owner.part.shapes.get(row.shape);
  if (!shape) {
    fault(owner, row, `there is no shape "${row.shape}"`, nearest(row.shape, owner.part.shapes.keys()));
    return undefined;
  }
  owner.part.book.usedShapes.add(`${shape.file} ${shape.name}`);
  return planGroup(owner.part, source, target.type, shape.rows, shape, spot);
}

export function planList(
  owner: Owner,
  row: WriteRow | undefined,
  source: Field,
  target: Field,
  inner: { name: string; field: Field } | undefined,
): ListPlan | undefined {
  const place = row ?? owner.place;
  const wrap = !source.list;
  if (wrap && !row?.wrap)
    fault(owner, place, `${target.name} is a list, ${source.name} is one value`, 'say `wrap: true`');
  if (!wrap && row?.wrap) fault(owner, place, `${source.name} is a list already: wrap has no meaning`);
  const from = inner ? `${source.name}[].${inner.name}` : source.name;
  const outer = spotOf(owner, from, target.name, false);
  const itemSpot = spotOf(owner, from, target.name, true);
  const dot = target.type.kind === 'group' ? '.' : '';
  const item = planItem(owner, row, (inner?.field ?? source).type, target, {
    source: `${itemSpot.source}${wrap ? '' : '[]'}${dot}`,
    target: `${itemSpot.target}[]${dot}`,
    inItem: true,
  });
  if (!item) return undefined;
  if (row && item.kind === 'group') checkWhole(owner, row, target);
  const required = target.min > 0;
  const listed = row && withPolicies(row, (occasion) => occasion === 'absent');
  const policies = listed
    ? planPolicies(owner.part, listed, { leaf: undefined, required, list: true }, outer)
    : new Map();
  if (required && !policies.has('absent') && (source.min === 0 || canLoseItems(item))) {
    fault(owner, place, `${outer.target} needs an item but may have none`, 'say `absent:` what to do then');
  }
  const flattenLoss = row?.flatten ? lossFor(row.loss, 'flatten') : undefined;
  return { kind: 'list', item, inner: inner?.name, wrap, flattenLoss, policies, required, spot: outer };
}

/** Words that are for single values only. */
function checkWhole(owner: Owner, row: WriteRow, target: Field): void {
  for (const word of ['convert', 'with', 'words', 'also', 'as-is']) {
    if (row.says.has(word)) fault(owner, row, `${target.name} is an object: ${word} is for single values`);
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
