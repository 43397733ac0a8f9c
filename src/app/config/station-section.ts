import { z } from 'zod';
import { STATION_DEFAULTS, type StationSettings } from '../../flow/station/settings.ts';
import { evseTable } from './evse-table.ts';
import { duration } from './value-types.ts';

/** How charge points are shown to a CSMS of OCPP 2.0.1: for all, and as exceptions for some. The first word of a choice is the default. */
const STATION = {
  evses: evseTable().meta({
    description:
      'Connectors that form one EVSE, because only one of them can charge at a time: `{ connectors: [1, 2], connectorTypes: [cCCS2, cG105], ratedPower: 50000, supplyPhases: 3 }`, the last three optional. The first entry is EVSE 1. Every other connector is an EVSE by itself, numbered behind them.',
    'x-type': 'list of { connectors, … }',
  }),
  idTokenDefaultType: z
    .enum(['ISO14443', 'ISO15693', 'KeyCode', 'Local', 'Central', 'eMAID', 'MacAddress'])
    .meta({ description: 'Type of a token that the CSMS has never named and no pattern fits.' }),
  idTokenPatterns: z.array(z.strictObject({ pattern: pattern(), type: z.string().min(1).max(20) })).meta({
    description:
      'Types guessed by the look of a tag; the first that fits. Without it: ISO 14443 and 15693 card numbers, contract ids, MAC addresses.',
    'x-type': 'list of { pattern, type }',
  }),
  idTokenCase: z
    .enum(['upper-hex', 'as-is'])
    .meta({ description: 'Whether card numbers go to the CSMS in capital letters.' }),
  authFallback: z
    .array(z.enum(['memory', 'localList', 'accept', 'invalid', 'drop']))
    .min(1)
    .meta({
      description: 'How a tag is judged when the CSMS cannot be asked: by these in turn, until one knows.',
      'x-type': 'list of memory | localList | accept | invalid | drop',
    }),
  syncWait: duration().meta({ description: 'How long Authorize and StartTransaction wait for the CSMS.' }),
  bootOnConnect: z.enum(['always', 'ifChanged', 'never']).meta({
    description: 'Tell the last BootNotification again on a new link when the charge point does not boot itself.',
  }),
  bootWithin: duration().meta({
    description: 'So long a charge point may take to boot on a new link, and to tell its statuses after a boot.',
  }),
  shortestInterval: duration().meta({ description: 'Shortest heartbeat interval that a charge point is told.' }),
  longestInterval: duration().meta({ description: 'Longest heartbeat interval that a charge point is told.' }),
  pendingMode: z.enum(['mask', 'pass']).meta({
    description:
      'While the CSMS has a charge point Pending: `mask` shows it Accepted and keeps its messages, `pass` shows Pending.',
  }),
  connectorZero: z.enum(['notifyEvent', 'fanOut', 'drop']).meta({
    description: 'Statuses of the whole charge point: as an event, as statuses of its idle connectors, or not at all.',
  }),
  errorsAs: z.enum(['notifyEvent', 'off']).meta({ description: 'Error codes as NotifyEvent, or not at all.' }),
  unknownTransaction: z.enum(['adopt', 'endedOnly', 'discard']).meta({
    description:
      'A stop of a transaction that the bridge has not seen begin: told with a start, alone, or only answered.',
  }),
  unknownTransactionReadings: z
    .enum(['meterValues', 'adopt'])
    .meta({ description: 'Readings of such a transaction: without it, or as its own.' }),
  transactionIdFloor: z.int().min(0).max(2_000_000_000).meta({
    description: 'Highest number that the back end before gave a transaction; those of the bridge lie above.',
  }),
  energyInWh: z.boolean().meta({ description: 'Turn kWh into Wh, for a CSMS that reads every energy as Wh.' }),
  clockAlignedAs: z
    .enum(['transactionEvent', 'meterValues'])
    .meta({ description: 'Clock-aligned readings of a transaction.' }),
  endReadingsWait: duration().meta({
    description: 'Readings at the end of a transaction wait so long for its stop, to be told with it; 0: not at all.',
  }),
  phasesUsed: z.enum(['off', 'readings']).meta({
    description:
      'Tell the CSMS how many phases an EV uses: never, or by readings of `Current.Import` that name every phase of the supply (`supplyPhases`).',
  }),
  otherMeasurands: z.enum(['drop', 'notifyEvent']).meta({
    description: 'Temperature and RPM, which OCPP 2.0.1 does not measure: lost, or events of a sensor.',
  }),
  evseZeroReadings: z
    .enum(['send', 'drop'])
    .meta({ description: 'Readings of the whole charge point (evseId 0), which not every CSMS takes.' }),
  immediateReset: z
    .enum(['Hard', 'Soft', 'softThenHard'])
    .meta({ description: 'What Reset Immediate becomes. Soft lets the charge point end its transactions.' }),
  customerClear: z.enum(['bridge', 'clearCache']).meta({
    description:
      'CustomerInformation that clears what is known of a token: in the bridge alone, or with the cache of the charge point, which can only be cleared whole.',
  }),
  unsignedFirmware: z
    .enum(['reject', 'forward'])
    .meta({ description: 'UpdateFirmware with a signature, which no SOAP version can check.' }),
  installDate: z.enum(['shiftRetrieve', 'drop']).meta({
    description:
      'A firmware to be installed later than retrieved, which no SOAP version knows: it is retrieved only then, or installed at once.',
  }),
  inferredFirmware: z.array(z.enum(['DownloadScheduled', 'InstallRebooting'])).meta({
    description:
      'Statuses of an update that no SOAP version has, told by what the bridge knows: a download that is still to begin, a boot during the installation.',
    'x-type': 'list of DownloadScheduled | InstallRebooting',
  }),
  firmwareSecurityEvent: z
    .boolean()
    .meta({ description: 'Tell new firmware as the security event FirmwareUpdated, too.' }),
  busyFirmware: z.enum(['reject', 'supersede']).meta({ description: 'UpdateFirmware while another one runs.' }),
  busyLog: z.enum(['supersede', 'reject']).meta({ description: 'GetLog while another one runs.' }),
  smartChargingRefusal: z
    .enum(['callError', 'status'])
    .meta({ description: 'What the CSMS gets for charging profiles when the charge point has none.' }),
  otherStop: z
    .enum(['AbnormalCondition', 'StopAuthorized'])
    .meta({ description: 'What made the charge point stop with reason Other, as triggerReason.' }),
  rebootReason: z
    .enum(['Watchdog', 'LocalReset'])
    .meta({ description: 'Boot reason after a stop with reason Reboot.' }),
  refineFaultStops: z.boolean().meta({ description: 'Explain a stop with reason Other by an error told near it.' }),
  occupiedMeans: z
    .enum(['Charging', 'EVConnected'])
    .meta({ description: 'What Occupied means, as chargingState, in OCPP 1.2 and 1.5 while a transaction runs.' }),
  dataTransferData: z.enum(['asString', 'parseJson']).meta({ description: 'Data of a DataTransfer to the CSMS.' }),
  costMessages: z.enum(['auto', 'off']).meta({
    description:
      'Costs and texts for drivers, as DataTransfer `org.openchargealliance.costmsg`: to charge points whose key `CustomDisplayCostAndPrice` is true, or not at all.',
  }),
  plugAndCharge: z.boolean().meta({
    description: 'Unwrap messages of ISO 15118 that 1.6 carries in DataTransfer.',
  }),
  offlineThreshold: duration().meta({ description: 'What is older than this when it arrives happened offline.' }),
  reportRows: z.int().min(1).max(1000).meta({ description: 'Most variables of one NotifyReport.' }),
  reportBytes: z.int().min(1024).max(1_000_000).meta({ description: 'Most bytes of one NotifyReport.' }),
  reportWaits: duration().meta({
    description: 'How long a report waits for the charge point to tell its configuration.',
  }),
  snapshotFresh: duration().meta({
    description: 'A report asks the charge point again when its configuration was read longer ago.',
  }),
  snapshotOld: duration().meta({
    description: 'On a new link it is asked when its configuration was read longer ago.',
  }),
  snapshotSpread: duration().meta({
    description:
      'A charge point that has booted, or has a new link, is asked at a moment of its own within this time: a fleet that comes back is not asked all at once. What the CSMS itself asks for does not wait.',
  }),
  absentVariables: z.enum(['reject', 'snapshot']).meta({
    description: 'GetVariables of a charge point that does not answer: refused, or what it said within the last hour.',
  }),
  variablesWithin: duration().meta({
    description: 'GetVariables and SetVariables are answered after this time, done or not.',
  }),
  basicAuthPassword: z.enum(['rotate', 'reject']).meta({
    description: 'A password that the CSMS writes: it is the password of the link from then on, or it is refused.',
  }),
  networkProfile: z.enum(['reject', 'ownLink']).meta({
    description:
      'SetNetworkProfile, by which a CSMS sends the link of a charge point to another CSMS: refused, or kept and obeyed at the next Reset. The configured CSMS stays the last resort.',
  }),
  networkProfileHosts: z.array(hostPattern()).meta({
    description:
      'Hosts to which `networkProfile: ownLink` may lead: `new.example.com`, `*.example.com`, `10.0.0.7:9000`. Without any, only the host of `csms.url`, whatever the port.',
    'x-type': 'list of host or pattern',
  }),
  legacyComponent: z
    .string()
    .min(1)
    .max(50)
    .meta({ description: 'Component of configuration keys that OCPP 2.0.1 does not know.' }),
  legacyInstance: z.enum(['none', 'vendorName']).meta({
    description:
      'Instance of that component: none, or the name of the vendor, where charge points of several share a device model at the CSMS.',
  }),
  legacyTyped: z.boolean().meta({
    description: 'Report these keys as integers and booleans as long as all their values have been such, else as text.',
  }),
  ratedPower: z.number().min(0).max(10_000_000).meta({ description: 'Most power of an EVSE, W.' }),
  supplyPhases: z.int().min(0).max(3).meta({ description: 'Phases of the supply; 0 is direct current.' }),
  connectorType: z
    .string()
    .min(1)
    .max(20)
    .meta({ description: 'ConnectorType to report, in the words of the standard.' }),
  organizationName: z.string().min(1).max(50).meta({ description: 'SecurityCtrlr.OrganizationName to report.' }),
  securityProfile: z.int().min(0).max(3).meta({ description: 'Security profile of the link, to report.' }),
} as const satisfies Record<keyof StationSettings, z.ZodType>;

