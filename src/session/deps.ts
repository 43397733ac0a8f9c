import type { Clock } from '../base/clock.ts';
import type { Ids } from '../base/ids.ts';
import type { SoapVersion } from '../base/message.ts';
import type { FlowSettings, Flows, StationContext } from '../flow/decision.ts';
import type { Quirks } from '../mapping/quirks.ts';
import type { Facts } from '../mapping/quirks-match.ts';
import type { Store } from '../store/store.ts';
import type { SessionObserver } from './observer.ts';
import type { Pace } from './pace.ts';
import type { CsmsPort, DevicePort } from './ports.ts';

/** Milliseconds, unless said otherwise. */
export interface SessionSettings {
  /** A charge point gets its answer within this time, whatever the CSMS does. */
  readonly answerWithin: number;
  /** A CALL to the CSMS is kept open this long: a late answer still serves the repeat. */
  readonly callTimeout: number;
  /** With `whenCsmsIsAway: buffer`, a transaction message that the CSMS has not answered in this time is taken over. */
  readonly bufferAfter: number;
  /** Pause after a delivery from the outbox that failed: the first, doubled with each refusal of the same message, to the longest. */
  readonly outboxPause?: { readonly first: number; readonly longest: number };
  /** Messages waiting for the CSMS per charge point; above it, readings are thinned. Default 10 000. */
  readonly mostKept?: number;
  /** A command of the CSMS waits at most this long for its turn. */
  readonly commandWithin: number;
  /** Exchanges waiting per charge point and direction; more are refused as Busy. */
  readonly mostWaiting: number;
  /** Answers to transaction messages are kept for their repeats this long. */
  readonly repeatsKeptFor: number;
  /** The link closes after this many heartbeat intervals of silence, and not before `silenceAtLeast`. */
  readonly silenceFactor: number;
  readonly silenceAtLeast: number;
}

/** What the operator says of one charge point. */
export interface ChargePointSettings {
  readonly flow: FlowSettings;
  /** The rules of the OCPP version that its CSMS speaks. */
  readonly flows: Flows;
  /** With rules of OCPP 2.0.1. */
  readonly station?: () => StationContext;
  /** IANA zone or offset of times written without one; without it the one of its profile, or UTC. */
  readonly timezone: string | undefined;
  /** Set when the version is known from the configuration. */
  readonly version: SoapVersion | undefined;
}

/** The tables in force: what holds for a charge point of which this is known. */
export interface Tables {
  quirksFor(facts: Facts): Quirks;
}

export interface SessionDeps {
  /** Another object when the tables have changed; an exchange keeps those it began with. */
  readonly tables: () => Tables;
  readonly store: Store;
  readonly csms: CsmsPort;
  readonly device: DevicePort;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly observe: SessionObserver;
  readonly settings: SessionSettings;
  /** How fast messages that waited are delivered, all charge points together. */
  readonly pace: Pace;
  readonly chargePoint: (identity: string) => ChargePointSettings;
}
