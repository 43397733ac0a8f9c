import { describe, expect, it } from 'vitest';
import { readEnvelope } from '../../src/codec/envelope.ts';
import { caught, codeOf } from './caught.ts';
import { envelope, SAMPLE } from './envelopes.ts';

const WSA = 'http://www.w3.org/2005/08/addressing';
const headersOf = (headers: string) => readEnvelope(envelope('<o:heartbeatRequest/>', headers)).headers;

describe('reading an envelope', () => {
  it('gives the SOAP and WS-Addressing versions, the headers and the body element', () => {
    const read = readEnvelope(SAMPLE);
    expect(read).toMatchObject({ soap: '1.2', addressing: WSA, body: { name: 'stopTransactionRequest' } });
    expect(read.headers).toEqual({
      chargeBoxIdentity: 'CP-0001',
      messageId: 'urn:uuid:1b4e28ba',
      from: 'http://10.0.0.7:8080/?a=1&b=2',
      action: '/StopTransaction',
    });
  });

  it('reads SOAP 1.1 without WS-Addressing', () => {
    const text =
      '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><heartbeatRequest xmlns="urn://Ocpp/Cs/2012/06/"/></e:Body></e:Envelope>';
    expect(readEnvelope(text)).toMatchObject({ soap: '1.1', addressing: undefined, headers: {} });
  });

  it('reads a message without any Header', () => {
    const text =
      '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><resetResponse/></e:Body></e:Envelope>';
    expect(readEnvelope(text)).toMatchObject({ addressing: undefined, headers: {}, body: { name: 'resetResponse' } });
  });

  it('tells the WS-Addressing draft of 2004, to be answered alike', () => {
    const draft = 'http://schemas.xmlsoap.org/ws/2004/08/addressing';
    const read = readEnvelope(envelope('<x/>', `<w:MessageID xmlns:w="${draft}">1</w:MessageID>`));
    expect(read).toMatchObject({ addressing: draft, headers: { messageId: '1' } });
  });

  it('takes an Envelope with an undeclared prefix for SOAP 1.2', () => {
    expect(readEnvelope('<s:Envelope><s:Body><x/></s:Body></s:Envelope>')).toMatchObject({ soap: '1.2' });
  });

  it('takes the first of several elements in the Body', () => {
    expect(readEnvelope(envelope('<!-- c --><one/><two/>')).body.name).toBe('one');
  });

  it.each([
    ['the right namespace', '<o:chargeBoxIdentity>CP1</o:chargeBoxIdentity>'],
    [
      'the namespace of the other service',
      '<c:chargeBoxIdentity xmlns:c="urn://Ocpp/Cp/2012/06/">CP1</c:chargeBoxIdentity>',
    ],
    ['the WS-Addressing namespace', '<a:chargeBoxIdentity>CP1</a:chargeBoxIdentity>'],
    ['no namespace', '<chargeBoxIdentity>CP1</chargeBoxIdentity>'],
    ['an undeclared prefix', '<u:chargeBoxIdentity>CP1</u:chargeBoxIdentity>'],
    ['another case', '<o:ChargeBoxidentity>CP1</o:ChargeBoxidentity>'],
    ['attributes', '<o:chargeBoxIdentity s:mustUnderstand="true" x:Id="1">CP1</o:chargeBoxIdentity>'],
    ['blanks around', '<o:chargeBoxIdentity>\n  CP1\t</o:chargeBoxIdentity>'],
    ['CDATA', '<o:chargeBoxIdentity><![CDATA[CP1]]></o:chargeBoxIdentity>'],
    ['an empty one before', '<o:chargeBoxIdentity/><o:chargeBoxIdentity>CP1</o:chargeBoxIdentity>'],
    [
      'another one behind',
      '<o:chargeBoxIdentity>CP1</o:chargeBoxIdentity><a:chargeBoxIdentity>CP2</a:chargeBoxIdentity>',
    ],
  ])('finds the identity with %s', (_name, header) => {
    expect(headersOf(header)).toEqual({ chargeBoxIdentity: 'CP1' });
  });

  it('keeps an identity as it is, whatever it holds', () => {
    expect(headersOf('<o:chargeBoxIdentity>00:80:F4:42_a/b*&amp;</o:chargeBoxIdentity>').chargeBoxIdentity).toBe(
      '00:80:F4:42_a/b*&',
    );
  });

  it('does not take an identity in the WS-Addressing namespace for WS-Addressing', () => {
    expect(readEnvelope(envelope('<x/>', '<a:chargeBoxIdentity>CP1</a:chargeBoxIdentity>')).addressing).toBeUndefined();
  });

  it('takes headers without a namespace for WS-Addressing 1.0', () => {
    const read = readEnvelope(envelope('<x/>', '<action>/Heartbeat</action><MessageId>7230</MessageId>'));
    expect(read).toMatchObject({ addressing: WSA, headers: { action: '/Heartbeat', messageId: '7230' } });
  });

  it.each([
    ['an address', '<a:From><a:Address>http://h/</a:Address></a:From>'],
    ['an address among blanks', '<a:From>\n<a:Address>\n http://h/\n</a:Address>\n</a:From>'],
    ['bare text', '<a:From>http://h/</a:From>'],
    ['an address and more', '<a:From><a:Metadata>x</a:Metadata><a:Address>http://h/</a:Address></a:From>'],
  ])('reads From with %s', (_name, header) => {
    expect(headersOf(header)).toEqual({ from: 'http://h/' });
    expect(headersOf(header.replaceAll('a:From', 'a:ReplyTo'))).toEqual({ replyTo: 'http://h/' });
  });

  it('takes an empty header for an absent one', () => {
    expect(headersOf('<a:From><a:Address/></a:From><a:MessageID> </a:MessageID><a:To/>')).toEqual({});
  });

  it('trims line breaks around ids and addresses', () => {
    expect(
      headersOf('<a:MessageID>\n urn:uuid:1\n</a:MessageID><a:To>\nhttp://h/\n</a:To><a:RelatesTo> 2 </a:RelatesTo>'),
    ).toEqual({
      messageId: 'urn:uuid:1',
      to: 'http://h/',
      relatesTo: '2',
    });
  });

  it('ignores headers that are none of its business, also with mustUnderstand', () => {
    expect(
      headersOf(
        '<r:Sequence xmlns:r="u" s:mustUnderstand="1"><r:Id>1</r:Id></r:Sequence><a:FaultTo><a:Address>x</a:Address></a:FaultTo>',
      ),
    ).toEqual({});
  });
});