const TIMES: ReadonlySet<keyof StationSettings> = new Set([
  ...([
    'syncWait',
    'bootWithin',
    'shortestInterval',
    'longestInterval',
    'endReadingsWait',
    'offlineThreshold',
  ] as const),
  ...(['reportWaits', 'snapshotFresh', 'snapshotOld', 'snapshotSpread', 'variablesWithin'] as const),
]);

/** `station`: every key has a default, but for the patterns, whose default is code. */
export function stationSection() {
  const { idTokenPatterns, ...rest } = STATION;
  const entries = Object.entries(rest).map(([name, schema]) => {
    const core: z.ZodType = schema;
    return [name, core.prefault(asWritten(name as keyof StationSettings))];
  });
  type Prefaulted = { [K in keyof typeof rest]: z.ZodPrefault<(typeof rest)[K]> };
  const withDefaults = Object.fromEntries(entries) as Prefaulted;
  return z.strictObject({ idTokenPatterns: z.exactOptional(idTokenPatterns), ...withDefaults });
}

/** A default in the words of the file. */
function asWritten(name: keyof StationSettings): unknown {
  const value = STATION_DEFAULTS[name];
  return TIMES.has(name) ? `${Number(value) / 1000}s` : value;
}

/** Exceptions of one charge point. */
export function stationExceptions() {
  return z.strictObject(STATION).partial();
}

function pattern() {
  return z
    .string()
    .min(1)
    .max(200)
    .transform((text, context) => {
      try {
        return new RegExp(text, 'u');
      } catch (error) {
        context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'not a pattern' });
        return z.NEVER;
      }
    });
}

function hostPattern() {
  return z
    .string()
    .regex(
      /^(?:[a-zA-Z0-9*._-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?$/,
      'a host such as csms.example.com or *.example.com is wanted',
    );
}
