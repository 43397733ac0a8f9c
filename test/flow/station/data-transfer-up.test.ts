import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import { dataTransfer } from '../../../src/flow/station/display/data-transfer-up.ts';
import type { StationSettings } from '../../../src/flow/station/settings.ts';
import { exchange } from '../context.ts';
import { accepted, stationContext } from './context.ts';
import { lossesOf, toCsms, toPoint } from './valid.ts';

const call = (request: JsonObject, settings: Partial<StationSettings> = {}) =>
  dataTransfer.call(accepted(), exchange('DataTransfer', request), stationContext(settings)).effects;
const VENDOR = { vendorId: 'ABL', messageId: 'limits', data: '{"a":1}' };
const PNC = 'org.openchargealliance.iso15118pnc';

describe('DataTransfer of a charge point', () => {
  test('keeps its data as the text it is', () => {
    expect(toCsms(call(VENDOR))).toEqual([{ action: 'DataTransfer', payload: VENDOR }]);
  });

  test('hands on the JSON inside where the operator says so, and what is none as text', () => {
    const parsed = call(VENDOR, { dataTransferData: 'parseJson' });
    expect(toCsms(parsed)[0]?.payload['data']).toEqual({ a: 1 });
    const text = call({ ...VENDOR, data: '{a' }, { dataTransferData: 'parseJson' });
    expect(toCsms(text)[0]?.payload['data']).toBe('{a');
  });

  test('brings back text, whatever the CSMS answers', () => {
    const answer = { status: 'Accepted', data: { a: [1] }, statusInfo: { reasonCode: 'x' } };
    const { effects = [] } =
      dataTransfer.answered?.(accepted(), exchange('DataTransfer', VENDOR), answer, stationContext()) ?? {};
    expect(toPoint('DataTransfer', effects)).toEqual({ status: 'Accepted', data: '{"a":[1]}' });
    expect(lossesOf(effects).sort()).toEqual(['data-json', 'status-info']);
  });

  test.each([
    ['CsmsNotSupported', 'UnknownVendorId', 'callerror-ok'],
    ['CsmsInternalError', 'UnknownVendorId', 'callerror-ok'],
    ['CsmsAway', 'Rejected', 'offline-local'],
  ] as const)('that ends in %s is answered %s', (code, status, loss) => {
    const refusal = { code, reason: '' };
    const { effects } = dataTransfer.refused(accepted(), exchange('DataTransfer', VENDOR), refusal, stationContext());
    expect(toPoint('DataTransfer', effects)).toEqual({ status });
    expect(lossesOf(effects)).toEqual([loss]);
  });

  test('about an unplugged cable is for nobody', () => {
    const effects = call({ vendorId: 'org.openchargealliance.costmsg', messageId: 'ConnectorUnplugged' });
    expect(toCsms(effects)).toEqual([]);
    expect(toPoint('DataTransfer', effects)).toEqual({ status: 'Accepted' });
  });
});

describe('a message of 2.0.1 inside DataTransfer', () => {
  const inside = { idToken: { idToken: 'DE-ABC-C12345678', type: 'eMAID' } };
  const wrapped = { vendorId: PNC, messageId: 'Authorize', data: JSON.stringify(inside) };

  test('goes up as itself, and its answer comes back as text', () => {
    expect(toCsms(call(wrapped))).toEqual([{ action: 'Authorize', payload: inside }]);
    const answer = { idTokenInfo: { status: 'Accepted' } };
    const { effects = [] } =
      dataTransfer.answered?.(accepted(), exchange('DataTransfer', wrapped), answer, stationContext()) ?? {};
    expect(toPoint('DataTransfer', effects)).toEqual({ status: 'Accepted', data: JSON.stringify(answer) });
  });

  test('stays inside where the operator says so, or when 1.6 does not wrap it', () => {
    expect(toCsms(call(wrapped, { plugAndCharge: false }))).toMatchObject([{ action: 'DataTransfer' }]);
    expect(toCsms(call({ ...wrapped, messageId: 'TransactionEvent' }))).toMatchObject([{ action: 'DataTransfer' }]);
  });

  test.each(['{', '[]', 'null', '7'])('that cannot be read is rejected: %s', (data) => {
    const effects = call({ ...wrapped, data });
    expect(toCsms(effects)).toEqual([]);
    expect(toPoint('DataTransfer', effects)).toEqual({ status: 'Rejected' });
  });
});
