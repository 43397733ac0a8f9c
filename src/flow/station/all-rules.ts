import { getCompositeSchedule } from './charging-profiles/composite-schedule.ts';
import { profileUpkeep } from './charging-profiles/profile-registry.ts';
import { getChargingProfiles } from './charging-profiles/profile-report.ts';
import { clearChargingProfile, setChargingProfile } from './charging-profiles/set-charging-profile.ts';
import { changeAvailability } from './connectors/change-availability.ts';
import { statusNotification } from './connectors/status-notification.ts';
import { statusesPlan, statusTold } from './connectors/statuses-told.ts';
import { unlockConnector } from './connectors/unlock-connector.ts';
import { costMessage } from './display/cost-messages.ts';
import { costUpdated } from './display/cost-updated.ts';
import { dataTransferDown } from './display/data-transfer-down.ts';
import { dataTransfer } from './display/data-transfer-up.ts';
import { getLog } from './maintenance/get-log.ts';
import { diagnosticsStatusNotification, firmwareStatusNotification } from './maintenance/progress.ts';
import { reset } from './maintenance/reset.ts';
import { deferredReset, hardReset, resetLater } from './maintenance/reset-later.ts';
import { triggerMessage } from './maintenance/trigger-message.ts';
import { triggeredEvents } from './maintenance/triggers.ts';
import { updateFirmware } from './maintenance/update-firmware.ts';
import { bootNotification } from './registration/boot-notification.ts';
import { bootPlan, bootTold } from './registration/boot-told.ts';
import { heartbeat, heartbeatPlan } from './registration/heartbeat.ts';
import { networkMove } from './registration/network-move.ts';
import { setNetworkProfile } from './registration/set-network-profile.ts';
import { reservationPlan } from './reservations/reservation-updates.ts';
import { cancelReservation, reserveNow } from './reservations/reserve-now.ts';
import type { Delivered, OwnCall, Plan, StationCommand, StationUp } from './rules.ts';
import { authorize } from './tokens/authorize.ts';
import { clearCache } from './tokens/clear-cache.ts';
import { customerInformation } from './tokens/customer-information.ts';
import { getLocalListVersion, sendLocalList } from './tokens/local-list.ts';
import { transactionEventDelivered } from './transactions/event-delivered.ts';
import { heldReadings } from './transactions/held-readings.ts';
import { stopRefused } from './transactions/late-refusal.ts';
import { meterValues } from './transactions/meter-values.ts';
import { requestStartTransaction } from './transactions/request-start.ts';
import { requestStopTransaction } from './transactions/request-stop.ts';
import { startTransaction } from './transactions/start-transaction.ts';
import { stopTransaction } from './transactions/stop-transaction.ts';
import { getTransactionStatus } from './transactions/transaction-status.ts';
import { getBaseReport } from './variables/get-base-report.ts';
import { getReport } from './variables/get-report.ts';
import { getVariables } from './variables/get-variables.ts';
import { clearVariableMonitoring, setMonitoringLevel, setVariableMonitoring } from './variables/monitoring.ts';
import { lateReport } from './variables/report.ts';
import { notifyReport } from './variables/report-pages.ts';
import { setVariables } from './variables/set-variables.ts';
import { readSnapshot, snapshotPlan } from './variables/snapshot.ts';

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
