import type { FaultCode } from '../../base/errors.ts';
import type { SoapObject, SoapVersion } from '../../base/message.ts';

/** SOAP as a charge point writes and reads it: the codec and the contracts, seen from the device. */

export interface CallFacts {
  readonly version: SoapVersion;
  readonly identity: string;
  readonly action: string;
  readonly messageId: string;
  /** Where the charge point itself listens. */
  readonly from: string;
  readonly to: string;
  readonly value: SoapObject;
}

export type ReadAnswer =
  | { readonly value: SoapObject; readonly fault?: undefined }
  | { readonly fault: { readonly subcode: string; readonly reason: string } };

export interface ReadCall {
  readonly version: SoapVersion;
  readonly action: string;
  readonly value: SoapObject;
  readonly identity: string | undefined;
  readonly messageId: string | undefined;
}

export interface SoapWire {
  writeCall(facts: CallFacts): string;
  /** Throws when the text is no answer to this action. */
  readAnswer(version: SoapVersion, action: string, text: string): ReadAnswer;
  /** Reads a call to a charge point of this version; throws BridgeError (`UnknownOperation`, `MalformedXml`…). */
  readCall(version: SoapVersion, text: string): ReadCall;
  writeAnswer(version: SoapVersion, action: string, value: SoapObject, relatesTo: string | undefined): string;
  writeFault(version: SoapVersion, fault: FaultCode, reason: string, relatesTo: string | undefined): string;
}
