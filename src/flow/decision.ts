import type { Refusal } from '../base/errors.ts';
import type { JsonObject, SoapVersion } from '../base/message.ts';
import type { StationTables } from '../mapping/station/station-tables.ts';
import type { DownAction, UpAction } from '../mapping/translator.ts';
import type { LinkWays } from './link-ways.ts';
import type { OutboxEntry } from './outbox.ts';
import type { ChargePointState } from './state.ts';
import type { StationSettings } from './station/settings.ts';

/** A flow says what an exchange means: a pure function from a state and an event to a new state and effects. No I/O, no clock. */

/** Who began the exchange. The bridge's own calls have nobody waiting for their answer. */
export interface Exchange {
  readonly id: string;
  readonly action: string;
  /**
   * The call as its receiver reads it: a charge point's in the pivot, the CSMS's in the CSMS's version; one of the bridge's
   * own in the version of whom it goes to.
   */
  readonly request: JsonObject;
  /** The CSMS may have got it from an earlier process, or over a link that broke. */
  readonly asked?: true;
  /** What the flow wanted to remember when it made this call of the bridge's own. Forgotten when the process ends. */
  readonly memo?: JsonObject;
}

export type Effect =
  /** Send to the CSMS. `own` = nobody waits; the answer is only noted. */
  | {
      readonly do: 'call-csms';
      readonly action: string;
      readonly payload: JsonObject;
      readonly own?: true;
      readonly delay?: number;
      /** Without `own`: so many ms the charge point waits for the answer at most; then `csmsRefused` with CsmsTimeout. */
      readonly within?: number;
      /** With `own`: handed back with the answer. */
      readonly memo?: JsonObject;
    }
  /**
   * Send to the charge point, in the pivot. As the next step of an exchange that the CSMS began, also after its answer; in any
   * other exchange it is a command of the bridge's own.
   */
  | {
      readonly do: 'call-device';
      readonly action: string;
      readonly payload: JsonObject;
      readonly attempt?: number;
      /** Handed back with the answer. */
      readonly memo?: JsonObject;
      /** A command of the bridge's own in any exchange. It takes the place of one that has the same word and waits its turn. */
      readonly supersedes?: string;
    }
  | { readonly do: 'answer'; readonly payload: JsonObject }
  | { readonly do: 'refuse'; readonly refusal: Refusal }
  /** The charge point waits until the CSMS has answered this entry of the outbox, at most so many ms; then `csmsRefused`. */
  | { readonly do: 'wait-for'; readonly seq: number; readonly within: number }
  /** Remember the answer for repeats of this message. */
  | { readonly do: 'remember-answer'; readonly payload: JsonObject }
  /** The CSMS is about to get this message: should its answer be lost with the process, its repeat may be its second. */
  | { readonly do: 'remember-asked' }
  /** It has surely not taken it. */
  | { readonly do: 'forget-asked' }
  /** Keep for the CSMS, durably, in order; the same number again replaces the entry. */
  | { readonly do: 'outbox-put'; readonly entry: OutboxEntry }
  | { readonly do: 'outbox-remove'; readonly seq: number }
  /** What waits rests so many ms before the next try. */
  | { readonly do: 'outbox-pause'; readonly ms: number }
  /** Put aside for people what the CSMS will never take. */
  | { readonly do: 'dead-letter'; readonly entry: OutboxEntry }
  | { readonly do: 'dead-letter-remove'; readonly seq: number }
  | { readonly do: 'loss'; readonly code: string; readonly field: string }
  /** New secret or ping interval for the link, set by the CSMS through configuration keys that belong to the bridge. */
  | { readonly do: 'link-setting'; readonly key: 'AuthorizationKey' | 'WebSocketPingInterval'; readonly value: string }
  /** Where the link may go; `now`: the first way at once. */
  | { readonly do: 'link-ways'; readonly ways: LinkWays; readonly now: boolean };

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
  /** While the CSMS has it Pending: a version without that word is told Rejected, or Accepted with the bridge holding back. */
  readonly whilePending: 'refuse' | 'hold';
  /** What is told when the link is back: what the CSMS missed, all last statuses too, the last boot first of all. */
  readonly whenLinkIsBack: 'missed' | 'statuses' | 'boot';
  /** Tell the last statuses again when a charge point that has booted sends none. */
  readonly statusesAfterBoot: boolean;
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
  readonly identity: string;
  /** Since when (ms) the link to the CSMS is open; undefined while it is not. */
  readonly linkOpenedAt: number | undefined;
  /** The outbox number of the first message that was put there since; undefined while nobody can know. */
  readonly linkFrom: number | undefined;
  /** Which of its ways it goes, or went last; absent: the configured one. */
  readonly linkSlot?: number;
  /** How the table of this version has a command of the pivot; undefined when it knows none of that name. */
  policyOf(action: string): DownPolicy | undefined;
  /** Tables and settings towards a CSMS of OCPP 2.0.1. */
  readonly station?: StationContext;
}

export interface StationContext {
  readonly tables: StationTables;
  readonly settings: StationSettings;
  readonly link?: StationLink;
}

