/** Lists of a message: what they hold, and which fields may let one of their items go. */

import type { GroupPlan, LeafPlan, ListPlan, PolicyPlan } from '../../src/mapping/plan.ts';
import type { Bag } from './laws.ts';

/** `a[0].b[2].c` -> `a[].b[].c` */
export const templateOf = (field: string): string => field.replaceAll(/\[\d+\]/g, '[]');

export interface DropPoint {
  readonly code: string;
  /** Template of the field that lets the item go. */
  readonly target: string;
}

const known = new WeakMap<ListPlan, DropPoint[]>();

/** Every field of an item that may let it go, fields of lists inside excepted: these lose their own items. */
export function dropPoints(plan: ListPlan): DropPoint[] {
  const { item } = plan;
  const found = known.get(plan) ?? pointsOf(item);
  // An empty text is no item of a list.
  if (!known.has(plan) && item.kind === 'leaf' && !item.asIs)
    found.push({ code: 'str-trim', target: item.spot.target });
  known.set(plan, found);
  return found;
}

function pointsOf(item: LeafPlan | GroupPlan): DropPoint[] {
  if (item.kind === 'leaf') {
    const words = [...item.words.values()].flatMap((word) => (word.kind === 'policy' ? [word] : []));
    return pointsAt(item.spot.target, [...item.policies.values(), ...words]);
  }
  return item.fields.flatMap((field) =>
    field.choices.flatMap(({ make }): DropPoint[] => {
      if (make.kind === 'leaf') return pointsOf(make);
      const whole = pointsAt(make.spot.target, [...make.policies.values()]);
      return make.kind === 'value' ? [...whole, ...pointsOf(make.item)] : whole;
    }),
  );
}

function pointsAt(target: string, stated: readonly PolicyPlan[]): DropPoint[] {
  return stated.flatMap(({ policy, loss }) =>
    policy.do === 'drop-item' && loss !== undefined ? [{ code: loss, target }] : [],
  );
}

export function itemsOf({ wrap, inner }: ListPlan, raw: unknown, path: string): { items: unknown[]; paths: string[] } {
  if (raw === undefined) return { items: [], paths: [] };
  if (wrap) return { items: [raw], paths: [path] };
  const list = raw as readonly unknown[];
  if (inner === undefined) return { items: [...list], paths: list.map((_, index) => `${path}[${index}]`) };
  const lists = list.map((outer) => ((outer as Bag)[inner] ?? []) as readonly unknown[]);
  return {
    items: lists.flat(),
    paths: lists.flatMap((items, outer) => items.map((_, index) => `${path}[${outer}].${inner}[${index}]`)),
  };
}

export function valueAt(from: unknown, path: readonly string[]): unknown {
  let value = from;
  for (const name of path) {
    if (Array.isArray(value)) value = value[0];
    value = typeof value === 'object' && value !== null ? (value as Bag)[name] : undefined;
  }
  return Array.isArray(value) ? value[0] : value;
}
