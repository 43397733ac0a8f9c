/** What becomes of each action of OCPP 2.0.1, proved to be all of them. */

import type { JsonContract } from '../../contract/json-contract.ts';
import { type FaultList, nearest } from '../fault.ts';
import type { ActionRow, PairTable } from './rows.ts';
import type { StationAction } from './station-tables.ts';

/**
 * Calls that OCPP 2.0.1 gives to the charging station (part 2, "Messages"); the other actions are the CSMS's to make. DataTransfer is
 * for both.
 */
const CALLS_OF_THE_STATION: readonly string[] = [
  ...['Authorize', 'BootNotification', 'ClearedChargingLimit', 'DataTransfer', 'FirmwareStatusNotification'],
  ...['Get15118EVCertificate', 'GetCertificateStatus', 'Heartbeat', 'LogStatusNotification', 'MeterValues'],
  ...['NotifyChargingLimit', 'NotifyCustomerInformation', 'NotifyDisplayMessages', 'NotifyEVChargingNeeds'],
  ...['NotifyEVChargingSchedule', 'NotifyEvent', 'NotifyMonitoringReport', 'NotifyReport'],
  ...['PublishFirmwareStatusNotification', 'ReportChargingProfiles', 'ReservationStatusUpdate'],
  ...['SecurityEventNotification', 'SignCertificate', 'StatusNotification', 'TransactionEvent'],
];

/** The fate of every action; a fault for each that has none, two, or one of the wrong side. */
export function actionsOf(table: PairTable, contract: JsonContract, faults: FaultList): Map<string, StationAction> {
  const actions = new Map<string, StationAction>();
  const converted = new Map(table.entries.map((entry) => [entry.station, entry]));
  for (const row of table.actions.values()) {
    if (!contract.actions.has(row.name))
      faults.add(row, `OCPP 2.0.1 has no action ${row.name}`, nearest(row.name, contract.actions.keys()));
    const entry = converted.get(row.name);
    if (entry) faults.add(row, `${row.name} is converted by ${entry.heading}: it has no other fate`);
    checkRow(row, contract, faults);
    actions.set(row.name, actionOf(row));
  }
  for (const entry of table.entries) {
    const ofStation = CALLS_OF_THE_STATION.includes(entry.station);
    if ((entry.direction === 'up') !== ofStation && entry.station !== 'DataTransfer')
      faults.add(entry, `${entry.station} is a call of the ${ofStation ? 'charging station' : 'CSMS'}`);
    if (actions.get(entry.station)?.kind !== 'flow')
      actions.set(entry.station, { kind: entry.direction === 'down' ? 'flow' : 'sent' });
  }
  for (const name of contract.actions.keys()) {
    if (!actions.has(name)) faults.add(table, `nothing is said of the action ${name} of OCPP 2.0.1`);
  }
  return actions;
}

function checkRow(row: ActionRow, contract: JsonContract, faults: FaultList): void {
  const ofStation = CALLS_OF_THE_STATION.includes(row.name);
  if (ofStation !== (row.is === 'sent-by-flows' || row.is === 'never-sent'))
    faults.add(row, `${row.name} is a call of the ${ofStation ? 'charging station' : 'CSMS'}`);
  if (row.answer === undefined || !contract.actions.has(row.name)) return;
  const violation = contract.check(row.name, 'answer', row.answer);
  if (violation) faults.add(row, `this is no answer to ${row.name}: ${violation.reason}`);
}

function actionOf(row: ActionRow): StationAction {
  switch (row.is) {
    case 'answered':
      return { kind: 'answer', answer: row.answer ?? {} };
    case 'answered-by-flows':
      return { kind: 'flow' };
    case 'sent-by-flows':
      return { kind: 'sent' };
    case 'never-sent':
      return { kind: 'never-sent', why: row.why };
  }
}
