/** Field by field: what a translated message says other than its source, and whether a loss was told of it. */

import type { JsonObject } from '../../src/base/message.ts';
import type { ChoicePlan, GroupPlan, LeafPlan, ListPlan, ValuePlan } from '../../src/mapping/plan.ts';
import type { Loss, Memory } from '../../src/mapping/translator.ts';
import { type Bag, blank, int32, type Scene, type Sender } from './laws.ts';
import { dropPoints, itemsOf, templateOf, valueAt } from './lists.ts';
import { mislet, misvalued, owed } from './values.ts';

export interface Translated {
  readonly plan: GroupPlan;
  readonly sender: Sender;
  readonly memory: Memory;
  readonly call?: JsonObject | undefined;
  readonly source: Bag;
  readonly target: Bag;
  readonly losses: readonly Loss[];
}

/** Readable lines; empty when every difference was told, and everything told is a difference. */
export function untold(translated: Translated): string[] {
  const reading = new Comparison(translated);
  reading.group(translated.plan, translated.source, translated.target, { source: '', target: '' }, translated.losses);
  return reading.end();
}

/** Where in the two messages, with the dot or index that belongs behind it. */
interface At {
  readonly source: string;
  readonly target: string;
}

class Comparison {
  readonly #of: Translated;
  readonly #faults: string[] = [];
  readonly #accounted = new Set<Loss>();

  constructor(of: Translated) {
    this.#of = of;
  }

  end(): string[] {
    for (const loss of this.#of.losses) {
      if (!this.#accounted.has(loss)) this.#faults.push(`${loss.field}: ${loss.code} was told, of nothing`);
    }
    return this.#faults;
  }

  group(plan: GroupPlan, source: Bag, target: Bag, at: At, losses: readonly Loss[]): void {
    const known = new Set(plan.fields.map((field) => field.target.name));
    for (const name of Object.keys(target))
      if (!known.has(name)) this.#faults.push(`${at.target}${name} is from nowhere`);
    for (const field of plan.fields) {
      const choice = field.choices.find((candidate) => this.#holds(candidate, source));
      if (choice) this.#make(choice, source, target[field.target.name], at, field.target.name, losses);
    }
    for (const drop of plan.drops) {
      if (source[drop.name] === undefined) continue;
      const told = this.#of.losses.filter((loss) => loss.code === drop.loss && loss.field === at.source + drop.name);
      for (const loss of told) this.#accounted.add(loss);
      if (told.length !== 1) this.#faults.push(`${at.source}${drop.name} went: told ${told.length} times`);
    }
  }

  #holds({ when }: ChoicePlan, source: Bag): boolean {
    return when.every(({ arg, is }) => {
      const value = valueAt(arg.fromCall ? this.#of.call : source, arg.path);
      if (typeof is === 'symbol') return value === undefined;
      return value === is || (typeof is === 'number' && value !== undefined && int32(value) === is);
    });
  }

  #make({ make, from }: ChoicePlan, source: Bag, got: unknown, at: At, name: string, losses: readonly Loss[]): void {
    const raw = from === undefined ? undefined : source[from];
    const here = { source: at.source + (from ?? ''), target: at.target + name };
    if (make.kind === 'leaf') this.#leaf(make, raw, got, source, here, losses);
    else if (make.kind === 'value') this.#value(make, raw, got, here, losses);
    else this.#list(make, raw, got, source, here, losses);
  }

  #scene(from: Bag): Scene {
    const { sender, memory, call } = this.#of;
    return { sender, memory, from, call };
  }

  #leaf(plan: LeafPlan, raw: unknown, got: unknown, from: Bag, at: At, losses: readonly Loss[]): void {
    const codes = this.#take(losses, at.target);
    const wrong = misvalued(plan, raw, got, codes, this.#scene(from));
    if (wrong) this.#faults.push(`${at.target}: ${wrong}`);
  }

