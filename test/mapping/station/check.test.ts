import { describe, expect, test } from 'vitest';
import { MappingFaults } from '../../../src/mapping/fault.ts';
import { compileStation } from '../../../src/mapping/station/load.ts';
import { contracts, sources } from './house.ts';

/** What the check says when a text of the tables is replaced by another, with the line in the file. */
function faultsOf(old: string, other: string): string[] {
  const spoilt = sources.map(({ file, text }) => ({ file, text: text.replace(old, other) }));
  expect(spoilt).not.toEqual(sources);
  try {
    compileStation(spoilt, contracts);
    return [];
  } catch (error) {
    if (!(error instanceof MappingFaults)) throw error;
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.replace(/^.*\/(?=[^/]+\.yaml:)/, '').replace(/:\d+:\d+:/, ':'));
  }
}

/** Where the text stands. */
const lineOf = (text: string): string => {
  const found = sources.find((source) => source.text.includes(text));
  const at = found?.text.slice(0, found.text.indexOf(text)).split('\n').length ?? 0;
  return `${found?.file.split('/').at(-1)}:${at}`;
};

describe('the check of the tables towards OCPP 2.0.1', () => {
  test('finds nothing wrong with them as they are', () => {
    expect(() => compileStation(sources, contracts)).not.toThrow();
  });

  test('names file and line', () => {
    const row = '      - { write: seqNo, given: seqNo, why: counted for each transaction }\n';
    const spoilt = sources.map(({ file, text }) => ({
      file,
      text: text.replace(row, row.replace('write: seqNo', 'write: seqNr')),
    }));
    expect(() => compileStation(spoilt, contracts)).toThrow(
      `${lineOf(row)}:9: TransactionEventRequest has no field "seqNr" (did you mean seqNo?)`,
    );
  });

  test.each([
    [
      'a source field that goes nowhere',
      '      - { flow: [meterType, meterSerialNumber], ',
      '      - { flow: meterType, ',
      'ocpp1.6-ocpp2.0.1.yaml: BootNotification: BootNotificationRequest: goes nowhere: meterSerialNumber (write, drop or flow)',
    ],
    [
      'a required field that nothing writes',
      '      - { write: reason, given: reason, why: 1.6 does not say why }\n',
      '',
      'ocpp1.6-ocpp2.0.1.yaml: BootNotification: reason: nothing writes it (it is required)',
    ],
    [
      'a word without an image',
      '      Unknown: { as: Invalid, loss: tag-status }\n',
      '',
      'ocpp1.6-ocpp2.0.1.yaml: the list tagStatus has no image of Unknown',
    ],
    [
      'a word that the target does not know',
      '      Charging: Occupied\n',
      '      Charging: Occupid\n',
      'ocpp1.6-ocpp2.0.1.yaml: the target has no word "Occupid" (did you mean Occupied?)',
    ],
    [
      'a text that may be too long',
      'with: [vendorId], too-long: cut, why',
      'with: [vendorId], why',
      'ocpp1.6-ocpp2.0.1.yaml: eventData[].techInfo: any number of characters for 500: `too-long` is missing',
    ],
    [
      'a number finer than the target takes',
      '{ write: limit, convert: downToTenth, why',
      '{ write: limit, absent: 0, why',
      'ocpp1.6-ocpp2.0.1.yaml: chargingProfile.chargingSchedule.chargingSchedulePeriod[].limit takes 1 digits after the point: a converter is missing',
    ],
    [
      'an action of which nothing is said',
      '  NotifyReport: follows GetBaseReport and GetReport\n',
      '',
      'ocpp1.6-ocpp2.0.1.yaml: nothing is said of the action NotifyReport of OCPP 2.0.1',
    ],
    [
      'an answer that is none',
      '{ answer: { status: NoFirmware }',
      '{ answer: { status: NoFirmwares }',
      'ocpp1.6-ocpp2.0.1.yaml: this is no answer to UnpublishFirmware: status is none of DownloadOngoing, NoFirmware, Unpublished',
    ],
    [
      'a call of the wrong side',
      '  GetReport: the device model\n',
      '  NotifyEvent: the device model\n',
      'ocpp1.6-ocpp2.0.1.yaml: NotifyEvent is a call of the charging station',
    ],
    [
      'a configuration key without a row',
      '  ResetRetries: {',
      '  ResetRetry: {',
      'ocpp1.6-ocpp2.0.1.device-model.yaml: the key ResetRetries of OCPP 1.6 has no row',
    ],
    [
      'a variable that two rows show',
      'shows: OCPPCommCtrlr.ResetRetries',
      'shows: OCPPCommCtrlr.HeartbeatInterval',
      'ocpp1.6-ocpp2.0.1.device-model.yaml: OCPPCommCtrlr.HeartbeatInterval is shown by HeartbeatInterval and by ResetRetries',
    ],
    [
      'an error code without a row',
      '  WeakSignal: { component: DataLink, variable: Problem, scope: station }\n',
      '',
      'ocpp1.6-ocpp2.0.1.device-model.yaml: the errorCode WeakSignal of OCPP 1.6 has no row',
    ],
    [
      'a loss that the register does not know of',
      'loss: mv-station',
      'loss: mv-nan',
      'losses.yaml: no row of 2.0.1 MeterValues tells mv-station',
    ],
  ])('misses %s', (_what, old, other, fault) => {
    expect(faultsOf(old, other)).toContain(fault);
  });
});
