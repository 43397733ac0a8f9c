/** How a charge point is shown to a CSMS of OCPP 2.0.1; the first word of each choice is the default. Times in ms. */
export interface StationSettings {
  /** How the type of a token is guessed that the CSMS has never named: the first pattern that fits, else `defaultType`. */
  readonly idTokenPatterns: readonly { readonly pattern: RegExp; readonly type: string }[];
  readonly idTokenDefaultType: string;
  readonly idTokenCase: 'upper-hex' | 'as-is';
  /** How a token is judged that the CSMS cannot be asked about, in this order; the last one that always answers ends the list. */
  readonly authFallback: readonly ('memory' | 'localList' | 'accept' | 'invalid')[];
  /** How long StartTransaction and Authorize wait for the CSMS. */
  readonly syncWait: number;
  readonly bootOnConnect: 'always' | 'ifChanged' | 'never';
  /** What the charge point sees while the CSMS has it Pending: Accepted, or Pending itself. */
  readonly pendingMode: 'mask' | 'pass';
  readonly connectorZero: 'notifyEvent' | 'fanOut' | 'drop';
  readonly errorsAs: 'notifyEvent' | 'off';
  /** A transaction that the bridge has not seen begin. */
  readonly unknownTransaction: 'adopt' | 'endedOnly' | 'discard';
  readonly unknownTransactionReadings: 'meterValues' | 'adopt';
  /** Multiply kWh, for a CSMS that reads every energy as Wh. */
  readonly energyInWh: boolean;
  readonly clockAlignedAs: 'transactionEvent' | 'meterValues';
  /** Readings of the whole station go with evseId 0, which not every CSMS takes. */
  readonly evseZeroReadings: 'send' | 'drop';
  readonly immediateReset: 'Hard' | 'Soft' | 'softThenHard';
  readonly unsignedFirmware: 'reject' | 'forward';
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
  /** A gap above this (ms) between an event and its report means that the charge point was offline. */
  readonly offlineThreshold: number;
  /** Rows and bytes of one NotifyReport. */
  readonly reportRows: number;
  readonly reportBytes: number;
  /** W, for EVSE.Power.maxLimit. */
  readonly ratedPower: number;
  readonly supplyPhases: number;
  readonly connectorType: string;
  readonly organizationName: string;
  /** Security profile of the link, 0 to 3. */
  readonly securityProfile: number;
}

export const STATION_DEFAULTS: StationSettings = {
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
  pendingMode: 'mask',
  connectorZero: 'notifyEvent',
  errorsAs: 'notifyEvent',
  unknownTransaction: 'adopt',
  unknownTransactionReadings: 'meterValues',
  energyInWh: false,
  clockAlignedAs: 'transactionEvent',
  evseZeroReadings: 'send',
  immediateReset: 'Hard',
  unsignedFirmware: 'reject',
  busyFirmware: 'reject',
  busyLog: 'supersede',
  smartChargingRefusal: 'callError',
  otherStop: 'AbnormalCondition',
  rebootReason: 'Watchdog',
  refineFaultStops: false,
  occupiedMeans: 'Charging',
  dataTransferData: 'asString',
  offlineThreshold: 60_000,
  reportRows: 20,
  reportBytes: 8_192,
  ratedPower: 22_000,
  supplyPhases: 3,
  connectorType: 'Unknown',
  organizationName: 'Unknown',
  securityProfile: 0,
};