/** The link to the CSMS as the operator configured it. */
export interface StationLink {
  readonly url: string;
  /** The name of the charge point there, where it is not its identity. */
  readonly identity?: string;
  /** Whether the bridge has a client certificate. */
  readonly certificate: boolean;
  /** How long, ms, a call waits for its answer. */
  readonly answerTimeout?: number;
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
  /** In the pivot. */
  readonly action: string;
  readonly payload: JsonObject;
  readonly attempt: number;
  readonly memo?: JsonObject;
}

export type UpPolicy = Pick<UpAction, 'refused' | 'away'>;
export type DownPolicy = Pick<DownAction, 'instead'>;

/**
 * All that a session asks of the rules: one set for each OCPP version that a CSMS speaks. Every function is pure; `Decision`
 * holds the new state and what to do once it is stored.
 */
export interface Flows {
  /** The charge point calls, in the pivot. `first` = the CSMS has not seen this charge point since the bridge started. */
  deviceCalls(
    state: ChargePointState,
    exchange: Exchange,
    first: boolean,
    context: Context,
    policy: UpPolicy,
  ): Decision;
  /** The CSMS answered the call that was made for this exchange, in its own version. */
  csmsAnswered(state: ChargePointState, exchange: Exchange, answer: JsonObject, context: Context): Decision;
  /** It refused, could not be asked, or the charge point cannot wait longer (`CsmsTimeout`). */
  csmsRefused(
    state: ChargePointState,
    exchange: Exchange,
    refusal: Refusal,
    attempt: number,
    policy: UpPolicy,
    context: Context,
  ): Decision;
  /** The answer has left for the charge point. */
  deviceHasAnswer(state: ChargePointState, exchange: Exchange, answer: JsonObject, context: Context): Decision;
  /** The CSMS calls, in its own version. */
  csmsCalls(state: ChargePointState, exchange: Exchange, context: Context): Decision;
  /** The charge point answered, in the pivot. */
  deviceAnswered(
    state: ChargePointState,
    exchange: Exchange,
    answer: JsonObject,
    sent: SentCall,
    context: Context,
  ): Decision;
  deviceRefused(
    state: ChargePointState,
    exchange: Exchange,
    refusal: Refusal,
    sent: SentCall,
    context: Context,
  ): Decision;
  /** The CSMS answered a call that the bridge made by itself. */
  ownCallAnswered(state: ChargePointState, exchange: Exchange, answer: JsonObject, context: Context): Decision;
  ownCallRefused(state: ChargePointState, exchange: Exchange, refusal: Refusal, context: Context): Decision;
  /** The charge point answered a command of the bridge's own. */
  ownCommandAnswered(
    state: ChargePointState,
    exchange: Exchange,
    answer: JsonObject,
    sent: SentCall,
    context: Context,
  ): Decision;
  ownCommandRefused(
    state: ChargePointState,
    exchange: Exchange,
    refusal: Refusal,
    sent: SentCall,
    context: Context,
  ): Decision;
  /** The ways of the link that its CSMS has set, for a process that begins; undefined: only the configured one. */
  linkWays?(state: ChargePointState, context: Context): LinkWays | undefined;
  /** Every link begins with a BootNotification: other calls that were made for one link do not go over the next. */
  readonly bootsFirst?: true;
  /** With `bootsFirst`: whether the CSMS has accepted the charge point on this link. */
  accepts?(state: ChargePointState, context: Context): boolean;
  /** The link is open: what is to be told before anything that waits in the outbox. */
  linkOpened(state: ChargePointState, context: Context, boot: BootTold): Decision;
  /** Whether the message of this exchange may be taken over while the CSMS is away. */
  canWait(exchange: Exchange, context: Context): boolean;
  /** What must be told the CSMS before this entry may go; or that it has to wait, for so many seconds. */
  beforeDelivery(state: ChargePointState, entry: OutboxEntry, first: boolean, context: Context): Delivery;
  /** Messages of one lane keep their order; one that the CSMS does not take holds back its lane. Without it there is one. */
  lane?(entry: OutboxEntry): string;
  /** The call as it goes to the CSMS now. */
  outboxCall(state: ChargePointState, entry: OutboxEntry, context: Context): JsonObject;
  /** The CSMS has it. An `answer` among the effects is for the charge point that waits for this entry, if one does. */
  outboxAnswered(state: ChargePointState, entry: OutboxEntry, answer: JsonObject, context: Context): Decision;
  outboxRefused(state: ChargePointState, entry: OutboxEntry, refusal: Refusal, context: Context): Decision;
  /** When (ms since 1970) the bridge has to act by itself for this charge point; undefined when nothing is planned. */
  wakeAt(state: ChargePointState, context: Context): number | undefined;
  /** That time has come. What it was planned for must be gone from the state afterwards. */
  woken(state: ChargePointState, context: Context): Decision;
}

/**
 * Whether the CSMS has heard of the charge point's boot since the bridge started: not yet; the bridge is telling it; the charge
 * point is telling it itself; it has.
 */
export type BootTold = 'untold' | 'telling' | 'booting' | 'told';

/** `later`: something else goes first; it is asked again when the bridge's own calls are answered. */
export type Delivery =
  | { readonly may: 'go'; readonly first: readonly Extract<Effect, { do: 'call-csms' }>[] }
  | { readonly may: 'wait'; readonly seconds: number }
  | { readonly may: 'later' };

export function decision(state: ChargePointState, ...effects: Effect[]): Decision {
  return { state, effects };
}
