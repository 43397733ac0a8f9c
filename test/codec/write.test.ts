import { describe, expect, it } from 'vitest';
import type { SoapObject } from '../../src/base/message.ts';
import { readEnvelope } from '../../src/codec/envelope.ts';
import { PREFIX_PROFILES } from '../../src/codec/prefixes.ts';
import { DEFAULT_STYLE, type OutHeaders, type WriteStyle, writeMessage } from '../../src/codec/write.ts';
import { caught } from './caught.ts';
import { operation } from './contracts.ts';
import { parseByLibxml } from './libxml.ts';

const PLAIN: WriteStyle = { ...DEFAULT_STYLE, declaration: false };
const start = operation('1.5', 'CentralSystem', 'StartTransaction');
const meter = operation('1.5', 'CentralSystem', 'MeterValues');
const reset = operation('1.5', 'ChargePoint', 'Reset');

const ALL: OutHeaders = {
  action: '/Reset',
  messageId: 'urn:uuid:1',
  to: 'http://10.0.0.7/',
  from: 'http://bridge/?a&b',
  replyTo: 'anonymous',
  identity: { namespace: reset.request.namespace, value: 'CP<1>' },
};

const bodyOf = (text: string) => /<s:Body>(.*)<\/s:Body>/s.exec(text)?.[1];

