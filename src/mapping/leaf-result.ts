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

/** Whether times go without a fraction: parsers of 1.2 and 1.5 charge points may not know any. A profile may know better. */
export const wholeSeconds = ({ sender, version, options: { fraction } }: PartFacts): boolean =>
  sender === 'csms' && (fraction === undefined ? version !== '1.6' : fraction === 0);

/** Whether times always go with three digits below the second. */
export const milliseconds = ({ sender, options: { fraction } }: PartFacts): boolean =>
  sender === 'csms' && fraction === 3;
