import { describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode } from '../../src/base/errors.ts';
import { codeLabel, plainLine, readCallError, writeCallError } from '../../src/uplink/refusal.ts';

describe('a refusal', () => {
  it.each(Object.keys(ERRORS) as ErrorCode[])('%s is written with its code, a description and details', (code) => {
    const got = writeCallError({ code, reason: 'why' });
    expect(got).toEqual({ code: ERRORS[code].callError, description: 'why', details: {} });
  });

  it('is written in the words of OCPP 2.0.1 towards it: a frame that is none has its own', () => {
    const word = (code: ErrorCode): string => writeCallError({ code, reason: 'why' }, 'ocpp2.0.1').code;
    expect([word('FrameMalformed'), word('PayloadShape')]).toEqual(['RpcFrameworkError', 'FormatViolation']);
  });

  it('is described in at most 255 characters, none of them half or a control', () => {
    expect(plainLine(`a\n\u0007b${'😀'.repeat(300)}`)).toBe(`a b${'😀'.repeat(252)}`);
    expect(plainLine('x\ud800y')).toBe('x\ufffdy');
    expect(plainLine('x'.repeat(1_000_000))).toBe('x'.repeat(255));
  });

  it('without a description is told by its code', () => {
    const got = readCallError({ kind: 'error', id: 'a', code: 'GenericError', description: ' ', details: {} });
    expect(got.message).toBe('the CSMS failed (GenericError)');
  });

  it('of the frame is a failure of the CSMS: nothing is wrong with the message', () => {
    const read = (code: string) =>
      readCallError({ kind: 'error', id: 'a', code, description: 'busy', details: {} }).code;
    expect(read('RpcFrameworkError')).toBe('CsmsInternalError');
    expect(read('FormatViolation')).toBe('CsmsProtocolError');
  });

  it('of an unknown code does not become a label', () => {
    expect(codeLabel('OccurrenceConstraintViolation')).toBe('OccurrenceConstraintViolation');
    expect(codeLabel('toString')).toBe('other');
  });
});
