import { describe, expect, it } from 'vitest';
import type { FaultCode } from '../../src/base/errors.ts';
import { readEnvelope } from '../../src/codec/envelope.ts';
import { readFault, writeFault } from '../../src/codec/fault.ts';
import { PREFIX_PROFILES } from '../../src/codec/prefixes.ts';
import { DEFAULT_STYLE } from '../../src/codec/write.ts';
import { envelope } from './envelopes.ts';
import { parseByLibxml } from './libxml.ts';

const read = (fault: string) => readFault(readEnvelope(envelope(fault)).body);
const OCPP = 'urn://Ocpp/Cs/2012/06/';

describe('reading a Fault', () => {
  it('reads the form of SOAP 1.2', () => {
    const fault =
      '<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value> o:IdentityMismatch </s:Value></s:Subcode></s:Code>' +
      '<s:Reason><s:Text xml:lang="en">\nnot me </s:Text></s:Reason><s:Detail><o:id>CP2</o:id></s:Detail></s:Fault>';
    expect(read(fault)).toEqual({ code: 'Sender', subcode: 'IdentityMismatch', reason: 'not me', detail: 'id: CP2' });
  });

  it('reads children without a namespace', () => {
    const fault =
      '<s:Fault><Code><Value>Receiver</Value><Subcode><Value>NotSupported</Value></Subcode></Code><Reason><Text>no</Text></Reason></s:Fault>';
    expect(read(fault)).toEqual({ code: 'Receiver', subcode: 'NotSupported', reason: 'no', detail: undefined });
  });

  it('reads a Fault without a sub-code, with text only', () => {
    const fault =
      '<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason>down</s:Reason><s:Detail>x</s:Detail></s:Fault>';
    expect(read(fault)).toEqual({ code: 'Receiver', subcode: undefined, reason: 'down', detail: 'x' });
  });

  it.each([
    ['a plain code', 's:Client', { code: 'Client', subcode: undefined }],
    ['a dotted code', 's:Client.ProtocolError', { code: 'Client', subcode: 'ProtocolError' }],
    ['a sub-code in its place', 'o:SecurityError', { code: 'Client', subcode: 'SecurityError' }],
    ['a sub-code of the receiver in its place', 'NotSupported', { code: 'Server', subcode: 'NotSupported' }],
    ['a code of the stack', 's:VersionMismatch', { code: 'VersionMismatch', subcode: undefined }],
  ])('reads the form of SOAP 1.1 with %s', (_name, code, want) => {
    const fault = `<s:Fault><faultcode>${code}</faultcode><faultstring>why</faultstring><detail><a><b>1</b><c>2</c></a></detail></s:Fault>`;
    expect(read(fault)).toEqual({ ...want, reason: 'why', detail: 'b: 1\nc: 2' });
  });

  it('reads an empty Fault', () => {
    expect(read('<s:Fault/>')).toEqual({ code: '', subcode: undefined, reason: '', detail: undefined });
  });

  it('sees no Fault in an answer', () => {
    expect(read('<o:resetResponse><o:status>Accepted</o:status></o:resetResponse>')).toBeUndefined();
  });
});

const CODES: readonly FaultCode[] = [
  'Sender/SecurityError',
  'Sender/IdentityMismatch',
  'Sender/ProtocolError',
  'Receiver/InternalError',
  'Receiver/NotSupported',
];

describe('writing a Fault', () => {
  it('looks like the examples of the specification', () => {
    const style = { ...DEFAULT_STYLE, declaration: false };
    expect(writeFault('Sender/ProtocolError', 'a < b', { path: 'idTag' }, OCPP, { relatesTo: '1' }, style)).toBe(
      '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing" xmlns:o="urn://Ocpp/Cs/2012/06/">' +
        '<s:Header><a:RelatesTo>1</a:RelatesTo></s:Header><s:Body><s:Fault>' +
        '<s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>o:ProtocolError</s:Value></s:Subcode></s:Code>' +
        '<s:Reason><s:Text xml:lang="en">a &lt; b</s:Text></s:Reason><s:Detail><details><path>idTag</path></details></s:Detail>' +
        '</s:Fault></s:Body></s:Envelope>',
    );
  });

  it.each(CODES)('writes %s so that it reads back, in every dress', (fault) => {
    const [code = '', subcode] = fault.split('/');
    for (const prefixes of Object.values(PREFIX_PROFILES)) {
      for (const soap of ['1.1', '1.2'] as const) {
        const text = writeFault(
          fault,
          'why & how',
          { a: 'x', b: [1] },
          OCPP,
          { action: 'f' },
          { ...DEFAULT_STYLE, soap, prefixes },
        );
        expect(() => parseByLibxml(text)).not.toThrow();
        const old = code === 'Sender' ? 'Client' : 'Server';
        const want = { code: soap === '1.1' ? old : code, subcode, reason: 'why & how', detail: 'a: x\nb: [1]' };
        const envelope = readEnvelope(text);
        expect(envelope.soap).toBe(soap);
        expect(readFault(envelope.body)).toEqual(want);
      }
    }
  });

  it('binds the prefix of the sub-code also where elements have none', () => {
    const text = writeFault(
      'Receiver/NotSupported',
      'no',
      undefined,
      OCPP,
      {},
      { ...DEFAULT_STYLE, prefixes: PREFIX_PROFILES.cxf },
    );
    expect(text).toContain(`<soap:Value xmlns:ns1="${OCPP}">ns1:NotSupported</soap:Value>`);
  });

  it.each(['1.1', '1.2'] as const)('puts one element into the detail of SOAP %s, as gSOAP can read no more', (soap) => {
    const text = writeFault('Receiver/NotSupported', 'no', { a: 'x', b: 'y' }, OCPP, {}, { ...DEFAULT_STYLE, soap });
    expect(text).toMatch(/[dD]etail><details><a>x<\/a><b>y<\/b><\/details><\/(?:s:)?[dD]etail>/);
  });

  it('makes element names of any detail names', () => {
    const text = writeFault('Receiver/NotSupported', 'no', { '1 <x>': 'y', '': null }, OCPP, {}, DEFAULT_STYLE);
    expect(readFault(readEnvelope(text).body)?.detail).toBe('_1__x_: y\n_: null');
  });
});
