import type { Clock } from '../../base/clock.ts';
import { isoTime } from '../../base/clock.ts';
import type { SoapObject, SoapValue } from '../../base/message.ts';
import type { ChargePoint } from './charge-point.ts';
import type { Connector } from './connector.ts';

/** What a simulated charge point does when it is told to: one row for each operation of the ChargePoint service. */

export interface Outcome {
  readonly answer: SoapObject;
  /** What follows from it. Runs once the answer has left, because a central system may wait for it first. */
  readonly after?: () => Promise<void>;
}

/** What a charge point remembers of what it was told. */
export class Notebook {
  listVersion = 0;
  readonly tags = new Map<string, SoapValue | undefined>();
  readonly profiles = new Map<string, SoapObject>();
}

export interface Told {
  readonly point: ChargePoint;
  readonly notebook: Notebook;
  readonly clock: Clock;
  readonly value: SoapObject;
}

type Command = (told: Told) => Outcome;

const ACCEPTED: SoapObject = { status: 'Accepted' };
const REJECTED: SoapObject = { status: 'Rejected' };

export const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['RemoteStartTransaction', remoteStart],
  ['RemoteStopTransaction', remoteStop],
  ['UnlockConnector', unlock],
  ['Reset', reset],
  ['ChangeAvailability', changeAvailability],
  ['ChangeConfiguration', changeConfiguration],
  ['GetConfiguration', getConfiguration],
  ['ClearCache', () => ({ answer: ACCEPTED })],
  ['GetDiagnostics', getDiagnostics],
  ['UpdateFirmware', updateFirmware],
  ['GetLocalListVersion', ({ notebook }) => ({ answer: { listVersion: String(notebook.listVersion) } })],
  ['SendLocalList', sendLocalList],
  ['ReserveNow', reserveNow],
  ['CancelReservation', cancelReservation],
  ['DataTransfer', dataTransfer],
  ['TriggerMessage', triggerMessage],
  ['SetChargingProfile', setChargingProfile],
  ['ClearChargingProfile', clearChargingProfile],
  ['GetCompositeSchedule', getCompositeSchedule],
]);

function remoteStart({ point, value }: Told): Outcome {
  const idTag = text(value['idTag']);
  const asked = value['connectorId'];
  const connector =
    asked === undefined ? point.connectors.find((one) => isFree(one, idTag)) : point.connector(Number(asked));
  if (!connector || !isFree(connector, idTag)) return { answer: REJECTED };
  return {
    answer: ACCEPTED,
    after: async () => {
      if (point.configuration.isTrue('AuthorizeRemoteTxRequests') && !(await point.authorize(idTag))) return;
      await point.startSession(connector, idTag);
    },
  };
}

function remoteStop({ point, value }: Told): Outcome {
  const id = Number(value['transactionId']);
  const connector = point.connectors.find((one) => one.session?.transactionId === id);
  if (!connector) return { answer: REJECTED };
  return { answer: ACCEPTED, after: () => point.endSession(connector, 'Remote') };
}

function unlock({ point, value }: Told): Outcome {
  const connector = point.connector(Number(value['connectorId']));
  const [yes, no] = point.version === '1.6' ? ['Unlocked', 'NotSupported'] : ['Accepted', 'Rejected'];
  if (!connector) return { answer: { status: no } };
  const after = connector.session ? { after: () => point.endSession(connector, 'UnlockCommand') } : {};
  return { answer: { status: yes }, ...after };
}

function reset({ point, value }: Told): Outcome {
  return { answer: ACCEPTED, after: () => point.reboot(value['type'] === 'Hard' ? 'HardReset' : 'SoftReset') };
}