describe('refusing what is no envelope', () => {
  const soap = 'xmlns:s="http://www.w3.org/2003/05/soap-envelope"';
  it.each([
    ['an HTML page', '<!DOCTYPE html>\n<html><body><br></body></html>', /HTML page/],
    ['an HTML page without document type', '\n<HTML><p>', /HTML page/],
    ['an XHTML page', '<?xml version="1.0"?>\n<!-- x -->\n<html xmlns="http://www.w3.org/1999/xhtml"/>', /HTML page/],
    ['another root', '<definitions/>', /<definitions>/],
    ['a message without its envelope', '<heartbeatRequest xmlns="urn://Ocpp/Cs/2012/06/"/>', /<heartbeatRequest>/],
    ['another Envelope', '<Envelope xmlns="urn:x"/>', /namespace urn:x/],
    ['no Body', `<s:Envelope ${soap}><s:Header/></s:Envelope>`, /no Body/],
    ['an empty Body', `<s:Envelope ${soap}><s:Body> <!-- --> </s:Body></s:Envelope>`, /Body is empty/],
    ['text in the Body', `<s:Envelope ${soap}><s:Body>OK</s:Body></s:Envelope>`, /Body is empty/],
  ])('says what is wrong with %s', (_name, text, reason) => {
    const error = caught(() => readEnvelope(text));
    expect(error.code).toBe('NotSoap');
    expect(error.message).toMatch(reason);
  });

  it('says that JSON is not XML', () => {
    expect(codeOf(() => readEnvelope('[2,"1","Heartbeat",{}]'))).toBe('NotXml');
  });
});
