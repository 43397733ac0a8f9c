import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../src/base/errors.ts';
import { refusalOfFault } from '../../src/chargepoint/refusal.ts';

const none = { code: '', subcode: undefined, reason: '', detail: undefined };

describe('a Fault of a charge point', () => {
  it.each([
    ['Receiver', 'NotSupported', 'NotSupported'],
    ['Sender', 'ActionNotSupported', 'NotSupported'],
    ['Receiver', 'InternalError', 'InternalError'],
    ['Receiver', undefined, 'InternalError'],
    ['Receiver', 'Whatever', 'InternalError'],
    ['Server', undefined, 'InternalError'],
    ['Server.Overload', undefined, 'InternalError'],
    ['Sender', 'ProtocolError', 'PropertyConstraintViolation'],
    ['Sender', 'o:ProtocolError', 'PropertyConstraintViolation'],
    ['Client.ProtocolError', undefined, 'PropertyConstraintViolation'],
    ['NotSupported', undefined, 'NotSupported'],
    ['Sender', 'SecurityError', 'SecurityError'],
    ['Sender', 'securityerror', 'SecurityError'],
    ['Sender', 'IdentityMismatch', 'InternalError'],
    ['Sender', 'UrlMismatch', 'InternalError'],
    ['Sender', undefined, 'GenericError'],
    ['Sender', 'Whatever', 'GenericError'],
    ['Client', undefined, 'GenericError'],
    ['VersionMismatch', undefined, 'InternalError'],
    ['MustUnderstand', undefined, 'InternalError'],
    ['DataEncodingUnknown', undefined, 'InternalError'],
    ['Sender', 'InvalidAddressingHeader', 'InternalError'],
    ['Sender', 'MessageAddressingHeaderRequired', 'InternalError'],
    ['', undefined, 'GenericError'],
  ])('%s/%s reaches the CSMS as %s', (code, subcode, want) => {
    const got = refusalOfFault({ ...none, code, subcode });
    expect(ERRORS[got.code].callError).toBe(want);
    expect(got.code).toMatch(/^Device/);
  });

  it('says that the charge point takes itself for another one', () => {
    expect(refusalOfFault({ ...none, code: 'Sender', subcode: 'IdentityMismatch' }).code).toBe(
      'DeviceIdentityMismatch',
    );
  });

  it('brings its reason, code and detail along', () => {
    const got = refusalOfFault({
      code: 'Sender',
      subcode: 'ProtocolError',
      reason: ' no such key ',
      detail: '<k>x</k>',
    });
    expect(got.message).toBe('no such key');
    expect(got.details).toEqual({ faultCode: 'Sender/ProtocolError', faultDetail: '<k>x</k>' });
  });

  it('has a reason of at most 255 characters, none of them cut in half', () => {
    const got = refusalOfFault({ ...none, code: 'Receiver', reason: '🔌'.repeat(300) });
    expect([...got.message]).toHaveLength(255);
    expect(got.message.endsWith('🔌')).toBe(true);
  });

  it('has a reason even when the charge point gave none', () => {
    expect(refusalOfFault({ ...none, reason: '  ' }).message).toBe(ERRORS.DeviceGenericError.text);
    expect(refusalOfFault(none).details).toEqual({});
  });
});
