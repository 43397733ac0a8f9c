import type { JsonObject } from '../../base/message.ts';

/**
 * What the bridge remembers to show a charge point as an OCPP 2.0.1 charging station, beside what holds for every CSMS. Part of
 * the one document, so of the one commit. Times named `…At` are milliseconds since 1970; tokens are keyed by lower-case tag.
 */
export interface StationState {
  /** Registration at the CSMS, and on which link: a new link is a new session (B01). */
  readonly registered?: { readonly status: 'Accepted' | 'Pending' | 'Rejected'; readonly linkOpenedAt: number };
  /** The bridge tells the boot then by itself, and not before. */
  readonly bootDueAt?: number;
  /** A boot that the CSMS has not accepted yet, or must be told once more (`forced`), and why the charge point booted. */
  readonly bootToTell?: { readonly reason: string; readonly forced?: true };
  /** So many boots in a row have failed on this link. */
  readonly bootFailures?: number;
  /** The CSMS is being asked, on this link (absent: the next one), with so many boots. */
  readonly bootAsked?: { readonly at: number; readonly linkOpenedAt?: number; readonly boots: number };
  /** What explains the next boot. */
  readonly lastReset?: { readonly at: number; readonly deferred?: true };
  /** A reset that the CSMS was told Scheduled; `tries` and `nextTryAt` once the charge point could not be reached for it. */
  readonly deferredReset?: { readonly since: number; readonly tries?: number; readonly nextTryAt?: number };
  /** A charge point that has not booted until then after a soft reset gets a hard one. */
  readonly hardResetAt?: number;
  readonly rebootStopped?: true;
  readonly firmwareInstalledAt?: number;
  readonly lastFirmware?: string;
  /** When the last message went to the CSMS, coarse: for heartbeats of the bridge's own. */
  readonly beatAt?: number;
  readonly tokens: Readonly<Record<string, Token>>;
  readonly remoteStarts: readonly RemoteStart[];
  /** By connector: connectorStatus the CSMS acknowledged last. */
  readonly told: Readonly<Record<string, string>>;
  /** By connector: the newest status that is on its way to the CSMS. */
  readonly telling?: Readonly<Record<string, { readonly status: string; readonly nr: number }>>;
  /** Until then (ms) the charge point, accepted just now, may tell its statuses itself; nothing is delivered before them. */
  readonly burstUntil?: number;
  /** By connector: how often the CSMS did not take its status, and when it is told again. */
  readonly statusRetries?: Readonly<Record<string, { readonly tries: number; readonly at?: number }>>;
  /** Active errors, by `connector/component/variable`. */
  readonly problems: Readonly<Record<string, Problem>>;
  readonly nextEventId: number;
  /** First and last transaction id made for this charge point. */
  readonly firstTransaction?: number;
  readonly lastTransaction: number;
  readonly logJob?: Job;
  readonly firmwareJob?: Job;
  readonly triggers: readonly Trigger[];
  readonly reservations: Readonly<Record<string, Reservation>>;
  readonly localList?: { readonly version: number; readonly tags: Readonly<Record<string, IdTokenInfo>> };
  /** When all configuration keys were read last. */
  readonly snapshotAt?: number;
  /** Variables that the bridge keeps itself, by `Component.Variable.Instance`. */
  readonly own: Readonly<Record<string, string>>;
  /** By lower-case key: the measurands with phases as the charge point wrote them. */
  readonly suffixes: Readonly<Record<string, string>>;
  readonly rebootRequired?: true;
  /** By the charge point's id of a transaction: readings at its end that wait for the stop. */
  readonly heldReadings?: Readonly<Record<string, HeldReadings>>;
  /** Lower-case keys whose values were not always of one type: they are text for good. */
  readonly texts?: readonly string[];
  /** Last values of sensors, by `connector/measurand/instance`. */
  readonly sensors?: Readonly<Record<string, string>>;
  /** When they were asked for last; `open` while the answer is awaited. */
  readonly snapshotAsked?: { readonly at: number; readonly open?: true };
  /** A report: accepted when, its last page sent when; `wanted` while it waits for the configuration to be read. */
  readonly report?: {
    readonly requestId: number;
    readonly since: number;
    readonly at: number;
    readonly wanted?: JsonObject;
  };
  /** Charging profiles as the CSMS sent them, by profile id. */
  readonly profiles: Readonly<Record<string, Profile>>;
  /** Severity up to which the CSMS wants to be told events (N05); absent: all. */
  readonly monitoringLevel?: number;
  /** Actions, and messages of extensions, that the charge point or the CSMS does not know, until the next boot. */
  readonly lacking: readonly string[];
  /** Where the CSMS may send the link. */
  readonly network?: Network;
  /** Last Authorize of a tag: five minutes. */
  readonly authorized: Readonly<Record<string, Authorized>>;
}

/** As the charge point sent them; since when (ms). */
export interface HeldReadings {
  readonly since: number;
  readonly elements: readonly JsonObject[];
}

export interface IdToken {
  readonly idToken: string;
  readonly type: string;
}

export interface IdTokenInfo {
  readonly status: string;
  readonly cacheExpiryDateTime?: string;
  readonly groupIdToken?: IdToken;
}

