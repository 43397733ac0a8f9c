import { BridgeError, ERRORS, type ErrorCode } from '../base/errors.ts';
import type { JsonObject } from '../base/message.ts';
import type { SoapFault } from '../codec/fault.ts';

/** Sub-codes stand in no WSDL and in differing namespaces: only their local names count. */
const SUBCODES: Readonly<Record<string, ErrorCode>> = {
  notsupported: 'DeviceNotSupported',
  actionnotsupported: 'DeviceNotSupported',
  internalerror: 'DeviceInternalError',
  // The request was valid by the schema, so what the charge point dislikes is a value.
  protocolerror: 'DeviceProtocolError',
  securityerror: 'DeviceSecurityError',
  // Two sides that disagree on who is called: nothing the CSMS did.
  identitymismatch: 'DeviceIdentityMismatch',
  urlmismatch: 'DeviceIdentityMismatch',
};

/** Faults of the SOAP stack: the bridge wrote what that stack cannot read. */
const STACK: ReadonlySet<string> = new Set(['versionmismatch', 'mustunderstand', 'dataencodingunknown']);

/** Sub-codes of WS-Addressing 1.0 (SOAP binding, section 6.4) other than ActionNotSupported. */
const ADDRESSING: ReadonlySet<string> = new Set([
  'invalidaddressingheader',
  'messageaddressingheaderrequired',
  'messageinformationheaderrequired',
  'destinationunreachable',
  'endpointunavailable',
  'invalidaddress',
  'invalidepr',
  'invalidcardinality',
  'missingaddressinepr',
  'duplicatemessageid',
  'actionmismatch',
  'onlyanonymousaddresssupported',
  'onlynonanonymousaddresssupported',
]);

const MAX_REASON = 255;
const MAX_DETAIL = 2000;

function names(text = ''): string[] {
  const local = text.trim().split(':').at(-1) ?? '';
  return local === '' ? [] : local.toLowerCase().split('.');
}

/** Which of our errors a Fault is. A sub-code decides before the code; an unknown one leaves it to the code. */
function codeOf(fault: Pick<SoapFault, 'code' | 'subcode'>): ErrorCode {
  // SOAP 1.1 has no sub-code: `Client.ProtocolError` and a bare `ProtocolError` both occur as the code.
  const codes = names(fault.code);
  for (const name of [...names(fault.subcode), ...codes.toReversed()]) {
    const known = SUBCODES[name];
    if (known) return known;
    if (STACK.has(name) || ADDRESSING.has(name)) return 'DeviceInternalError';
  }
  if (codes.includes('receiver') || codes.includes('server')) return 'DeviceInternalError';
  return 'DeviceGenericError';
}

/** Cuts by code points, so that no half character is left. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return [...text.slice(0, length * 2)].slice(0, length).join('');
}

/** A Fault as our error: the reason for the CSMS's errorDescription, `faultCode` and `faultDetail` for its errorDetails. */
export function refusalOfFault(fault: SoapFault): BridgeError {
  const code = codeOf(fault);
  const faultCode = [fault.code, fault.subcode].filter((part) => part).join('/');
  const detail = fault.detail?.trim();
  const details: JsonObject = {
    ...(faultCode && { faultCode }),
    ...(detail && { faultDetail: cut(detail, MAX_DETAIL) }),
  };
  return new BridgeError(code, cut(fault.reason.trim() || ERRORS[code].text, MAX_REASON), { details });
}