function changeAvailability({ point, value }: Told): Outcome {
  const id = Number(value['connectorId']);
  const status = value['type'] === 'Inoperative' ? 'Unavailable' : 'Available';
  const chosen = id === 0 ? point.connectors : point.connectors.filter((connector) => connector.id === id);
  if (chosen.length === 0) return { answer: REJECTED };
  const busy = chosen.filter((connector) => connector.session);
  for (const connector of busy) connector.scheduled = status;
  return {
    answer: { status: busy.length > 0 ? 'Scheduled' : 'Accepted' },
    after: async () => {
      for (const connector of chosen) if (!connector.session) await point.setStatus(connector, status);
      if (id === 0 && busy.length === 0) await point.reportStatus(0);
    },
  };
}

function changeConfiguration({ point, value }: Told): Outcome {
  const key = text(value['key']);
  const status = point.configuration.change(key, text(value['value']));
  if (status === 'Accepted' && /^heartbeatinterval$/i.test(key)) point.scheduleHeartbeat();
  return { answer: { status } };
}

function getConfiguration({ point, value }: Told): Outcome {
  const { known, unknown } = point.configuration.list(list(value['key']).map(text));
  return {
    answer: {
      configurationKey: known.map(({ key, readonly, value: content }) => ({
        key,
        readonly: String(readonly),
        value: content,
      })),
      unknownKey: unknown,
    },
  };
}

function getDiagnostics({ point, clock }: Told): Outcome {
  const fileName = `${point.identity}-${isoTime(clock.now()).slice(0, 10)}.log.gz`;
  return {
    answer: { fileName },
    after: async () => {
      if (point.version === '1.6') await point.diagnosticsStatus('Uploading');
      await point.diagnosticsStatus('Uploaded');
    },
  };
}

function updateFirmware({ point, clock, value }: Told): Outcome {
  const install = async () => {
    if (point.version === '1.6') await point.firmwareStatus('Downloading');
    await point.firmwareStatus('Downloaded');
    if (point.version === '1.6') await point.firmwareStatus('Installing');
    point.upgrade();
    await point.reboot('HardReset');
    await point.firmwareStatus('Installed');
  };
  const wait = Date.parse(text(value['retrieveDate'])) - clock.now();
  if (!(wait > 0)) return { answer: {}, after: install };
  return {
    answer: {},
    after: async () => {
      clock.after(wait, () => {
        void install();
      });
    },
  };
}

function sendLocalList({ point, notebook, value }: Told): Outcome {
  const version = Number(value['listVersion']);
  const full = value['updateType'] === 'Full';
  if (!full && version <= notebook.listVersion) return { answer: { status: 'VersionMismatch' } };
  if (full) notebook.tags.clear();
  const field = point.version === '1.5' ? 'localAuthorisationList' : 'localAuthorizationList';
  for (const entry of list(value[field])) {
    if (!isObject(entry)) continue;
    const idTag = text(entry['idTag']);
    if (!full && entry['idTagInfo'] === undefined) notebook.tags.delete(idTag);
    else notebook.tags.set(idTag, entry['idTagInfo']);
  }
  notebook.listVersion = version;
  return { answer: ACCEPTED };
}

function reserveNow({ point, clock, value }: Told): Outcome {
  const id = Number(value['connectorId']);
  const connector = id === 0 ? point.connectors.find((one) => one.status === 'Available') : point.connector(id);
  if (!connector) return { answer: REJECTED };
  if (connector.status === 'Faulted' || connector.status === 'Unavailable')
    return { answer: { status: connector.status } };
  if (connector.status !== 'Available') return { answer: { status: 'Occupied' } };
  const left = Date.parse(text(value['expiryDate'])) - clock.now();
  if (!(left > 0)) return { answer: REJECTED };
  const expiry = clock.after(left, () => {
    void release(point, connector);
  });
  connector.reservation = { id: Number(value['reservationId']), idTag: text(value['idTag']), expiry };
  return { answer: ACCEPTED, after: () => point.setStatus(connector, 'Reserved') };
}

function cancelReservation({ point, value }: Told): Outcome {
  const connector = point.connectors.find((one) => one.reservation?.id === Number(value['reservationId']));
  if (!connector) return { answer: REJECTED };
  return { answer: ACCEPTED, after: () => release(point, connector) };
}

