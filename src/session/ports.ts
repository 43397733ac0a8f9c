import type { JsonObject, SoapObject, SoapVersion } from '../base/message.ts';
import type { LinkWays } from '../flow/link-ways.ts';
import type { WireQuirks } from '../mapping/quirks.ts';

export type { LinkWay, LinkWays } from '../flow/link-ways.ts';
export type { WireQuirks } from '../mapping/quirks.ts';

/** What the sessions need of the two banks, and what the banks may ask of the sessions. Banks implement these; they never see each other. */

/** A call from a charge point, decoded by its contract. */
export interface DeviceCall {
  readonly identity: string;
  readonly version: SoapVersion;
  readonly action: string;
  readonly payload: SoapObject;
  /** wsa:MessageID as sent, trimmed. */
  readonly messageId: string | undefined;
  /** The bridge's own id of this exchange, in every log line of it. */
  readonly exchange: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** The same moment by the monotonic clock, ms: for durations. */
  readonly since: number;
  /** Where this request says the charge point listens; undefined when it says nothing usable. */
  readonly callback: string | undefined;
  /** Loss codes met while reading, one entry each (`xml-unknown`, `str-trim`…). */
  readonly losses: readonly string[];
  /** Settles when the HTTP response has left (true) or the connection died before (false). Never rejects. */
  readonly responded: Promise<boolean>;
}

/** A call to a charge point. */
export interface DeviceRequest {
  readonly identity: string;
  readonly version: SoapVersion;
  readonly action: string;
  readonly payload: SoapObject;
  readonly exchange: string;
  /** Last callback address learnt from the charge point; the configuration may override it. */
  readonly callback: string | undefined;
  /** How this charge point wants to be written to; the configuration may override it. */
  readonly quirks?: WireQuirks;
}

/** The near bank. Rejects with BridgeError `NoCallback`, `CallbackDenied` or `Device…`. One call at a time is the session's duty. */
export interface DevicePort {
  call(request: DeviceRequest): Promise<SoapObject>;
}

export interface CsmsRequest {
  readonly identity: string;
  readonly action: string;
  readonly payload: JsonObject;
  readonly exchange: string;
  /** Milliseconds to wait for the link to open and for earlier calls; then `CsmsAway`. */
  readonly sendWithin: number;
  /** Milliseconds to wait for the answer once sent; then `CsmsTimeout`. */
  readonly answerWithin: number;
  /** `CsmsAway` if the link that is open breaks before the call has left: the next one begins with something else. */
  readonly thisLink?: true;
}

/** The far bank. Opens the link on the first call. */
export interface CsmsPort {
  /** Rejects: `CsmsAway` (never sent), `CsmsLost` (sent, link broke), `CsmsTimeout`, `Csms…` for a CALLERROR (its code and details in `details`), `IdentityUnknown` when the CSMS answers 404 to the upgrade. */
  call(request: CsmsRequest): Promise<JsonObject>;
  open(identity: string): void;
  close(identity: string, reason: string): void;
  /** A setting of this link that the CSMS changed: hex AuthorizationKey (the link is opened anew with it), or seconds between pings. */
  configure(identity: string, key: 'AuthorizationKey' | 'WebSocketPingInterval', value: string): void;
  /** The ways of this link, for the next dial; `now`: a link that does not go the first way is opened anew, as soon as nothing is outstanding on it. */
  lead(identity: string, ways: LinkWays, now: boolean): void;
}

/** What the near bank may ask. Rejects with BridgeError. */
export interface DeviceSide {
  receive(call: DeviceCall): Promise<SoapObject>;
  /** How this charge point wants to be written to, as far as it is known now. */
  quirksOf?(identity: string): WireQuirks | undefined;
}

/** A CALL of the CSMS, repaired and valid by the schema of its version. */
export interface CsmsCall {
  readonly identity: string;
  readonly action: string;
  readonly payload: JsonObject;
  /** OCPP-J unique id. */
  readonly uniqueId: string;
  readonly exchange: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** The same moment by the monotonic clock, ms: for durations. */
  readonly since: number;
  /** `json-unknown` once for each thing dropped while reading. */
  readonly losses: readonly string[];
}

/** What the far bank may ask or tell. */
export interface CsmsSide {
  receiveCall(call: CsmsCall): Promise<JsonObject>;
  /** `slot`: which of its ways the link goes. */
  linkChanged(identity: string, state: 'open' | 'closed', slot?: number): void;
}
