import { isoTime } from '../../base/clock.ts';
import type { Json, JsonObject } from '../../base/message.ts';
import type { Answer, Desk } from './csms-answers.ts';

/** What the small central system answers to charging stations of OCPP 2.0.1, and what it remembers of them. */

export const ANSWERS_201: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  [
    'BootNotification',
    (desk, identity) => ({
      status: desk.registration(identity),
      currentTime: isoTime(desk.clock.now()),
      interval: desk.heartbeatInterval,
    }),
  ],
  ['Heartbeat', (desk) => ({ currentTime: isoTime(desk.clock.now()) })],
  ['Authorize', (desk, _identity, payload) => ({ idTokenInfo: { status: desk.tagStatus(tokenOf(payload)) } })],
  ['TransactionEvent', transactionEvent],
  [
    'StatusNotification',
    (desk, identity, payload) => {
      desk.statuses.set(`${identity}/${Number(payload['evseId'])}`, String(payload['connectorStatus']));
      return {};
    },
  ],
  ['MeterValues', () => ({})],
  ['NotifyEvent', () => ({})],
  ['NotifyReport', () => ({})],
  ['ReportChargingProfiles', () => ({})],
  ['ReservationStatusUpdate', () => ({})],
  ['FirmwareStatusNotification', () => ({})],
  ['LogStatusNotification', () => ({})],
  ['DataTransfer', () => ({ status: 'UnknownVendorId' })],
]);

function transactionEvent(desk: Desk, identity: string, payload: JsonObject): JsonObject {
  const info = asObject(payload['transactionInfo']);
  const transactionId = String(info['transactionId']);
  const { ledger } = desk;
  if (payload['eventType'] === 'Started') return started(desk, identity, transactionId, payload);
  const session = ledger.running(identity, transactionId);
  if (session === undefined) ledger.note(`${identity}: an event of transaction ${transactionId}, which does not run`);
  else session.readings += listOf(payload['meterValue']).length;
  if (payload['eventType'] !== 'Ended') return {};
  ledger.stop(identity, transactionId, {
    meterStop: register(payload, 'Transaction.End'),
    stoppedAt: Date.parse(String(payload['timestamp'])),
    reason: String(info['stoppedReason']),
  });
  return payload['idToken'] === undefined ? {} : { idTokenInfo: { status: desk.tagStatus(tokenOf(payload)) } };
}

function started(desk: Desk, identity: string, transactionId: string, payload: JsonObject): JsonObject {
  const idTag = tokenOf(payload);
  const twin = desk.ledger.running(identity, transactionId);
  if (twin) desk.ledger.note(`${identity}: the start of transaction ${transactionId} came twice`);
  else {
    desk.ledger.start({
      ...{ identity, idTag, transactionId },
      connectorId: Number(asObject(payload['evse'])['id']),
      meterStart: register(payload, 'Transaction.Begin'),
      startedAt: Date.parse(String(payload['timestamp'])),
    });
  }
  return { idTokenInfo: { status: desk.tagStatus(idTag) } };
}

/** Wh of the energy register with that context; NaN when there is none. */
function register(payload: JsonObject, context: string): number {
  for (const { sampledValue } of listOf(payload['meterValue'])) {
    for (const sample of listOf(sampledValue)) {
      const energy = (sample['measurand'] ?? 'Energy.Active.Import.Register') === 'Energy.Active.Import.Register';
      if (energy && sample['context'] === context) return Number(sample['value']);
    }
  }
  return Number.NaN;
}

function tokenOf(payload: JsonObject): string {
  return String(asObject(payload['idToken'])['idToken']);
}

function listOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.map(asObject) : [];
}

function asObject(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
