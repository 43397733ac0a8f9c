import { authorize } from './authorize.ts';
import { bootNotification } from './boot-notification.ts';
import { bootPlan, bootTold } from './boot-told.ts';
import { changeAvailability } from './change-availability.ts';
import { clearChargingProfile, setChargingProfile } from './charging-profiles.ts';
import { clearCache } from './clear-cache.ts';
import { getCompositeSchedule } from './composite-schedule.ts';
import { costMessage } from './cost-messages.ts';
import { costUpdated } from './cost-updated.ts';
import { customerInformation } from './customer-information.ts';
import { dataTransferDown } from './data-transfer-down.ts';
import { dataTransfer } from './data-transfer-up.ts';
import { transactionEventDelivered } from './event-delivered.ts';
import { getBaseReport } from './get-base-report.ts';
import { getLog } from './get-log.ts';
import { getReport } from './get-report.ts';
import { getVariables } from './get-variables.ts';
import { heartbeat, heartbeatPlan } from './heartbeat.ts';
import { heldReadings } from './held-readings.ts';
import { stopRefused } from './late-refusal.ts';
import { getLocalListVersion, sendLocalList } from './local-list.ts';
import { meterValues } from './meter-values.ts';
import { clearVariableMonitoring, setMonitoringLevel, setVariableMonitoring } from './monitoring.ts';
import { networkMove } from './network-move.ts';
import { profileUpkeep } from './profile-registry.ts';
import { getChargingProfiles } from './profile-report.ts';
import { diagnosticsStatusNotification, firmwareStatusNotification } from './progress.ts';
import { lateReport } from './report.ts';
import { notifyReport } from './report-pages.ts';
import { requestStartTransaction } from './request-start.ts';
import { requestStopTransaction } from './request-stop.ts';
import { reservationPlan } from './reservation-updates.ts';
import { cancelReservation, reserveNow } from './reservations.ts';
import { reset } from './reset.ts';
import { deferredReset, hardReset, resetLater } from './reset-later.ts';
import type { Delivered, OwnCall, Plan, StationCommand, StationUp } from './rules.ts';
import { setNetworkProfile } from './set-network-profile.ts';
import { setVariables } from './set-variables.ts';
import { readSnapshot, snapshotPlan } from './snapshot.ts';
import { startTransaction } from './start-transaction.ts';
import { statusNotification } from './status-notification.ts';
import { statusesPlan, statusTold } from './statuses-told.ts';
import { stopTransaction } from './stop-transaction.ts';
import { getTransactionStatus } from './transaction-status.ts';
import { triggerMessage } from './trigger-message.ts';
import { triggeredEvents } from './triggers.ts';
import { unlockConnector } from './unlock-connector.ts';
import { updateFirmware } from './update-firmware.ts';

/** Which rule holds for which exchange with a CSMS of OCPP 2.0.1. */

/** By 1.6 action of the charge point. */
export const UP: Readonly<Record<string, StationUp>> = {
  Authorize: authorize,
  BootNotification: bootNotification,
  DataTransfer: dataTransfer,
  DiagnosticsStatusNotification: diagnosticsStatusNotification,
  FirmwareStatusNotification: firmwareStatusNotification,
  Heartbeat: heartbeat,
  MeterValues: meterValues,
  StartTransaction: startTransaction,
  StatusNotification: statusNotification,
  StopTransaction: stopTransaction,
};

/** By 2.0.1 action of the CSMS: all whose row in the tables names a flow. */
export const COMMANDS: Readonly<Record<string, StationCommand>> = {
  CancelReservation: cancelReservation,
  ChangeAvailability: changeAvailability,
  ClearCache: clearCache,
  ClearChargingProfile: clearChargingProfile,
  ClearVariableMonitoring: clearVariableMonitoring,
  CostUpdated: costUpdated,
  CustomerInformation: customerInformation,
  DataTransfer: dataTransferDown,
  GetBaseReport: getBaseReport,
  GetChargingProfiles: getChargingProfiles,
  GetCompositeSchedule: getCompositeSchedule,
  GetLocalListVersion: getLocalListVersion,
  GetLog: getLog,
  GetReport: getReport,
  GetTransactionStatus: getTransactionStatus,
  GetVariables: getVariables,
  RequestStartTransaction: requestStartTransaction,
  RequestStopTransaction: requestStopTransaction,
  ReserveNow: reserveNow,
  Reset: reset,
  SendLocalList: sendLocalList,
  SetChargingProfile: setChargingProfile,
  SetMonitoringLevel: setMonitoringLevel,
  SetNetworkProfile: setNetworkProfile,
  SetVariableMonitoring: setVariableMonitoring,
  SetVariables: setVariables,
  TriggerMessage: triggerMessage,
  UnlockConnector: unlockConnector,
  UpdateFirmware: updateFirmware,
};

/** By 2.0.1 action: calls that the bridge makes by itself. */
export const OWN_CALLS: Readonly<Record<string, OwnCall>> = {
  BootNotification: bootTold,
  NotifyReport: notifyReport,
  StatusNotification: statusTold,
};

/** Commands that the bridge gives the charge point by itself, by the word `why` in their memo. */
export const OWN_COMMANDS: Readonly<Record<string, StationCommand>> = {
  'cost-message': costMessage,
  'deferred-reset': resetLater,
  'hard-reset': resetLater,
  'late-refusal': stopRefused,
  snapshot: readSnapshot,
};

/** By 2.0.1 action: what is learnt when an entry of the outbox is delivered. */
export const DELIVERED: Readonly<Record<string, Delivered>> = {
  TransactionEvent: transactionEventDelivered,
};

/** What the bridge does by itself when its time has come. */
export const PLANS: readonly Plan[] = [
  bootPlan,
  statusesPlan,
  heartbeatPlan,
  reservationPlan,
  deferredReset,
  hardReset,
  networkMove,
  profileUpkeep,
  triggeredEvents,
  heldReadings,
  snapshotPlan,
  lateReport,
];
