import type { Refusal } from '../base/errors.ts';
import type { JsonObject, SoapVersion } from '../base/message.ts';
import type { DownAction, UpAction } from '../mapping/translator.ts';
import type { OutboxEntry } from './outbox.ts';
import type { ChargePointState } from './state.ts';

/** A flow says what an exchange means: a pure function from a state and an event to a new state and effects. No I/O, no clock. */

/** Who began the exchange. The bridge's own calls have nobody waiting for their answer. */
export interface Exchange {
  readonly id: string;
  readonly action: string;
  /** The call in the pivot, as it was forwarded or would be. */
  readonly request: JsonObject;
}

export type Effect =
  /** Send to the CSMS. `own` = nobody waits; the answer is only noted. */
  | {
      readonly do: 'call-csms';
      readonly action: string;
      readonly payload: JsonObject;
      readonly own?: true;
      readonly delay?: number;
    }
  /** Send to the charge point, as the next step of this exchange. */
  | { readonly do: 'call-device'; readonly action: string; readonly payload: JsonObject; readonly attempt?: number }
  | { readonly do: 'answer'; readonly payload: JsonObject }
  | { readonly do: 'refuse'; readonly refusal: Refusal }
  /** Remember the answer for repeats of this message. */
  | { readonly do: 'remember-answer'; readonly payload: JsonObject }
  /** Keep for the CSMS, durably, in order; the same number again replaces the entry. */
  | { readonly do: 'outbox-put'; readonly entry: OutboxEntry }
  | { readonly do: 'outbox-remove'; readonly seq: number }
  /** Put aside for people what the CSMS will never take. */
  | { readonly do: 'dead-letter'; readonly entry: OutboxEntry }
  | { readonly do: 'dead-letter-remove'; readonly seq: number }
  | { readonly do: 'loss'; readonly code: string; readonly field: string }
  /** New secret or ping interval for the link, set by the CSMS through configuration keys that belong to the bridge. */
  | { readonly do: 'link-setting'; readonly key: 'AuthorizationKey' | 'WebSocketPingInterval'; readonly value: string };

export interface Decision {
  readonly state: ChargePointState;
  readonly effects: readonly Effect[];
}

/** Settings of one charge point that flows obey. */
export interface FlowSettings {
  /** Transaction messages while the CSMS is away: taken over by the bridge, or left with the charge point. */
  readonly whenCsmsIsAway: 'buffer' | 'refuse';
  /** Stop a transaction whose start the bridge confirmed and the CSMS later did not accept. */
  readonly stopLateRefused: boolean;
  /** Tell the CSMS Charging and Finishing from transactions when the version has only Occupied. */
  readonly synthesisedStatuses: boolean;
  /** Number of connectors, when the operator says it. */
  readonly connectors: number | undefined;
  /** Set connectorId 1 in RemoteStartTransaction to a charge point with one connector. */
  readonly fillConnector: boolean;
  /** RemoteStartTransaction with a charging profile for a version without smart charging. */
  readonly profileRequired: 'ignore' | 'reject';
  /** Configuration keys to show for a version that cannot be asked. */
  readonly assumedKeys: Readonly<Record<string, string>>;
  readonly listUnset: boolean;
  /** Report connector 0 as Available when a trigger asks for all statuses and it was never seen. */
  readonly connector0: boolean;
  /** False: a refused unlock means that there is no lock to open. */
  readonly hasLock: boolean;
  /** Configuration keys that take effect only after a reboot, which versions before 1.6 cannot say. */
  readonly rebootKeys: readonly string[];
  /** EVCommunicationError is a warning in 1.6: tell a fault with it as OtherError, for a CSMS that refuses the pair. */
  readonly strictErrors: boolean;
  /** Let the CSMS change the key ChargePointId. */
  readonly allowIdentityChange: boolean;
  /** Seconds between pings of the link, to show as WebSocketPingInterval. */
  readonly pingInterval: number;
  /** Seconds answered to a BootNotification of a charge point that the CSMS does not know. */
  readonly unknownInterval: number;
}

/** Everything a flow may look at besides the state. */
export interface Context {
  readonly now: number;
  readonly version: SoapVersion;
  readonly settings: FlowSettings;
  /** Facts of the running process, not worth a commit. */
  readonly heardAt: number;
  readonly csmsAnsweredAt: number;
  /** 1.6 key -> this version's spelling. */
  readonly keys: ReadonlyMap<string, string>;
}

/** A rule for calls of the charge point. What a flow leaves out, the relay does: forward, answer as answered, refuse by policy. */
export interface UpFlow {
  readonly call?: (state: ChargePointState, exchange: Exchange, context: Context) => Decision;
  readonly answered?: (state: ChargePointState, exchange: Exchange, answer: JsonObject, context: Context) => Decision;
  readonly refused?: (
    state: ChargePointState,
    exchange: Exchange,
    refusal: Refusal,
    policy: UpPolicy,
    context: Context,
  ) => Decision;
  /** The charge point has the answer in hand. */
  readonly delivered?: (state: ChargePointState, exchange: Exchange, answer: JsonObject, context: Context) => Decision;
}

/** A rule for calls of the CSMS. What a flow leaves out: forward, answer as answered, refuse as refused. */
export interface DownFlow {
  readonly call?: (state: ChargePointState, exchange: Exchange, action: DownPolicy, context: Context) => Decision;
  readonly answered?: (
    state: ChargePointState,
    exchange: Exchange,
    answer: JsonObject,
    sent: SentCall,
    context: Context,
  ) => Decision;
  readonly refused?: (
    state: ChargePointState,
    exchange: Exchange,
    refusal: Refusal,
    sent: SentCall,
    context: Context,
  ) => Decision;
}

/** What went to the charge point last in this exchange. */
export interface SentCall {
  readonly payload: JsonObject;
  readonly attempt: number;
}

export type UpPolicy = Pick<UpAction, 'refused' | 'away'>;
export type DownPolicy = Pick<DownAction, 'instead'>;

export function decision(state: ChargePointState, ...effects: Effect[]): Decision {
  return { state, effects };
}
