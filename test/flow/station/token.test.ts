import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_STATION } from '../../../src/flow/station/state.ts';
import { rememberToken, tagDown, tokenOf, tokenUp, tryToken } from '../../../src/flow/station/tokens/token.ts';
import { accepted, stationContext } from './context.ts';

const context = stationContext();
const up = (idTag: string, state = accepted()) => tokenUp(state, idTag, context).token;

describe('a tag of the charge point as a token', () => {
  it.each([
    ['04a2b3c4', { idToken: '04A2B3C4', type: 'ISO14443' }],
    ['04A2B3C4D5E6F7', { idToken: '04A2B3C4D5E6F7', type: 'ISO14443' }],
    ['e004010012345678', { idToken: 'E004010012345678', type: 'ISO15693' }],
    ['DE-ABC-C12345678-5', { idToken: 'DE-ABC-C12345678-5', type: 'eMAID' }],
    ['VID:0011223344AA', { idToken: 'VID:0011223344AA', type: 'MacAddress' }],
    ['visitor-7', { idToken: 'visitor-7', type: 'ISO14443' }],
    ['M\u00fcller 1', { idToken: 'M=C3=BCller=201', type: 'ISO14443' }],
  ])('is guessed by its form: %s', (idTag, token) => {
    expect(up(idTag)).toEqual(token);
  });

  it('takes the type that the settings say when no pattern fits, and leaves the case where they say so', () => {
    const other = stationContext({ idTokenDefaultType: 'Local', idTokenCase: 'as-is' });
    expect(tokenUp(accepted(), 'visitor', other).token).toEqual({ idToken: 'visitor', type: 'Local' });
    expect(tokenUp(accepted(), 'aabbccdd', other).token.idToken).toBe('aabbccdd');
  });

  it('is what the CSMS has called it, whatever the case of the tag', () => {
    const pair = { idToken: 'Visitor-7', type: 'Central' };
    const state = rememberToken(accepted(), 'VISITOR-7', pair, context);
    expect(tokenUp(state, 'visitor-7', context)).toEqual({ token: pair, candidates: [] });
  });

  it('has other types to try while the CSMS has never accepted it, each once', () => {
    const first = tokenUp(accepted(), '1234', context);
    expect([first.token, ...first.candidates].map(({ type }) => type)).toEqual(['ISO14443', 'Local', 'KeyCode']);
    const next = tokenUp(tryToken(accepted(), '1234', { idToken: '1234', type: 'Local' }, context), '1234', context);
    expect([next.token, ...next.candidates].map(({ type }) => type)).toEqual(['Local', 'KeyCode', 'ISO14443']);
  });

  it('is the whole tag of an older charge point where 1.6 has only a stand-in', () => {
    const original = 'A-TAG-LONGER-THAN-TWENTY';
    const state = accepted({}, { aliases: { '#alias-of-the-tag': original } });
    expect(up('#alias-of-the-tag', state).idToken).toBe(original);
    expect(tagDown(state, { idToken: original, type: 'Local' }, context).idTag).toBe('#alias-of-the-tag');
  });
});

describe('a token of the CSMS as a tag', () => {
  it('is itself where it fits, and comes back as the pair it was', () => {
    const { state, idTag } = tagDown(accepted(), { idToken: 'abCD1234', type: 'KeyCode' }, context);
    expect(idTag).toBe('abCD1234');
    expect(up('ABCD1234', state)).toEqual({ idToken: 'abCD1234', type: 'KeyCode' });
  });

  it('gets a name of twenty characters where it is longer, the same each time', () => {
    const token = { idToken: 'A-TOKEN-OF-THIRTY-SIX-CHARACTERS-XYZ', type: 'Central' };
    const { state, idTag } = tagDown(accepted(), token, context);
    expect(idTag).toMatch(/^A=[A-Z2-7]{18}$/);
    expect(tagDown(state, token, context)).toEqual({ state, idTag });
    expect(up(idTag.toLowerCase(), state)).toEqual(token);
  });

  it('is named after its remote start when it has no name', () => {
    const token = { idToken: '', type: 'NoAuthorization' };
    const { state, idTag } = tagDown(accepted(), token, context, 17);
    expect(idTag).toBe('NOAUTH17');
    expect(up('NOAUTH17', state)).toEqual(token);
  });

  it('comes back from any tag that was accepted once', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }), (idTag) => {
        const { token } = tokenUp(accepted(), idTag, context);
        expect(token.idToken).toMatch(/^[A-Za-z0-9*\-_=:+|@.]{1,36}$/);
        const known = rememberToken(accepted(), idTag, token, context, { status: 'Accepted' });
        expect(tagDown(known, token, context).idTag).toBe(idTag);
      }),
      { seed: 16, numRuns: 100 },
    );
  });

  it('never shares its tag with another token, unless they differ in type or case alone', () => {
    const token = fc.string({ unit: fc.constantFrom(...'abAB=24 D0'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(token, token, (one, other) => {
        const tag = (idToken: string) => tagDown(accepted(), { idToken, type: 'Local' }, context).idTag.toLowerCase();
        if (one.toLowerCase() !== other.toLowerCase()) expect(tag(one)).not.toBe(tag(other));
      }),
      { seed: 16, numRuns: 200 },
    );
  });
});

describe('the memory of tokens', () => {
  it('is written once for the same judgement', () => {
    const token = { idToken: 'A', type: 'Local' };
    const once = rememberToken(accepted(), 'A', token, context, { status: 'Accepted' });
    expect(rememberToken(once, 'A', token, context, { status: 'Accepted' })).toBe(once);
    expect(rememberToken(once, 'A', token, context, { status: 'Blocked' })).not.toBe(once);
  });

  it('does not fill up with tags that were refused', () => {
    const state = accepted();
    expect(rememberToken(state, 'A', { idToken: 'A', type: 'Local' }, context, { status: 'Invalid' })).toBe(state);
  });

  it('forgets those not used for longest, never one that a transaction or the local list needs', () => {
    const transaction = { device: 1, csms: 1, connectorId: 1, idTag: 'T0', meterStart: 0, startedAt: 0 };
    const transactions = { 1: { ...transaction, authorization: 'Accepted' } };
    const localList = { version: 1, tags: { t1: { status: 'Accepted' } } };
    let state = accepted({ ...EMPTY_STATION, localList }, { transactions });
    for (let i = 0; i < 1010; i += 1) {
      const later = { ...context, now: context.now + i };
      state = rememberToken(state, `T${i}`, { idToken: `T${i}`, type: 'Local' }, later);
    }
    expect(Object.keys(state.station?.tokens ?? {})).toHaveLength(1000);
    expect(tokenOf(state, 'T0')).toBeDefined();
    expect(tokenOf(state, 'T1')).toBeDefined();
    expect(tokenOf(state, 'T2')).toBeUndefined();
    expect(tokenOf(state, 'T1009')).toBeDefined();
  });
});
