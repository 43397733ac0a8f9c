import { authorize } from './authorize.ts';
import { bootNotification } from './boot-notification.ts';
import { bootPlan, bootTold } from './boot-told.ts';
import { dataTransfer } from './data-transfer-up.ts';
import { transactionEventDelivered } from './event-delivered.ts';
import { heartbeat, heartbeatPlan } from './heartbeat.ts';
import { stopRefused } from './late-refusal.ts';
import { meterValues } from './meter-values.ts';
import { diagnosticsStatusNotification, firmwareStatusNotification } from './progress.ts';
import { reservationPlan } from './reservation-updates.ts';
import type { Delivered, OwnCall, Plan, StationCommand, StationUp } from './rules.ts';
import { startTransaction } from './start-transaction.ts';
import { statusNotification } from './status-notification.ts';
import { statusesPlan, statusTold } from './statuses-told.ts';
import { stopTransaction } from './stop-transaction.ts';
import { notForAll } from './wanted.ts';

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
export const COMMANDS: Readonly<Record<string, StationCommand>> = {};

/** By 2.0.1 action: calls that the bridge makes by itself. */
export const OWN_CALLS: Readonly<Record<string, OwnCall>> = {
  BootNotification: bootTold,
  StatusNotification: statusTold,
};

/** Commands that the bridge gives the charge point by itself, by the word `why` in their memo. */
export const OWN_COMMANDS: Readonly<Record<string, StationCommand>> = {
  'late-refusal': stopRefused,
};

/** By 2.0.1 action: what is learnt when an entry of the outbox is delivered. */
export const DELIVERED: Readonly<Record<string, Delivered>> = {
  NotifyEvent: notForAll,
  ReservationStatusUpdate: notForAll,
  TransactionEvent: transactionEventDelivered,
};

/** What the bridge does by itself when its time has come. */
export const PLANS: readonly Plan[] = [bootPlan, statusesPlan, heartbeatPlan, reservationPlan];