/** A tag of the charge point and the token it stands for. */
export interface Token extends IdToken {
  /** As the charge point writes it; the key is lower case. */
  readonly tag?: string;
  /** The CSMS itself used this pair, or accepted it. */
  readonly known?: true;
  /** Last judgement of the CSMS. */
  readonly info?: IdTokenInfo;
  readonly at: number;
}

export interface RemoteStart {
  readonly remoteStartId: number;
  readonly idTag: string;
  readonly token: IdToken;
  readonly connectorId?: number;
  readonly expiresAt: number;
  /** Central and NoAuthorization: the charge point's Authorize is answered without asking (C02, C10). */
  readonly preauthorized?: true;
  /** The charge point has said yes; without it nobody knows. */
  readonly accepted?: true;
}

export interface Problem {
  readonly eventId: number;
  readonly techCode?: string;
  /** Where its component stands. */
  readonly at: 'connector' | 'evse' | 'station';
  /** The CSMS was never told, so its end is no news either. */
  readonly untold?: true;
}

export interface Job {
  readonly requestId: number;
  readonly at: number;
  readonly status?: string;
  readonly endedAt?: number;
  /** The CSMS was told that the charge point reboots for it. */
  readonly rebooted?: true;
}

export interface Trigger {
  readonly message: string;
  readonly connectorId?: number;
  readonly expiresAt: number;
  /** The CSMS wants an event of the transaction there: if no reading has come until then, one without. */
  readonly eventAt?: number;
}

export interface Reservation {
  readonly id: number;
  readonly token: IdToken;
  readonly group?: IdToken;
  readonly connectorId: number;
  readonly expiresAt: number;
  /** When the charge point accepted it. */
  readonly at?: number;
  /** Its connector has shown Reserved since. */
  readonly shown?: true;
  /** And then Available, without a start: since when. */
  readonly freedAt?: number;
}

export interface ProfileId {
  readonly connectorId: number;
  readonly id: number;
}

/** Network profiles of the CSMS (OCPP 2.0.1 B09), by slot. */
export interface Network {
  readonly slots: Readonly<Record<string, NetworkSlot>>;
  /** The order in which they are tried; absent while the CSMS has written none. */
  readonly priority?: readonly number[];
  /** By which one the link was open last; absent: the configured one. */
  readonly linked?: number;
  /** The charge point resets: the link follows as soon as nothing is owed to the CSMS that it leads to, at the latest then (ms). */
  readonly followBy?: number;
}

export interface NetworkSlot {
  readonly url: string;
  readonly securityProfile: number;
  /** Hex; absent: that of the configured link. */
  readonly password?: string;
}

export interface Profile {
  readonly evseId: number;
  readonly profile: JsonObject;
  /** Charge point's id of the transaction it belongs to. */
  readonly transaction?: number;
  /** On the further connectors of its EVSE it has other ids, because a charge point of 1.6 may keep only one profile of an id. */
  readonly copies?: readonly ProfileId[];
  /** It came with a remote start, and its transaction has not begun; `after`: the last transaction id before. */
  readonly start?: { readonly remoteStartId: number; readonly idTag: string; readonly after: number };
}

export interface Authorized {
  readonly status: string;
  readonly at: number;
  /** The connectors that were Available then: a cable plugged in later came after the token. */
  readonly available: readonly number[];
  /** Only at these EVSEs. */
  readonly evseIds?: readonly number[];
}

/** What 2.0.1 wants to be told of a running transaction. Part of the transaction's record. */
export interface TransactionEvents {
  readonly transactionId: string;
  /** seqNo of the next event. */
  readonly nextSeqNo: number;
  readonly chargingState: string;
  /** Milliseconds of Charging that are over; since when it goes on; absent when it never charged as far as anyone said. */
  readonly charged?: number;
  readonly chargingSince?: number;
  readonly idToken?: IdToken;
  /** Content of the StartTransaction, to know its repeats. */
  readonly startKey: string;
  /** Outbox number of the Started event while it waits, and of the Ended event. */
  readonly startedEntry?: number;
  readonly endedEntry?: number;
  /** Readings that came after the stop, in 2.0.1, while the Ended event has surely not left: it takes them along. */
  readonly lateReadings?: readonly JsonObject[];
  /** idTagInfo that the charge point was given. */
  readonly answered?: JsonObject;
  /** It has that answer, and so the id, in hand. */
  readonly confirmed?: true;
  /** Phases that the CSMS was told to be in use. */
  readonly phasesUsed?: number;
  /** Last energy register, Wh. */
  readonly register?: number;
  /** Begun under a predecessor of the bridge. */
  readonly foreign?: true;
  /** When the CSMS asked to stop it; `late` when it refused the token after the charge point had its answer. */
  readonly stopAsked?: { readonly at: number; readonly late?: true };
  /** The charge point was told to give no energy: the token was refused late, and it does not stop for that. */
  readonly suspended?: true;
  /** Time of the last event, ISO: no event may be earlier. */
  readonly lastEventAt?: string;
}

export const EMPTY_STATION: StationState = {
  tokens: {},
  remoteStarts: [],
  told: {},
  problems: {},
  nextEventId: 1,
  lastTransaction: 0,
  triggers: [],
  reservations: {},
  own: {},
  suffixes: {},
  profiles: {},
  lacking: [],
  authorized: {},
};