async function release(point: ChargePoint, connector: Connector): Promise<void> {
  connector.reservation?.expiry.cancel();
  connector.reservation = undefined;
  if (connector.status === 'Reserved') await point.setStatus(connector, 'Available');
}

/** Knows one vendor, whose only message is an echo. */
function dataTransfer({ value }: Told): Outcome {
  if (value['vendorId'] !== 'com.example.elder') return { answer: { status: 'UnknownVendorId' } };
  if (value['messageId'] !== 'echo') return { answer: { status: 'UnknownMessageId' } };
  const data = value['data'];
  return { answer: data === undefined ? ACCEPTED : { ...ACCEPTED, data } };
}

function triggerMessage({ point, value }: Told): Outcome {
  const asked = value['connectorId'] === undefined ? undefined : Number(value['connectorId']);
  if (asked !== undefined && asked > point.connectors.length) return { answer: REJECTED };
  const connectors = point.connectors.filter((connector) => asked === undefined || connector.id === asked);
  const messages = new Map<string, () => Promise<unknown>>([
    ['BootNotification', () => point.boot()],
    ['Heartbeat', () => point.heartbeat()],
    ['DiagnosticsStatusNotification', () => point.diagnosticsStatus('Idle')],
    ['FirmwareStatusNotification', () => point.firmwareStatus('Idle')],
    [
      'StatusNotification',
      () => eachOf(asked === 0 ? [0] : connectors.map(({ id }) => id), (id) => point.reportStatus(id)),
    ],
    ['MeterValues', () => eachOf(connectors, (connector) => point.sample(connector))],
  ]);
  const message = messages.get(text(value['requestedMessage']));
  if (!message) return { answer: { status: 'NotImplemented' } };
  return {
    answer: ACCEPTED,
    after: async () => {
      await message();
    },
  };
}

function setChargingProfile({ notebook, value }: Told): Outcome {
  const profile = value['csChargingProfiles'];
  if (!isObject(profile)) return { answer: REJECTED };
  notebook.profiles.set(text(profile['chargingProfileId']), { ...profile, connectorId: text(value['connectorId']) });
  return { answer: ACCEPTED };
}

function clearChargingProfile({ notebook, value }: Told): Outcome {
  const fits = (profile: SoapObject): boolean =>
    (value['id'] === undefined || profile['chargingProfileId'] === value['id']) &&
    ['connectorId', 'chargingProfilePurpose', 'stackLevel'].every(
      (field) => value[field] === undefined || profile[field] === value[field],
    );
  const cleared = [...notebook.profiles].filter(([, profile]) => fits(profile));
  for (const [id] of cleared) notebook.profiles.delete(id);
  return { answer: { status: cleared.length > 0 ? 'Accepted' : 'Unknown' } };
}

function getCompositeSchedule({ point, notebook, clock, value }: Told): Outcome {
  const connectorId = text(value['connectorId']);
  if (Number(connectorId) > point.connectors.length) return { answer: REJECTED };
  const profile = [...notebook.profiles.values()].find((one) => one['connectorId'] === connectorId);
  const schedule = profile?.['chargingSchedule'];
  const chargingSchedule = isObject(schedule)
    ? { ...schedule, duration: text(value['duration']) }
    : {
        duration: text(value['duration']),
        chargingRateUnit: text(value['chargingRateUnit'] ?? 'A'),
        chargingSchedulePeriod: [{ startPeriod: '0', limit: '32.0' }],
      };
  return { answer: { ...ACCEPTED, connectorId, scheduleStart: isoTime(clock.now()), chargingSchedule } };
}

function isFree(connector: Connector, idTag: string): boolean {
  if (connector.session) return false;
  if (connector.status === 'Reserved') return connector.reservation?.idTag === idTag;
  return connector.status === 'Available' || connector.status === 'Preparing';
}

async function eachOf<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  for (const item of items) await act(item);
}

function text(value: SoapValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function list(value: SoapValue | undefined): SoapValue[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: SoapValue | undefined): value is SoapObject {
  return typeof value === 'object' && !Array.isArray(value);
}
