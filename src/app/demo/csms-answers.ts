import type { Clock } from '../../base/clock.ts';
import { isoTime } from '../../base/clock.ts';
import type { Json, JsonObject } from '../../base/message.ts';
import type { Ledger } from '../simulate/ledger.ts';

/** What the small central system answers to charge points, and what it remembers of them. */

export interface Desk {
  readonly clock: Clock;
  readonly ledger: Ledger;
  /** Seconds, for BootNotification. */
  readonly heartbeatInterval: number;
  readonly registration: (identity: string) => 'Accepted' | 'Pending' | 'Rejected';
  /** AuthorizationStatus of a tag. */
  readonly tagStatus: (idTag: string) => string;
  readonly nextTransactionId: () => number;
  /** Last status of each connector, by `identity/connectorId`. */
  readonly statuses: Map<string, string>;
}

export type Answer = (desk: Desk, identity: string, payload: JsonObject) => JsonObject;

/** One row for each action a 1.6 charge point may start. */
export const ANSWERS_16: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  [
    'BootNotification',
    (desk, identity) => ({
      status: desk.registration(identity),
      currentTime: isoTime(desk.clock.now()),
      interval: desk.heartbeatInterval,
    }),
  ],
  ['Heartbeat', (desk) => ({ currentTime: isoTime(desk.clock.now()) })],
  ['Authorize', (desk, _identity, payload) => ({ idTagInfo: { status: desk.tagStatus(text(payload['idTag'])) } })],
  ['StartTransaction', startTransaction],
  ['MeterValues', meterValues],
  ['StopTransaction', stopTransaction],
  ['StatusNotification', statusNotification],
  ['DataTransfer', () => ({ status: 'UnknownVendorId' })],
  ['DiagnosticsStatusNotification', () => ({})],
  ['FirmwareStatusNotification', () => ({})],
]);

function startTransaction(desk: Desk, identity: string, payload: JsonObject): JsonObject {
  const idTag = text(payload['idTag']);
  const facts = {
    identity,
    connectorId: number(payload['connectorId']),
    idTag,
    meterStart: number(payload['meterStart']),
    startedAt: Date.parse(text(payload['timestamp'])),
  };
  const twin = desk.ledger.sessions.find(
    (session) =>
      session.identity === identity &&
      session.connectorId === facts.connectorId &&
      session.startedAt === facts.startedAt &&
      session.idTag === idTag,
  );
  if (twin) desk.ledger.note(`${identity}: the start of transaction ${twin.transactionId} came twice`);
  const transactionId = twin?.transactionId ?? desk.nextTransactionId();
  if (!twin) desk.ledger.start({ ...facts, transactionId });
  return { transactionId, idTagInfo: { status: desk.tagStatus(idTag) } };
}

function meterValues(desk: Desk, identity: string, payload: JsonObject): JsonObject {
  const transactionId = payload['transactionId'];
  if (typeof transactionId !== 'number') return {};
  const session = desk.ledger.running(identity, transactionId);
  if (session) session.readings += Array.isArray(payload['meterValue']) ? payload['meterValue'].length : 0;
  else desk.ledger.note(`${identity}: meter values of transaction ${transactionId}, which does not run`);
  return {};
}

function stopTransaction(desk: Desk, identity: string, payload: JsonObject): JsonObject {
  const reason = payload['reason'];
  desk.ledger.stop(identity, number(payload['transactionId']), {
    meterStop: number(payload['meterStop']),
    stoppedAt: Date.parse(text(payload['timestamp'])),
    ...(typeof reason === 'string' && { reason }),
  });
  const idTag = payload['idTag'];
  return typeof idTag === 'string' ? { idTagInfo: { status: desk.tagStatus(idTag) } } : {};
}

function statusNotification(desk: Desk, identity: string, payload: JsonObject): JsonObject {
  desk.statuses.set(`${identity}/${number(payload['connectorId'])}`, text(payload['status']));
  return {};
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function number(value: Json | undefined): number {
  return typeof value === 'number' ? value : Number.NaN;
}
