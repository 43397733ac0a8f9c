/** Runs a property over thousands of messages at once, and one message at a time only to find the smallest that breaks it. */

import fc from 'fast-check';

/** 2 000 messages of each kind where it counts, fewer while somebody waits. */
export const RUNS = process.env['CI'] || process.env['FULL'] ? 2000 : 200;
export const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000_000);

/** What is wrong with one case, and the SOAP message it became or came from. */
export interface Judged {
  readonly faults: readonly string[];
  readonly xml?: string;
}

export interface Batch<T> {
  readonly cases: fc.Arbitrary<T>;
  judge(given: T): Judged;
  /** Index of the first XML that is not valid, or -1. */
  firstBad(xml: readonly string[]): number;
  errors(xml: string): readonly string[];
}

/** Throws with the smallest counterexample, its seed and path. Gives how many cases were looked at. */
export function runAll<T>({ cases, judge, firstBad, errors }: Batch<T>): number {
  const whole = (given: T): readonly string[] => {
    const { faults, xml } = judge(given);
    return faults.length > 0 || xml === undefined ? faults : errors(xml);
  };
  const settings = { seed: SEED, numRuns: RUNS };
  const samples = fc.sample(cases, settings);
  const judged = samples.map((given) => judge(given));
  const xml = judged.flatMap((one) => one.xml ?? []);
  if (judged.every(({ faults }) => faults.length === 0) && firstBad(xml) < 0) return samples.length;
  fc.assert(
    fc.property(cases, (given) => {
      const faults = whole(given);
      if (faults.length > 0) throw new Error(faults.join('\n'));
    }),
    { ...settings, endOnFailure: false },
  );
  throw new Error('a batch failed, but none of its messages alone');
}
