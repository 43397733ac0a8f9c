import type { JsonObject, SoapVersion } from '../base/message.ts';
import { migrated, STATE_SHAPE } from './migrations.ts';
import { type Parts, whole } from './parts.ts';
import type { StationState, TransactionEvents } from './station/state.ts';

/**
 * What the bridge remembers of one charge point: one plain JSON document, written whole at every commit, but for its large
 * parts (src/flow/parts.ts).
 * Payloads are in the pivot (OCPP 1.6 JSON names). Times named `…At` are milliseconds since 1970.
 */
export interface ChargePointState {
  /** Shape of this document; raised when it changes, with a step in `migrations`. */
  readonly schema: 2;
  readonly version?: SoapVersion;
  /** Last callback address learnt from the charge point's own requests. */
  readonly callback?: string;
  /** Last sign of life, some minutes late: written only when something else is. */
  readonly heardAt?: number;
  readonly boot?: Boot;
  readonly registration?: Registration;
  readonly connectors: Readonly<Record<string, Connector>>;
  /** By the charge point's transaction id. Ended ones stay a while: late readings belong to them. */
  readonly transactions: Readonly<Record<string, Transaction>>;
  /** Tags too long for OCPP 1.6: alias -> tag as the charge point writes it. */
  readonly aliases: Readonly<Record<string, string>>;
  /** By lower-case key. */
  readonly configuration: Readonly<Record<string, ConfigurationKey>>;
  readonly diagnostics?: Progress;
  readonly firmware?: Progress;
  /** Commands that were Accepted lately and can explain why a transaction stops; newest last. */
  readonly commands: readonly AcceptedCommand[];
  /** When the last statuses are told again, unless the charge point that has booted tells one before. */
  readonly statusesDue?: number;
  /** State messages the CSMS has not seen, by slot (`StatusNotification/1`): only the newest of each counts. */
  readonly unsent: Readonly<Record<string, UnsentMessage>>;
  /** Transaction messages that the CSMS has not answered: the next number, how many wait, how many ids the bridge has made. */
  readonly outbox?: { readonly next: number; readonly waiting: number; readonly minted: number };
  /** Hex password of the link that the CSMS set through the key AuthorizationKey. */
  readonly authorizationKey?: string;
  /** Seconds between pings of the link that the CSMS set through WebSocketPingInterval. What the charge point calls so is its own. */
  readonly pingInterval?: string;
  /** What the CSMS asked for while it has the charge point Pending. */
  readonly triggered?: readonly Triggered[];
  /** Towards a CSMS of OCPP 2.0.1. */
  readonly station?: StationState;
}

export interface Boot {
  readonly request: JsonObject;
  readonly at: number;
}

export interface Registration {
  readonly status: 'Accepted' | 'Pending' | 'Rejected';
  /** Seconds: heartbeat interval when Accepted, else the pause before the next BootNotification. */
  readonly interval: number;
  /** Seconds: what the charge point was told, when the bridge registered it anew and the CSMS now says something else. */
  readonly beat?: number;
  readonly at: number;
}

export interface Connector {
  /** Last StatusNotification request, the charge point's or one made by the bridge. */
  readonly status?: JsonObject;
  readonly statusAt?: number;
  /** When the last transaction ended with the connector not Available since. */
  readonly finishingSince?: number;
  /** Last MeterValues request. */
  readonly meter?: JsonObject;
  readonly meterAt?: number;
}

export interface Transaction {
  /** Id that the charge point knows. */
  readonly device: number;
  /** Id that the CSMS gave. */
  readonly csms: number;
  readonly connectorId: number;
  /** As the pivot writes it. */
  readonly idTag: string;
  /** Wh. */
  readonly meterStart: number;
  /** Time in the StartTransaction message, ms. */
  readonly startedAt: number;
  /** idTagInfo.status of the answer. */
  readonly authorization: string;
  /** Time in the StopTransaction message, or when a newer start on the connector showed that this one had ended. */
  readonly stoppedAt?: number;
  /** The CSMS has not confirmed the start yet: `csms` is the bridge's own id with a minus sign, which no CSMS gives. */
  readonly pending?: true;
  /** So many of its messages are in the outbox: until they are delivered its ids must be known. */
  readonly waiting?: number;
  /** So many were put aside: should somebody want them tried again, its ids must be known. */
  readonly aside?: number;
  /** It ended without a StopTransaction; one may still come. */
  readonly lost?: true;
  /** Towards a CSMS of OCPP 2.0.1; there `csms` is the charge point's id too. */
  readonly events?: TransactionEvents;
}

export interface ConfigurationKey {
  /** The charge point's own spelling. */
  readonly spelling: string;
  readonly value?: string;
  readonly readonly?: boolean;
}

export interface Progress {
  readonly status?: string;
  /** An operation the charge point took on and has not finished. */
  readonly open: boolean;
  /** When it was taken on, or when it may begin (UpdateFirmware retrieveDate). */
  readonly at: number;
}

export interface AcceptedCommand {
  readonly action: 'RemoteStopTransaction' | 'Reset' | 'UnlockConnector';
  readonly at: number;
  readonly transactionId?: number;
  readonly connectorId?: number;
  readonly type?: string;
}

export interface Triggered {
  readonly message: string;
  readonly connectorId?: number;
  /** Then it is not expected any more, ms. */
  readonly until: number;
}

export interface UnsentMessage {
  readonly action: string;
  readonly payload: JsonObject;
  readonly at: number;
}

/** A stored document, with its parts, as the state it is today. Throws StoreFailed when a later release wrote it. */
export function stateOf(document: JsonObject, parts: Parts): ChargePointState {
  const stored = migrated(whole(document, parts), STATE_SHAPE);
  return { ...EMPTY_STATE, ...(stored as unknown as ChargePointState) };
}

export const EMPTY_STATE: ChargePointState = {
  schema: 2,
  connectors: {},
  transactions: {},
  aliases: {},
  configuration: {},
  commands: [],
  unsent: {},
};

/** No charge point has more; a message with one number after another must not blow up the document. */
export const MOST_CONNECTORS = 100;

export function mayRemember(state: ChargePointState, connectorId: number): boolean {
  return state.connectors[connectorId] !== undefined || Object.keys(state.connectors).length < MOST_CONNECTORS;
}

/** State with some entries of one of its maps set, the rest as it was. */
export function withConnector(state: ChargePointState, id: number, change: Partial<Connector>): ChargePointState {
  const key = String(id);
  return { ...state, connectors: { ...state.connectors, [key]: { ...state.connectors[key], ...change } } };
}

/** The transaction running on a connector, the newest if the charge point never stopped an older one. */
export function openTransaction(state: ChargePointState, connectorId: number): Transaction | undefined {
  let found: Transaction | undefined;
  for (const transaction of Object.values(state.transactions)) {
    if (transaction.connectorId !== connectorId || transaction.stoppedAt !== undefined) continue;
    if (found === undefined || transaction.startedAt > found.startedAt) found = transaction;
  }
  return found;
}

/** Numbers above 0 of all connectors heard of. */
export function connectorIds(state: ChargePointState): number[] {
  return Object.keys(state.connectors)
    .map(Number)
    .filter((id) => id > 0)
    .sort((a, b) => a - b);
}
