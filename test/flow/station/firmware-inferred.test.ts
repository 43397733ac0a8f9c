import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import type { ChargePointState } from '../../../src/flow/state.ts';
import { firmwareStatusNotification } from '../../../src/flow/station/maintenance/progress.ts';
import { bootNotification } from '../../../src/flow/station/registration/boot-notification.ts';
import type { StationSettings } from '../../../src/flow/station/settings.ts';
import type { Job, StationState } from '../../../src/flow/station/state.ts';
import { exchange, NOW } from '../context.ts';
import { judged } from './commander.ts';
import { accepted, BOOT, stationContext } from './context.ts';
import { lossesOf, toCsms } from './valid.ts';

/** What 1.6 has no word for, and what the bridge makes of that (OCPP 2.0.1 L01, A04). */

const RETRIEVE = '2024-03-09T09:00:00.000Z';
const SOON = '2024-03-09T11:00:00.000Z';
const INSTALL = '2024-03-09T23:00:00.000Z';
const EVENT = {
  action: 'SecurityEventNotification',
  payload: { type: 'FirmwareUpdated', timestamp: '2024-03-09T10:00:00.000Z' },
};
const statusOf = (status: string) => ({ action: 'FirmwareStatusNotification', payload: { status, requestId: 7 } });

type Change = Partial<StationSettings>;

const update = (dates: JsonObject, settings: Change = {}) =>
  judged(
    'UpdateFirmware',
    accepted(),
    { requestId: 7, firmware: { location: 'ftp://host/fw.bin', ...dates } },
    () => ({ answer: {} }),
    settings,
  );
const says = (status: string, station: Partial<StationState> = {}, settings: Change = {}) =>
  firmwareStatusNotification.call(
    accepted(station),
    exchange('FirmwareStatusNotification', { status }),
    stationContext(settings),
  );
const boots = (state: ChargePointState, settings: Change) => {
  const { state: after, effects } = bootNotification.call(
    state,
    exchange('BootNotification', BOOT),
    stationContext(settings),
  );
  return { state: after, effects, told: toCsms(effects).filter(({ action }) => action !== 'BootNotification') };
};

describe('a date of installation', () => {
  const both = { retrieveDateTime: RETRIEVE, installDateTime: INSTALL };

  test('that lies after that of retrieval puts it off, or is dropped; it is counted in both cases', () => {
    for (const [installDate, retrieveDate] of [
      ['shiftRetrieve', INSTALL],
      ['drop', RETRIEVE],
    ] as const) {
      const { asked, effects } = update(both, { installDate });
      expect(asked[0]?.payload['retrieveDate']).toBe(retrieveDate);
      expect(lossesOf(effects)).toContain('firmware-install');
    }
  });

  test('that does not is obeyed without a word', () => {
    const { asked, effects } = update({ retrieveDateTime: INSTALL, installDateTime: RETRIEVE });
    expect(asked[0]?.payload['retrieveDate']).toBe(INSTALL);
    expect(lossesOf(effects)).not.toContain('firmware-install');
  });
});

describe('DownloadScheduled', () => {
  test('is told and counted when the charge point has taken on a download that is still to begin', () => {
    const { told, effects, station } = update({ retrieveDateTime: SOON });
    expect(told).toEqual([statusOf('DownloadScheduled')]);
    expect(lossesOf(effects)).toContain('firmware-inferred');
    expect(station.firmwareJob).toMatchObject({ requestId: 7, status: 'DownloadScheduled' });
  });

  test('is not told where the operator does not want it, and not of one that begins at once', () => {
    expect(update({ retrieveDateTime: SOON }, { inferredFirmware: [] }).told).toEqual([]);
    expect(update({ retrieveDateTime: RETRIEVE }).told).toEqual([]);
  });
});

describe('InstallRebooting', () => {
  const job = (change: Partial<Job> = {}): Job => ({ requestId: 7, at: NOW - 1_000, status: 'Installing', ...change });
  const WANTED: Change = { inferredFirmware: ['InstallRebooting'] };

  test('is told once, by a boot in the middle of an installation, where the operator wants it', () => {
    const first = boots(accepted({ firmwareJob: job() }), WANTED);
    expect(first.told).toEqual([statusOf('InstallRebooting')]);
    expect(lossesOf(first.effects)).toContain('firmware-inferred');
    expect(boots(first.state, WANTED).told).toEqual([]);
    expect(boots(accepted({ firmwareJob: job() }), {}).told).toEqual([]);
  });

  test.each<[string, Partial<StationState>]>([
    ['that the CSMS asked for', { firmwareJob: job(), lastReset: { at: NOW - 1_000 } }],
    ['before the installation', { firmwareJob: job({ status: 'Downloaded' }) }],
    ['after the installation', { firmwareJob: job({ status: 'Installed', endedAt: NOW }) }],
    ['after an update that went silent', { firmwareJob: job({ at: NOW - 25 * 3_600_000 }) }],
    ['without an update', {}],
  ])('is not told of a boot %s', (_which, station) => {
    expect(boots(accepted(station), WANTED).told).toEqual([]);
  });
});

describe('the security event FirmwareUpdated', () => {
  test('follows Installed, once, whoever asked for the update', () => {
    const { state, effects } = says('Installed', { firmwareJob: { requestId: 7, at: NOW } });
    expect(toCsms(effects)).toEqual([statusOf('Installed'), EVENT]);
    expect(lossesOf(effects)).toEqual(['firmware-inferred']);
    expect(toCsms(says('Installed', state.station).effects)).toEqual([statusOf('Installed')]);
    expect(toCsms(says('Installed').effects)).toEqual([EVENT]);
  });

  test('comes again with the next update', () => {
    let station: Partial<StationState> = {};
    const told = ['Installed', 'Downloading', 'Installed'].flatMap((status) => {
      const { state, effects } = says(status, station);
      station = state.station ?? {};
      return toCsms(effects);
    });
    expect(told).toEqual([EVENT, EVENT]);
  });

  test('is not told where the operator does not want it, or to a CSMS that does not know it', () => {
    expect(toCsms(says('Installed', {}, { firmwareSecurityEvent: false }).effects)).toEqual([]);
    expect(toCsms(says('Installed', { lacking: ['SecurityEventNotification'] }).effects)).toEqual([]);
  });

  test('is of no other status', () => {
    for (const status of ['Downloaded', 'Installing', 'InstallationFailed'])
      expect(toCsms(says(status).effects)).toEqual([]);
  });
});
