/** How a charge point wants to be written to, in the codec's own words. */

import type { FaultCode } from '../base/errors.ts';
import { PREFIX_PROFILES, type WriteStyle } from '../codec/write.ts';
import type { WireQuirks } from '../session/ports.ts';

export function styleFor({ prefixes, declaration }: WireQuirks, style: WriteStyle): WriteStyle {
  if (prefixes === undefined && declaration === undefined) return style;
  return {
    ...style,
    ...(prefixes !== undefined && { prefixes: PREFIX_PROFILES[prefixes] }),
    ...(declaration !== undefined && { declaration }),
  };
}

/** SOAP 1.2 part 2, table 20: 400 for a Fault of the sender. Clients of charge points may read none but 500. */
export function faultStatus(fault: FaultCode, usual: number, { senderFaultStatus }: WireQuirks): number {
  return senderFaultStatus !== undefined && fault.startsWith('Sender/') ? senderFaultStatus : usual;
}
