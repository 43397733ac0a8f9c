/** One message on its way through the compiled tables: what it may look at, what was lost, where it stopped. */

import { isoTime } from '../base/clock.ts';
import { BridgeError, type ErrorCode } from '../base/errors.ts';
import type { JsonObject } from '../base/message.ts';
import type { Scene } from './converters/converter.ts';
import type { LeafPlan, Spot } from './plan.ts';
import { shorten } from './scalars/text.ts';
import type { Loss, Memory, TagAlias } from './translator.ts';

/** Stands for "this list item goes". */
export const DROP: unique symbol = Symbol('drop this item');

/** Thrown, once made, when the sender gets an answer and nothing is forwarded; the answer is in the run. */
export const ANSWERED = new Error('answered by the table');

export type Problem = 'FieldMissing' | 'FieldType' | 'FieldValue';

/** Of what stood there, so much is told: a log line is no place for a whole payload. */
const RAW_MOST = 1000;

const NOTHING_LOST: readonly Loss[] = [];
const NO_ALIASES: readonly TagAlias[] = [];

export class Run implements Scene {
  readonly memory: Memory;
  /** The pivot call that is being answered, when known. */
  readonly call: JsonObject | undefined;
  /** Code of refusals about an answer; calls have one per problem. */
  readonly #answerInvalid: ErrorCode | undefined;
  #losses: Loss[] | undefined;
  #aliases: TagAlias[] | undefined;
  answer: JsonObject | undefined;
  /** Indexes of the lists on the way to the present value, outermost first. */
  readonly sourceAt: number[] = [];
  readonly targetAt: number[] = [];
  /** The leaf whose converter is at work. */
  leaf: LeafPlan | undefined;

  constructor(memory: Memory, call: JsonObject | undefined, answerInvalid: ErrorCode | undefined) {
    this.memory = memory;
    this.call = call;
    this.#answerInvalid = answerInvalid;
  }

  get losses(): readonly Loss[] {
    return this.#losses ?? NOTHING_LOST;
  }

  get aliases(): readonly TagAlias[] {
    return this.#aliases ?? NO_ALIASES;
  }

  /** For converters: a loss at the leaf at work. */
  lose(code: string, raw?: string): void {
    if (this.leaf) this.loseAt(code, this.leaf.spot.target, raw, this.leaf.secret);
  }

  loseAt(code: string, target: string, raw: string | undefined, secret: boolean): void {
    this.#losses ??= [];
    this.#losses.push({
      code,
      field: filled(target, this.targetAt),
      ...(raw === undefined ? {} : { raw: raw.slice(0, RAW_MOST) }),
      ...(secret ? { secret: true } : {}),
    });
  }

  loseSource(code: string, source: string, raw: unknown): void {
    this.#losses ??= [];
    this.#losses.push({
      code,
      field: filled(source, this.sourceAt),
      ...(typeof raw === 'string' ? { raw: raw.slice(0, RAW_MOST) } : {}),
    });
  }

  alias(alias: string, original: string): void {
    this.#aliases ??= [];
    this.#aliases.push({ alias, original });
  }

  /** The time of reception, as the target wants it. */
  receivedAt(seconds: boolean): string {
    const text = isoTime(this.memory.receivedAt);
    return seconds ? `${text.slice(0, 19)}Z` : text;
  }

  /** Ends the translation. The reason names the field as the sender wrote it. */
  refuse(problem: Problem, spot: Spot, text: string, value?: unknown, secret = false): never {
    const field = filled(spot.source === '' ? spot.target : spot.source, this.sourceAt);
    const shown = value === undefined || secret ? '' : `: "${shorten(value)}"`;
    throw new BridgeError(this.#answerInvalid ?? problem, `${field} ${text}${shown}`);
  }

  stop(answer: JsonObject): never {
    this.answer = answer;
    throw ANSWERED;
  }
}

/** `values[].value[].@unit` with its indexes. */
function filled(template: string, indexes: readonly number[]): string {
  let depth = 0;
  return template.includes('[]') ? template.replaceAll('[]', () => `[${indexes[depth++] ?? 0}]`) : template;
}
