/** What the steps of one value hand to each other. */

import type { PartFacts } from './plan.ts';
import type { DROP, Run } from './run.ts';

export type Written = string | number | boolean | undefined;
export type Bag = Readonly<Record<string, unknown>>;
/** Gives what to write: undefined for nothing, DROP when the list item goes. */
export type LeafFunction = (raw: unknown, from: Bag, run: Run) => Written | typeof DROP;

/** A read or converted value on its way; `run` functions may also say that it ends here. */
export const ABSENT: unique symbol = Symbol('absent');
export const EMPTY: unique symbol = Symbol('empty');
export const UNREADABLE: unique symbol = Symbol('unreadable');

/** Whether times go without a fraction: parsers of 1.2 and 1.5 charge points may not know any. */
export const wholeSeconds = (part: PartFacts): boolean => part.sender === 'csms' && part.version !== '1.6';
