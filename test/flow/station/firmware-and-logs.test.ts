import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import type { ChargePointState } from '../../../src/flow/state.ts';
import { NOW } from '../context.ts';
import { type Asked, judged, type Reply, refusing } from './commander.ts';
import { accepted } from './context.ts';
import { lossesOf } from './valid.ts';

const command = judged;

const empty = (): Reply => ({ answer: {} });
const PAST = '2024-03-09T09:00:00.000Z';
const firmware = (change: JsonObject = {}): JsonObject => ({
  ...{ requestId: 4, retries: 2, retryInterval: 60 },
  firmware: { location: 'ftp://host/fw.bin', retrieveDateTime: PAST, ...change },
});

describe('UpdateFirmware', () => {
  const update = (
    state: ChargePointState,
    request = firmware(),
    reply: (asked: Asked) => Reply = empty,
    settings = {},
  ) => command('UpdateFirmware', state, request, reply, settings);
  const busy = accepted({ firmwareJob: { requestId: 3, at: NOW, status: 'Downloading' } });

  test('goes down, and the statuses that come will belong to it', () => {
    const { asked, answer, station, told } = update(accepted());
    expect(asked).toEqual([
      {
        action: 'UpdateFirmware',
        payload: { location: 'ftp://host/fw.bin', retrieveDate: PAST, retries: 2, retryInterval: 60 },
      },
    ]);
    expect(answer).toEqual({ status: 'Accepted' });
    expect(station.firmwareJob).toEqual({ requestId: 4, at: NOW });
    expect(told).toEqual([]);
  });

  test('signed firmware is refused, or goes without its signature where the operator lets it', () => {
    const signed = firmware({ signature: 'c2ln', signingCertificate: 'cert' });
    const { answer } = update(accepted(), signed);
    expect(answer).toMatchObject({ status: 'Rejected', statusInfo: { reasonCode: 'UnsupportedParam' } });
    const forwarded = update(accepted(), signed, empty, { unsignedFirmware: 'forward' });
    expect(forwarded.answer).toEqual({ status: 'Accepted' });
    expect(lossesOf(forwarded.effects)).toContain('firmware-unsigned');
  });

  test.each([
    ['another is under way', busy, firmware(), 'FwUpdateInProgress'],
    ['the same is under way', busy, { ...firmware(), requestId: 3 }, 'DuplicateRequestId'],
    ['nowhere to fetch it', accepted(), firmware({ location: 'fw.bin' }), 'InvalidURL'],
  ])('is refused without asking: %s', (_why, state, request, reasonCode) => {
    const { asked, answer } = update(state, request);
    expect(asked).toEqual([]);
    expect(answer).toMatchObject({ status: 'Rejected', statusInfo: { reasonCode } });
  });

  test('takes the place of another where the operator lets it, or when that has gone silent for a day', () => {
    const { answer, station } = update(busy, firmware(), empty, { busyFirmware: 'supersede' });
    expect(answer).toEqual({ status: 'AcceptedCanceled' });
    expect(station.firmwareJob).toMatchObject({ requestId: 4 });
    const silent = accepted({ firmwareJob: { requestId: 3, at: NOW - 25 * 3_600_000, status: 'Downloading' } });
    expect(update(silent).answer).toEqual({ status: 'Accepted' });
  });

  test('that is refused is no job', () => {
    const { answer, station } = update(accepted(), firmware(), refusing('DeviceNotSupported'));
    expect(answer).toMatchObject({ status: 'Rejected', statusInfo: { reasonCode: 'UnsupportedRequest' } });
    expect(station.firmwareJob).toBeUndefined();
  });
});

describe('GetLog', () => {
  const LOG: JsonObject = {
    ...{ logType: 'DiagnosticsLog', requestId: 9, retries: 1 },
    log: { remoteLocation: 'ftp://host/logs/', oldestTimestamp: PAST },
  };
  const named = (): Reply => ({ answer: { fileName: 'diag.zip' } });
  const get = (state: ChargePointState, request = LOG, reply: (asked: Asked) => Reply = named, settings = {}) =>
    command('GetLog', state, request, reply, settings);
  const busy = accepted({ logJob: { requestId: 8, at: NOW, status: 'Uploading' } });

  test('is GetDiagnostics, and its statuses will belong to it', () => {
    const { asked, answer, station } = get(accepted());
    expect(asked).toEqual([
      { action: 'GetDiagnostics', payload: { location: 'ftp://host/logs/', startTime: PAST, retries: 1 } },
    ]);
    expect(answer).toEqual({ status: 'Accepted', filename: 'diag.zip' });
    expect(station.logJob).toEqual({ requestId: 9, at: NOW });
  });

  test('without a file there is nothing to send', () => {
    for (const answer of [{}, { fileName: '' }]) {
      const ended = get(accepted(), LOG, () => ({ answer }));
      expect(ended.answer).toMatchObject({ status: 'Rejected', statusInfo: { reasonCode: 'NotFound' } });
      expect(ended.station.logJob).toBeUndefined();
    }
  });

  test('takes the place of one that is uploading, which ends (N01)', () => {
    const { answer, told, station } = get(busy);
    expect(answer).toEqual({ status: 'AcceptedCanceled', filename: 'diag.zip' });
    expect(told).toEqual([{ action: 'LogStatusNotification', payload: { status: 'AcceptedCanceled', requestId: 8 } }]);
    expect(station.logJob).toMatchObject({ requestId: 9 });
  });

  test('an old one goes on when the new one is refused', () => {
    const { station, told } = get(busy, LOG, refusing('DeviceUncertain'));
    expect(station.logJob).toMatchObject({ requestId: 8 });
    expect(told).toEqual([]);
  });

  test.each([
    ['a security log', accepted(), { ...LOG, logType: 'SecurityLog' }, {}, 'UnsupportedParam'],
    ['the same under way', busy, { ...LOG, requestId: 8 }, {}, 'DuplicateRequestId'],
    ['another under way, as the operator wants', busy, LOG, { busyLog: 'reject' }, 'Unspecified'],
    ['nowhere to bring it', accepted(), { ...LOG, log: { remoteLocation: 'logs' } }, {}, 'InvalidURL'],
  ])('is refused without asking: %s', (_why, state, request, settings, reasonCode) => {
    const { asked, answer } = get(state, request, named, settings);
    expect(asked).toEqual([]);
    expect(answer).toMatchObject({ status: 'Rejected', statusInfo: { reasonCode } });
  });
});
