import type { CsmsProtocol } from '../base/message.ts';
import type { JsonContract } from '../contract/json-contract.ts';
import type { Credentials } from './identity.ts';

export interface Route {
  /** `csms.url`: ws: or wss:, without credentials. */
  readonly url: string;
  /** The subprotocol to ask for; a CSMS that selects another or none counts as away. */
  readonly protocol: CsmsProtocol;
  /** The name of the charge point there, where it is not its identity. */
  readonly identity?: string;
}

/** What an OCPP version promises, and what of it a CSMS may call; other actions of the contract are answered NotSupported. */
export interface Spoken {
  readonly contract: JsonContract;
  readonly downActions: ReadonlySet<string>;
}

/** Times in milliseconds. */
export interface LinkSettings {
  /** Where the link of a charge point goes; asked at every dial. */
  route(identity: string): Route;
  /** Every URL that a route may have, to be proved at the start. */
  readonly urls: readonly string[];
  /** For Basic authentication; asked at every dial. */
  credentials(identity: string): Credentials | undefined;
  /** PEM texts. */
  readonly tls: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly rejectUnauthorized: boolean;
  };
  readonly connectTimeout: number;
  /** 0 = no pings. */
  readonly pingInterval: number;
  readonly pongTimeout: number;
  /** Full jitter: the pause is random between 0 and `first` × `factor` ^ failures, at most `max`. A link that stood for `max` starts over. */
  readonly backoff: { readonly first: number; readonly max: number; readonly factor: number };
  readonly maxFrameBytes: number;
  /** Our calls waiting per link; more are refused as Busy. */
  readonly maxQueue: number;
  /** Calls of the CSMS being worked on per link; more get GenericError. Default 16. */
  readonly maxInbound?: number;
  /** Links dialling at the same time. Default 256. */
  readonly maxDialling?: number;
}
