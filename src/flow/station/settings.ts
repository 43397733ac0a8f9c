/** How a charge point is shown to a CSMS of OCPP 2.0.1; the first word of each choice is the default. Times in ms. */
export interface StationSettings {
  /** Which connectors form one EVSE; the first is EVSE 1. A connector that none of them names is an EVSE by itself, behind them. */
  readonly evses: readonly EvseSettings[];
  /** How the type of a token is guessed that the CSMS has never named: the first pattern that fits, else `defaultType`. */
  readonly idTokenPatterns: readonly { readonly pattern: RegExp; readonly type: string }[];
  readonly idTokenDefaultType: string;
  readonly idTokenCase: 'upper-hex' | 'as-is';
  /**
   * How a token is judged that the CSMS cannot be asked about, in this order; the last one that always answers ends the list.
   * `drop` leaves it to the charge point, which gets no answer and applies its own rules of being offline.
   */
  readonly authFallback: readonly ('memory' | 'localList' | 'accept' | 'invalid' | 'drop')[];
  /** How long StartTransaction and Authorize wait for the CSMS. */
  readonly syncWait: number;
  readonly bootOnConnect: 'always' | 'ifChanged' | 'never';
  /** So long a charge point may take to boot on a new link, and to tell its statuses after a boot. */
  readonly bootWithin: number;
  /** Bounds of the interval that the charge point is told. */
  readonly shortestInterval: number;
  readonly longestInterval: number;
  /** What the charge point sees while the CSMS has it Pending: Accepted, or Pending itself. */
  readonly pendingMode: 'mask' | 'pass';
  readonly connectorZero: 'notifyEvent' | 'fanOut' | 'drop';
  readonly errorsAs: 'notifyEvent' | 'off';
  /** A transaction that the bridge has not seen begin. */
  readonly unknownTransaction: 'adopt' | 'endedOnly' | 'discard';
  readonly unknownTransactionReadings: 'meterValues' | 'adopt';
  /** Highest number that a predecessor of the bridge gave a transaction; the bridge's own lie above. */
  readonly transactionIdFloor: number;
  /** Multiply kWh, for a CSMS that reads every energy as Wh. */
  readonly energyInWh: boolean;
  readonly clockAlignedAs: 'transactionEvent' | 'meterValues';
  /** Readings at the end of a transaction wait so long for its stop, to be told with it; 0: not at all. */
  readonly endReadingsWait: number;
  /** TransactionEvent.numberOfPhasesUsed: never, or by the currents of the phases in a reading. */
  readonly phasesUsed: 'off' | 'readings';
  /** Temperature and RPM, which 2.0.1 does not measure: lost, or events of a sensor. */
  readonly otherMeasurands: 'drop' | 'notifyEvent';
  /** Readings of the whole station go with evseId 0, which not every CSMS takes. */
  readonly evseZeroReadings: 'send' | 'drop';
  readonly immediateReset: 'Hard' | 'Soft' | 'softThenHard';
  /** CustomerInformation that clears a token: in the bridge alone, or with the whole cache of the charge point. */
  readonly customerClear: 'bridge' | 'clearCache';
  readonly unsignedFirmware: 'reject' | 'forward';
  /** 1.6 installs what it has: it may not retrieve before the CSMS wants it installed, or the wish is dropped. */
  readonly installDate: 'shiftRetrieve' | 'drop';
  /** Statuses of an update that 1.6 has no word for, and that the bridge tells by what it knows. */
  readonly inferredFirmware: readonly ('DownloadScheduled' | 'InstallRebooting')[];
  /** SecurityEventNotification FirmwareUpdated when a charge point has installed one. */
  readonly firmwareSecurityEvent: boolean;
  readonly busyFirmware: 'reject' | 'supersede';
  readonly busyLog: 'supersede' | 'reject';
  readonly smartChargingRefusal: 'callError' | 'status';
  readonly otherStop: 'AbnormalCondition' | 'StopAuthorized';
  readonly rebootReason: 'Watchdog' | 'LocalReset';
  /** Explain `Other` by an error status near the stop. */
  readonly refineFaultStops: boolean;
  /** Occupied of 1.2 and 1.5 while a transaction runs. */
  readonly occupiedMeans: 'Charging' | 'EVConnected';
  readonly dataTransferData: 'asString' | 'parseJson';
  /** Costs and texts for drivers go to charge points that say they show them, or nowhere. */
  readonly costMessages: 'auto' | 'off';
  /** 2.0.1 messages that 1.6 wraps into DataTransfer for ISO 15118 go to the CSMS unwrapped. */
  readonly plugAndCharge: boolean;
  /** A gap above this (ms) between an event and its report means that the charge point was offline. */
  readonly offlineThreshold: number;
  /** Rows and bytes of one NotifyReport. */
  readonly reportRows: number;
  readonly reportBytes: number;
  /** A report waits so long at most for the charge point to tell its configuration. */
  readonly reportWaits: number;
  /** A report asks the charge point again when its configuration was read longer ago. */
  readonly snapshotFresh: number;
  /** On a new link it is asked when its configuration was read longer ago. */
  readonly snapshotOld: number;
  /** After a boot or on a new link each charge point is asked at a moment of its own within this time. */
  readonly snapshotSpread: number;
  /** GetVariables of a charge point that does not answer: refused, or what it said within the last hour. */
  readonly absentVariables: 'reject' | 'snapshot';
  /** SetVariables and GetVariables are answered after so long, done or not. */
  readonly variablesWithin: number;
  /** What becomes of a password that the CSMS writes: it is the link's from then on, or it is refused. */
  readonly basicAuthPassword: 'rotate' | 'reject';
  /** Whether the CSMS may send the link of a charge point to another CSMS. */
  readonly networkProfile: 'reject' | 'ownLink';
  /** Hosts to which it may: with `*` for any run of characters, and a port where only that one is meant. Empty: the configured one. */
  readonly networkProfileHosts: readonly string[];
  /** Component of configuration keys that OCPP 2.0.1 does not know. */
  readonly legacyComponent: string;
  /** Which of its instances a charge point's are: none, or one for each vendor. */
  readonly legacyInstance: 'none' | 'vendorName';
  /** Integers and booleans by their values, or all text. */
  readonly legacyTyped: boolean;
  /** W, for EVSE.Power.maxLimit. */
  readonly ratedPower: number;
  readonly supplyPhases: number;
  readonly connectorType: string;
  readonly organizationName: string;
  /** Security profile of the link, 0 to 3. */
  readonly securityProfile: number;
}

