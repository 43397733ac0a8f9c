/** Words of OCPP 1.6 that stand in its text and in no schema. */

/** Section 9: the standard configuration keys. */
export const CONFIGURATION_KEYS: readonly string[] = [
  ...['AllowOfflineTxForUnknownId', 'AuthorizationCacheEnabled', 'AuthorizeRemoteTxRequests', 'BlinkRepeat'],
  ...['ClockAlignedDataInterval', 'ConnectionTimeOut', 'ConnectorPhaseRotation', 'ConnectorPhaseRotationMaxLength'],
  ...['GetConfigurationMaxKeys', 'HeartbeatInterval', 'LightIntensity', 'LocalAuthorizeOffline', 'LocalPreAuthorize'],
  ...['MaxEnergyOnInvalidId', 'MeterValuesAlignedData', 'MeterValuesAlignedDataMaxLength', 'MeterValuesSampledData'],
  ...['MeterValuesSampledDataMaxLength', 'MeterValueSampleInterval', 'MinimumStatusDuration', 'NumberOfConnectors'],
  ...['ResetRetries', 'StopTransactionOnEVSideDisconnect', 'StopTransactionOnInvalidId', 'StopTxnAlignedData'],
  ...['StopTxnAlignedDataMaxLength', 'StopTxnSampledData', 'StopTxnSampledDataMaxLength', 'SupportedFeatureProfiles'],
  ...['SupportedFeatureProfilesMaxLength', 'TransactionMessageAttempts', 'TransactionMessageRetryInterval'],
  ...['UnlockConnectorOnEVSideDisconnect', 'WebSocketPingInterval', 'LocalAuthListEnabled', 'LocalAuthListMaxLength'],
  ...['SendLocalListMaxLength', 'ReserveConnectorZeroSupported', 'ChargeProfileMaxStackLevel'],
  ...['ChargingScheduleAllowedChargingRateUnit', 'ChargingScheduleMaxPeriods', 'ConnectorSwitch3to1PhaseSupported'],
  'MaxChargingProfilesInstalled',
];

/** Section 7.6, ChargePointErrorCode, without NoError. */
export const ERROR_CODES: readonly string[] = [
  ...['ConnectorLockFailure', 'EVCommunicationError', 'GroundFailure', 'HighTemperature', 'InternalError'],
  ...['LocalListConflict', 'OtherError', 'OverCurrentFailure', 'OverVoltage', 'PowerMeterFailure'],
  ...['PowerSwitchFailure', 'ReaderFailure', 'ResetFailure', 'UnderVoltage', 'WeakSignal'],
];

/** Section 3.3. */
export const FEATURE_PROFILES = [
  ...(['Core', 'FirmwareManagement', 'LocalAuthListManagement', 'RemoteTrigger', 'Reservation'] as const),
  'SmartCharging',
] as const;
