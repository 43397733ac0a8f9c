import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SOAP_VERSIONS } from '../../../../src/base/message.ts';
import type { StationSettings } from '../../../../src/flow/station/settings.ts';
import type { Word } from './charge-point.ts';
import { type Move, World } from './world.ts';

/**
 * Whatever order things happen in (messages and their repeats, answers, refusals, losses, outages, deaths of the process between
 * any two instants), a strict CSMS hears each transaction once, in order, without a gap, with the energy that the charge point
 * measured. `MODEL_RUNS` makes the search longer.
 */

const RUNS = Number(process.env['MODEL_RUNS'] ?? 60);

const word = fc.constantFrom<Word[]>(
  ...(['boot', 'authorize', 'start', 'start', 'reading', 'reading', 'late reading', 'late reading'] as const),
  ...(['last reading', 'last reading', 'charging', 'paused', 'stop', 'stop', 'forget'] as const),
);
const connector = fc.constantFrom(1, 2);
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(fc.constant('charge point' as const), word, connector) },
  { weight: 8, arbitrary: fc.tuple(fc.constant('smoothly' as const), word, connector) },
  {
    weight: 10,
    arbitrary: fc.tuple(
      fc.constant('CSMS' as const),
      fc.constantFrom(
        ...(['accepts', 'accepts', 'accepts', 'refuses the token', 'says nothing of it'] as const),
        ...(['is not ready', 'fails', 'is silent'] as const),
      ),
    ),
  },
  { weight: 2, arbitrary: fc.tuple(fc.constant('link' as const), fc.constantFrom(true, true, false)) },
  { weight: 6, arbitrary: fc.tuple(fc.constant('answer' as const), fc.constantFrom('arrives', 'arrives', 'is lost')) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('time' as const), fc.constantFrom(100, 2_000, 10_000, 60_000)) },
  { weight: 2, arbitrary: fc.constant<Move>(['command']) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constant('death' as const), fc.constantFrom('now', 'before commit', 'after commit')),
  },
);

const moves = fc.array(move, { minLength: 20, maxLength: 120, size: 'max' });
/** Each connector an EVSE, or both on one. */
const evses = fc.constantFrom<StationSettings['evses']>([], [{ connectors: [1, 2] }]);

describe.each(SOAP_VERSIONS)('transactions of a charge point of OCPP %s towards 2.0.1', (version) => {
  it('are each told once, in order and whole, whatever happens in between', () => {
    const seen = { transactions: 0, events: 0, shown: 0 };
    fc.assert(
      fc.property(moves, fc.boolean(), evses, (steps, stops, table) => {
        const world = new World({ version, settings: { evses: table }, flow: { stopLateRefused: stops } });
        for (const one of [['link', true], ['time', 30_000], ['CSMS', 'accepts'], ...steps] as Move[]) world.move(one);
        world.settle();
        world.check();
        seen.transactions += world.point.sessions.length;
        seen.shown += world.shown;
        seen.events += [...world.csms.transactions.values()].flat().length;
      }),
      { seed: 16, numRuns: RUNS },
    );
    // A search that met nothing proves nothing.
    expect(seen.transactions).toBeGreaterThan(RUNS);
    expect(seen.events).toBeGreaterThan(2.5 * RUNS);
    expect(seen.shown).toBeGreaterThan(0.1 * RUNS);
  });
});
