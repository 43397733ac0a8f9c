import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/message.ts';
import { formatCall, formatError, formatResult, parseFrame } from '../../src/uplink/frame.ts';

const id = fc.string({ minLength: 1, maxLength: 36 });
const payload = fc
  .dictionary(fc.string(), fc.jsonValue())
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonObject);

describe('frames', () => {
  it('that are written are read back as they were', () => {
    fc.assert(
      fc.property(id, fc.string({ minLength: 1 }), payload, (own, text, object) => {
        expect(parseFrame(formatCall(own, text, object))).toEqual({
          kind: 'call',
          id: own,
          action: text,
          payload: object,
        });
        expect(parseFrame(formatResult(own, object))).toEqual({ kind: 'result', id: own, payload: object });
        const error = { kind: 'error', id: own, code: text, description: text, details: object };
        expect(parseFrame(formatError(own, text, text, object))).toEqual(error);
      }),
    );
  });

  it('of any kind never throw', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc.array(fc.jsonValue(), { maxLength: 6 }).map((v) => JSON.stringify(v)),
    );
    fc.assert(
      fc.property(anything, (text) => {
        expect(['call', 'result', 'error', 'malformed']).toContain(parseFrame(text).kind);
      }),
    );
  });

  it('with an error that lacks its last parts are understood', () => {
    const want = { kind: 'error', id: 'a', code: 'InternalError', description: '', details: {} };
    expect(parseFrame('[4,"a","InternalError"]')).toEqual(want);
    expect(parseFrame('[4,"a","InternalError",null,null]')).toEqual(want);
    expect(parseFrame('[4,"a","InternalError","",{},1]')).toEqual({ kind: 'malformed', reason: 'length', answer: 'a' });
  });
});
