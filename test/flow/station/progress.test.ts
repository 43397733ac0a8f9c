import { describe, expect, test } from 'vitest';
import {
  diagnosticsStatusNotification,
  firmwareStatusNotification,
} from '../../../src/flow/station/maintenance/progress.ts';
import type { Job } from '../../../src/flow/station/state.ts';
import { exchange, NOW } from '../context.ts';
import { accepted, LINK, stationContext } from './context.ts';
import { lossesOf, toCsms, toPoint } from './valid.ts';

const DAY = 24 * 3_600_000;
const job = (change: Partial<Job> = {}): Job => ({ requestId: 7, at: NOW - 1_000, ...change });
const firmware = (status: string, state = accepted({ firmwareJob: job() }), context = stationContext()) =>
  firmwareStatusNotification.call(state, exchange('FirmwareStatusNotification', { status }), context);
const upload = (status: string, state = accepted({ logJob: job() }), context = stationContext()) =>
  diagnosticsStatusNotification.call(state, exchange('DiagnosticsStatusNotification', { status }), context);
const trigger = (message: string) => [{ message, expiresAt: NOW + 1 }];

describe('FirmwareStatusNotification', () => {
  test.each(['Downloaded', 'DownloadFailed', 'Downloading', 'InstallationFailed', 'Installing'])(
    '%s belongs to the request, and waits in the outbox',
    (status) => {
      const { effects } = firmware(status);
      expect(toCsms(effects)).toEqual([{ action: 'FirmwareStatusNotification', payload: { status, requestId: 7 } }]);
      expect(effects.map((effect) => effect.do)).toEqual(['answer', 'outbox-put']);
      expect(toPoint('FirmwareStatusNotification', effects)).toEqual({});
    },
  );

  test('of an update that nobody asked for is dropped and counted', () => {
    const { effects } = firmware('Downloading', accepted());
    expect(toCsms(effects)).toEqual([]);
    expect(lossesOf(effects)).toEqual(['progress-unasked']);
  });

  test('Idle is told only to whom has asked, without an id', () => {
    expect(toCsms(firmware('Idle').effects)).toEqual([]);
    const asked = firmware('Idle', accepted({ firmwareJob: job(), triggers: trigger('FirmwareStatusNotification') }));
    expect(toCsms(asked.effects)).toEqual([{ action: 'FirmwareStatusNotification', payload: { status: 'Idle' } }]);
    expect(asked.effects).toContainEqual(expect.objectContaining({ do: 'call-csms', own: true }));
    expect(asked.state.station?.triggers).toEqual([]);
  });

  test('Installed wants the configuration to be read again, and nothing before it does', () => {
    const read = accepted({ firmwareJob: job(), snapshotAt: NOW - 1 });
    expect(firmware('Installing', read).state.station).toMatchObject({ snapshotAt: NOW - 1 });
    expect(firmware('Installed', read).state.station).not.toHaveProperty('snapshotAt');
  });

  test('Installed keeps its id for a day, and explains the next boot', () => {
    const { state } = firmware('Installed');
    expect(state.station).toMatchObject({
      ...{ firmwareInstalledAt: NOW, lastFirmware: 'Installed' },
      firmwareJob: { requestId: 7, endedAt: NOW, status: 'Installed' },
    });
    const again = (now: number) => toCsms(firmware('Installed', state, stationContext({}, { now })).effects);
    expect(again(NOW + DAY)).toMatchObject([{ payload: { requestId: 7 } }]);
    expect(again(NOW + DAY + 1)).toEqual([]);
  });
});

describe('DiagnosticsStatusNotification', () => {
  test.each([
    ['Uploading', 'Uploading'],
    ['Uploaded', 'Uploaded'],
    ['UploadFailed', 'UploadFailure'],
  ])('%s is the log status %s', (status, told) => {
    expect(toCsms(upload(status).effects)).toEqual([
      { action: 'LogStatusNotification', payload: { status: told, requestId: 7 } },
    ]);
  });

  test('ends the upload', () => {
    expect(upload('Uploading').state.station?.logJob).toEqual({ ...job(), status: 'Uploading' });
    expect(upload('Uploaded').state.station?.logJob).toEqual({ ...job(), status: 'Uploaded', endedAt: NOW });
  });

  test('that was asked for passes while the CSMS has the charge point Pending, others wait', () => {
    const registered = { status: 'Pending', linkOpenedAt: LINK } as const;
    const asked = accepted({ registered, triggers: trigger('LogStatusNotification') });
    expect(upload('Idle', asked).effects).toContainEqual(expect.objectContaining({ do: 'call-csms', own: true }));
    const unasked = upload('Uploading', accepted({ registered, logJob: job() })).effects;
    expect(unasked.map((effect) => effect.do)).toEqual(['answer', 'outbox-put']);
  });
});