  /** The codes told of exactly this field. */
  #take(losses: readonly Loss[], field: string): string[] {
    const told = losses.filter((loss) => loss.field === field);
    for (const loss of told) this.#accounted.add(loss);
    return told.map((loss) => loss.code);
  }

  #value(plan: ValuePlan, raw: unknown, got: unknown, at: At, losses: readonly Loss[]): void {
    const codes = this.#take(losses, at.target);
    const policies = [...plan.policies.values()];
    for (const code of codes) {
      if (!policies.some((stated) => stated.loss === code)) this.#faults.push(`${at.target}: ${code} is in no row`);
    }
    if (raw === undefined || got === undefined) {
      if (raw !== undefined && codes.length === 0) this.#faults.push(`${at.target} went untold`);
      if (raw === undefined && got !== undefined) this.#faults.push(`${at.target} is from nowhere`);
      if (raw !== undefined)
        for (const loss of losses) if (loss.field.startsWith(`${at.target}.`)) this.#accounted.add(loss);
      return;
    }
    this.#item(plan.item, raw, got, {}, { source: `${at.source}.`, target: `${at.target}.` }, losses);
  }

  #item(plan: LeafPlan | GroupPlan, raw: unknown, got: unknown, from: Bag, at: At, losses: readonly Loss[]): void {
    if (plan.kind === 'leaf') this.#leaf(plan, raw, got, from, at, losses);
    else this.group(plan, plan.bare ? { '.': raw } : (raw as Bag), got as Bag, at, losses);
  }

  #list(plan: ListPlan, raw: unknown, got: unknown, from: Bag, at: At, losses: readonly Loss[]): void {
    const { items, paths } = itemsOf(plan, raw, at.source);
    const out = Array.isArray(got) ? got : [];
    const codes = this.#take(losses, at.target);
    for (const code of codes) {
      const flattened = code === plan.flattenLoss && Array.isArray(raw) && raw.length > 1;
      const emptied = out.length === 0 && plan.policies.get('absent')?.loss === code;
      if (!flattened && !emptied) this.#faults.push(`${at.target}: ${code} is not true`);
    }
    if (plan.flattenLoss !== undefined && Array.isArray(raw) && raw.length > 1 && !codes.includes(plan.flattenLoss))
      this.#faults.push(`${at.target} was made one list untold`);
    let next = 0;
    for (let index = 0; index <= out.length && next <= items.length; index += 1) {
      const target = `${at.target}[${index}]`;
      let told = losses.filter(({ field }) => field === target || field.startsWith(`${target}.`));
      for (let end = this.#dropEnd(plan, told); end > 0; end = this.#dropEnd(plan, told)) {
        const gone = told.slice(0, end);
        const why = gone.at(-1);
        if (why && next < items.length)
          this.#gone(plan, items[next], from, { source: paths[next] ?? '', target }, why, gone);
        told = told.slice(end);
        next += 1;
      }
      if (index === out.length || next >= items.length) break;
      const dot = plan.item.kind === 'group' ? '.' : '';
      this.#item(
        plan.item,
        items[next],
        out[index],
        from,
        { source: `${paths[next]}${dot}`, target: `${target}${dot}` },
        told,
      );
      next += 1;
    }
    if (next !== items.length) this.#faults.push(`${at.target}: of ${items.length} items ${next} are accounted for`);
  }

  /** How many of these losses belong to an item that went, counted up to the one that let it go; 0 for none. */
  #dropEnd(plan: ListPlan, told: readonly Loss[]): number {
    const points = dropPoints(plan);
    return (
      1 +
      told.findIndex(({ code, field, raw }) => {
        if (code === 'str-trim' && !blank(raw)) return false;
        return points.some((point) => point.code === code && point.target === templateOf(field));
      })
    );
  }

  /** An item that went: up to the field that let it go, what was told of it must be true, and nothing owed. */
  #gone(plan: ListPlan, item: unknown, from: Bag, at: At, why: Loss, told: readonly Loss[]): void {
    if (plan.item.kind === 'leaf') {
      this.#letGo(plan.item, item, from, at.target, told);
      return;
    }
    const bag: Bag = plan.item.bare ? { '.': item } : (item as Bag);
    for (const field of plan.item.fields) {
      const choice = field.choices.find((candidate) => this.#holds(candidate, bag));
      if (!choice) continue;
      const raw = choice.from === undefined ? undefined : bag[choice.from];
      const target = `${at.target}.${field.target.name}`;
      const { make } = choice;
      const last = why.field === target;
      if (make.kind === 'list')
        this.#list(make, raw, undefined, bag, { source: `${at.source}.${choice.from}`, target }, told);
      else if (make.kind === 'leaf' && last) this.#letGo(make, raw, bag, target, told);
      else if (make.kind === 'leaf') {
        const debt = owed(make, raw, this.#take(told, target), this.#scene(bag));
        if (debt) this.#faults.push(`${target}: ${debt}`);
      }
      if (last) return;
    }
  }

  #letGo(plan: LeafPlan, raw: unknown, from: Bag, target: string, told: readonly Loss[]): void {
    const wrong = mislet(plan, raw, this.#take(told, target), this.#scene(from));
    if (wrong) this.#faults.push(`${target}: ${wrong}`);
  }
}
