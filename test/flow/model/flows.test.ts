import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SOAP_VERSIONS } from '../../../src/base/message.ts';
import { ocpp16Flows } from '../../../src/flow/flows.ts';
import { SETTINGS } from '../context.ts';
import { acts } from './acts.ts';
import type { Setup } from './bridge.ts';
import { rest } from './rest.ts';
import { World } from './world.ts';

/** `SEED` and `RUNS` choose other stories; `CI` or `FULL` makes many more. */
const SEED = Number(process.env['SEED'] ?? 16);
const RUNS = Number(process.env['RUNS'] ?? (process.env['CI'] || process.env['FULL'] ? 5_000 : 300));
const LONGEST = 120;

const setups: fc.Arbitrary<Setup> = fc
  .record({
    version: fc.constantFrom(...SOAP_VERSIONS),
    whenCsmsIsAway: fc.constantFrom('buffer', 'buffer', 'buffer', 'refuse'),
    whilePending: fc.constantFrom('refuse', 'hold'),
    whenLinkIsBack: fc.constantFrom('missed', 'statuses', 'boot'),
    stopLateRefused: fc.boolean(),
    strictErrors: fc.boolean(),
  })
  .map(({ version, ...change }) => ({ version, settings: { ...SETTINGS, ...change } }));

test('the rules keep every message, once, in order and with its id, whatever happens between', () => {
  const seen = { bookings: 0, putAside: 0, crashes: 0 };
  const stories = fc.commands(acts, { maxCommands: LONGEST, size: 'max' });
  fc.assert(
    fc.property(setups, stories, (setup, story) => {
      const world = new World(ocpp16Flows, setup);
      fc.modelRun(() => ({ model: {}, real: world }), story);
      expect(rest(world)).toEqual([]);
      seen.bookings += world.bookings.length;
      seen.putAside += world.putAside.size;
      seen.crashes += world.crashes;
    }),
    { seed: SEED, numRuns: RUNS, verbose: 1 },
  );
  // A world in which nothing happens proves nothing.
  expect(seen.bookings).toBeGreaterThan(4 * RUNS);
  expect(seen.putAside).toBeGreaterThan(RUNS / 20);
  expect(seen.crashes).toBeGreaterThan(RUNS / 2);
}, 300_000);