/** Connectors on one power unit, of which one at a time can charge. */
export interface EvseSettings {
  /** Numbers of OCPP 1.6; the first is connector 1 of the EVSE. */
  readonly connectors: readonly number[];
  /** One for each connector, in their order; without it all are `connectorType`. */
  readonly connectorTypes?: readonly string[];
  /** W, instead of the station's. */
  readonly ratedPower?: number;
  readonly supplyPhases?: number;
}

export const STATION_DEFAULTS: StationSettings = {
  evses: [],
  idTokenPatterns: [
    { pattern: /^[0-9A-Fa-f]{8}$|^[0-9A-Fa-f]{14}$/, type: 'ISO14443' },
    { pattern: /^[Ee]0[0-9A-Fa-f]{14}$/, type: 'ISO15693' },
    { pattern: /^[A-Za-z]{2}-?[A-Za-z0-9]{3}-?[Cc][A-Za-z0-9]{8}(-?[A-Za-z0-9])?$/, type: 'eMAID' },
    { pattern: /^VID:[0-9A-Fa-f]{12}$/i, type: 'MacAddress' },
  ],
  idTokenDefaultType: 'ISO14443',
  idTokenCase: 'upper-hex',
  authFallback: ['memory', 'localList', 'invalid'],
  syncWait: 10_000,
  bootOnConnect: 'always',
  bootWithin: 5_000,
  shortestInterval: 10_000,
  longestInterval: 86_400_000,
  pendingMode: 'mask',
  connectorZero: 'notifyEvent',
  errorsAs: 'notifyEvent',
  unknownTransaction: 'adopt',
  unknownTransactionReadings: 'meterValues',
  transactionIdFloor: 0,
  energyInWh: false,
  clockAlignedAs: 'transactionEvent',
  endReadingsWait: 5_000,
  phasesUsed: 'off',
  otherMeasurands: 'drop',
  evseZeroReadings: 'send',
  immediateReset: 'Hard',
  customerClear: 'bridge',
  unsignedFirmware: 'reject',
  installDate: 'shiftRetrieve',
  inferredFirmware: ['DownloadScheduled'],
  firmwareSecurityEvent: true,
  busyFirmware: 'reject',
  busyLog: 'supersede',
  smartChargingRefusal: 'callError',
  otherStop: 'AbnormalCondition',
  rebootReason: 'Watchdog',
  refineFaultStops: false,
  occupiedMeans: 'Charging',
  dataTransferData: 'asString',
  costMessages: 'auto',
  plugAndCharge: true,
  offlineThreshold: 60_000,
  reportRows: 20,
  reportBytes: 8_192,
  reportWaits: 15_000,
  snapshotFresh: 60_000,
  snapshotOld: 86_400_000,
  snapshotSpread: 60_000,
  absentVariables: 'reject',
  variablesWithin: 15_000,
  basicAuthPassword: 'rotate',
  networkProfile: 'reject',
  networkProfileHosts: [],
  legacyComponent: 'OCPP16LegacyCtrlr',
  legacyInstance: 'none',
  legacyTyped: false,
  ratedPower: 22_000,
  supplyPhases: 3,
  connectorType: 'Unknown',
  organizationName: 'Unknown',
  securityProfile: 0,
};