describe('writing a message', () => {
  it('looks like the examples of the specification', () => {
    const headers = {
      action: '/StartTransactionResponse',
      messageId: 'urn:uuid:2',
      relatesTo: 'urn:uuid:1',
      to: 'anonymous',
    };
    expect(
      writeMessage(start.answer, { transactionId: '17', idTagInfo: { status: 'Accepted' } }, headers, DEFAULT_STYLE),
    ).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing" xmlns:o="urn://Ocpp/Cs/2012/06/">' +
        '<s:Header><a:Action>/StartTransactionResponse</a:Action><a:MessageID>urn:uuid:2</a:MessageID>' +
        '<a:RelatesTo>urn:uuid:1</a:RelatesTo><a:To>anonymous</a:To></s:Header>' +
        '<s:Body><o:startTransactionResponse><o:transactionId>17</o:transactionId>' +
        '<o:idTagInfo><o:status>Accepted</o:status></o:idTagInfo></o:startTransactionResponse></s:Body></s:Envelope>',
    );
  });

  it('writes fields in the order of the schema, not of the value', () => {
    const value = { meterStart: '5', timestamp: 't', connectorId: '1', reservationId: '9', idTag: 'A' };
    expect(bodyOf(writeMessage(start.request, value, {}, PLAIN))).toBe(
      '<o:startTransactionRequest><o:connectorId>1</o:connectorId><o:idTag>A</o:idTag><o:timestamp>t</o:timestamp>' +
        '<o:meterStart>5</o:meterStart><o:reservationId>9</o:reservationId></o:startTransactionRequest>',
    );
  });

  it('writes lists, attributes and their text', () => {
    const value = {
      connectorId: '1',
      values: [{ timestamp: 't', value: [{ '.': '1', '@unit': 'W"h' }, { '.': '2' }] }],
    };
    expect(bodyOf(writeMessage(meter.request, value, {}, PLAIN))).toBe(
      '<o:meterValuesRequest><o:connectorId>1</o:connectorId><o:values><o:timestamp>t</o:timestamp>' +
        '<o:value unit="W&quot;h">1</o:value><o:value>2</o:value></o:values></o:meterValuesRequest>',
    );
  });

  it('writes an empty answer as its element', () => {
    expect(bodyOf(writeMessage(meter.answer, {}, {}, PLAIN))).toBe('<o:meterValuesResponse/>');
  });

  it('leaves out the Header when there are no headers, and WS-Addressing when the style has none', () => {
    expect(writeMessage(meter.answer, {}, {}, PLAIN)).not.toMatch(/Header|addressing/);
    expect(writeMessage(meter.answer, {}, { action: 'x' }, { ...PLAIN, addressing: undefined })).not.toMatch(
      /Header|addressing/,
    );
  });

  it('drops characters that XML cannot carry, and writes no reference to them', () => {
    const text = 'a\0b\x1bc\ud800d\uffffe\u{1F600}\r\n\t';
    expect(
      bodyOf(writeMessage(operation('1.5', 'CentralSystem', 'Authorize').request, { idTag: text }, {}, PLAIN)),
    ).toContain('<o:idTag>abcde\u{1F600}&#13;\n\t</o:idTag>');
  });

  it('writes SOAP 1.1 and the WS-Addressing draft when the style says so', () => {
    const draft = 'http://schemas.xmlsoap.org/ws/2004/08/addressing';
    const text = writeMessage(reset.request, { type: 'Hard' }, ALL, { ...PLAIN, soap: '1.1', addressing: draft });
    expect(readEnvelope(text)).toMatchObject({ soap: '1.1', addressing: draft });
  });

  it.each(Object.entries(PREFIX_PROFILES))('says the same under the prefixes of profile %s', (_name, prefixes) => {
    const text = writeMessage(reset.request, { type: 'Hard' }, ALL, { ...DEFAULT_STYLE, prefixes });
    expect(parseByLibxml(text)).toEqual(
      parseByLibxml(writeMessage(reset.request, { type: 'Hard' }, ALL, DEFAULT_STYLE)),
    );
    const { identity, ...rest } = ALL;
    expect(readEnvelope(text).headers).toEqual({ ...rest, chargeBoxIdentity: identity?.value });
  });

  it('writes the prefixes that a profile names', () => {
    const withProfile = (prefixes: WriteStyle['prefixes']) =>
      writeMessage(reset.request, { type: 'Hard' }, ALL, { ...PLAIN, prefixes });
    expect(withProfile(PREFIX_PROFILES.soapenv)).toMatch(/<soapenv:Body><ns1:resetRequest><ns1:type>Hard/);
    expect(withProfile(PREFIX_PROFILES.cxf)).toMatch(
      /<soap:Body><resetRequest xmlns="urn:\/\/Ocpp\/Cp\/2012\/06\/"><type>Hard/,
    );
    expect(withProfile(PREFIX_PROFILES.gsoap)).toMatch(/<SOAP-ENV:Body><cp:resetRequest><cp:type>Hard/);
  });

  it('writes an identity in another namespace than the message’s with its own declaration', () => {
    const text = writeMessage(
      reset.request,
      { type: 'Hard' },
      { identity: { namespace: 'urn:x', value: 'CP1' } },
      PLAIN,
    );
    expect(text).toContain('<chargeBoxIdentity xmlns="urn:x">CP1</chargeBoxIdentity>');
  });

  const good: SoapObject = { transactionId: '17', idTagInfo: { status: 'Accepted' } };
  it.each([
    [
      'a missing field',
      { idTagInfo: { status: 'Accepted' } },
      'startTransactionResponse.transactionId: required, but missing',
    ],
    [
      'a missing inner field',
      { ...good, idTagInfo: {} },
      'startTransactionResponse.idTagInfo.status: required, but missing',
    ],
    ['an unknown field', { ...good, status: 'x' }, 'startTransactionResponse.status: the contract has no such field'],
    [
      'an unknown inner field',
      { ...good, idTagInfo: { status: 'x', a: '' } },
      'startTransactionResponse.idTagInfo.a: the contract',
    ],
    ['an object for a text', { ...good, transactionId: {} }, 'startTransactionResponse.transactionId: not a text'],
    ['a text for an object', { ...good, idTagInfo: 'x' }, 'startTransactionResponse.idTagInfo: not an object'],
    ['a list for an object', { ...good, idTagInfo: [] }, 'startTransactionResponse.idTagInfo: not an object'],
  ])('refuses %s, naming the path', (_name, value, reason) => {
    const error = caught(() => writeMessage(start.answer, value, {}, PLAIN));
    expect(error.code).toBe('Internal');
    expect(error.message).toContain(reason);
  });

  it.each([
    [
      'a list with too few entries',
      { connectorId: '1', values: [{ timestamp: 't', value: [] }] },
      'values.value: 0 entries',
    ],
    ['no list', { connectorId: '1', values: {} }, 'values: not a list'],
    [
      'a text that is missing',
      { connectorId: '1', values: [{ timestamp: 't', value: [{ '@unit': 'Wh' }] }] },
      'text is missing',
    ],
  ])('refuses %s', (_name, value, reason) => {
    expect(caught(() => writeMessage(meter.request, value, {}, PLAIN)).message).toContain(reason);
  });
});
