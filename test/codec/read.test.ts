import { describe, expect, it } from 'vitest';
import { readMessage } from '../../src/codec/read.ts';
import { parseXml, XML_LIMITS } from '../../src/codec/xml.ts';
import { operation } from './contracts.ts';

function read(name: string, inner: string, version: '1.2' | '1.5' | '1.6' = '1.5', attributes = '') {
  const { request } = operation(version, 'CentralSystem', name);
  const text = `<o:${request.element} xmlns:o="${request.namespace}"${attributes}>${inner}</o:${request.element}>`;
  return readMessage(parseXml(text, XML_LIMITS), request);
}

describe('reading a message by its contract', () => {
  it('gives fields as text, groups as objects and lists as arrays, also of one entry', () => {
    const inner =
      '<o:connectorId>1</o:connectorId><o:values><o:timestamp>2024-03-09T10:15:30Z</o:timestamp>' +
      '<o:value unit="Wh" measurand="Energy.Active.Import.Register">12</o:value><o:value> 3,5 </o:value></o:values>';
    expect(read('MeterValues', inner)).toEqual({
      value: {
        connectorId: '1',
        values: [
          {
            timestamp: '2024-03-09T10:15:30Z',
            value: [{ '.': '12', '@unit': 'Wh', '@measurand': 'Energy.Active.Import.Register' }, { '.': ' 3,5 ' }],
          },
        ],
      },
      losses: [],
    });
  });

  it('reads children in any order, and lists with other children between', () => {
    const inner =
      '<o:values><o:value>1</o:value><o:timestamp>a</o:timestamp></o:values><o:connectorId>1</o:connectorId><o:values><o:value>2</o:value></o:values>';
    expect(read('MeterValues', inner).value).toEqual({
      connectorId: '1',
      values: [{ timestamp: 'a', value: [{ '.': '1' }] }, { value: [{ '.': '2' }] }],
    });
  });

  it('reads by local name, whatever the namespace', () => {
    const inner =
      '<idTag>A</idTag><x:connectorId>1</x:connectorId><meterStart xmlns="urn://Ocpp/Cp/2010/08/">5</meterStart>';
    expect(read('StartTransaction', inner)).toEqual({
      value: { idTag: 'A', connectorId: '1', meterStart: '5' },
      losses: [],
    });
  });

  it('forgives case when the right name is missing', () => {
    expect(read('Authorize', '<o:IDTag>A</o:IDTag>')).toEqual({ value: { idTag: 'A' }, losses: [] });
    expect(read('Authorize', '<o:IDTag>A</o:IDTag><o:idTag>B</o:idTag>')).toEqual({
      value: { idTag: 'B' },
      losses: ['xml-unknown'],
    });
    const inner = '<o:values><o:value Unit="Wh">1</o:value></o:values>';
    expect(read('MeterValues', inner).value['values']).toEqual([{ value: [{ '.': '1', '@unit': 'Wh' }] }]);
  });

  it('takes the first of repeated singles and counts the others', () => {
    expect(read('Authorize', '<o:idTag>A</o:idTag><o:idTag>B</o:idTag>')).toEqual({
      value: { idTag: 'A' },
      losses: ['xml-unknown'],
    });
  });

  it.each([
    ['declared', 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"'],
    ['declared under another prefix', 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="1"'],
    ['undeclared', 'xsi:nil="true"'],
    ['undeclared, as a number', 'xsi:nil=" 1 "'],
  ])('takes an element with xsi:nil for absent, its prefix %s', (_name, attribute) => {
    expect(read('StopTransaction', `<o:transactionId ${attribute}/><o:idTag>A</o:idTag>`)).toEqual({
      value: { idTag: 'A' },
      losses: [],
    });
  });

  it('reads an element with xsi:nil="false"', () => {
    expect(read('Authorize', '<o:idTag xsi:nil="false">A</o:idTag>')).toEqual({ value: { idTag: 'A' }, losses: [] });
  });

  it('keeps an empty text, and drops an empty group', () => {
    const inner =
      '<o:transactionId></o:transactionId><o:idTag/><o:transactionData/><o:transactionData><o:values/></o:transactionData>';
    expect(read('StopTransaction', inner)).toEqual({ value: { transactionId: '', idTag: '' }, losses: [] });
  });

  it('gives an empty object for an empty message', () => {
    expect(read('Heartbeat', '')).toEqual({ value: {}, losses: [] });
  });

  it('drops unknown elements, attributes and texts, and counts each', () => {
    const inner = '<o:new><o:idTag>B</o:idTag></o:new><o:idTag new="1">A</o:idTag> text <toString/>';
    expect(read('Authorize', inner, '1.5', ' new="2"')).toEqual({
      value: { idTag: 'A' },
      losses: ['xml-unknown', 'xml-unknown', 'xml-unknown', 'xml-unknown', 'xml-unknown'],
    });
  });

  it('does not count what is meant for the XML reader', () => {
    const inner = '<o:idTag xsi:type="IdToken" xml:lang="en">A</o:idTag>\n<!-- c -->\n';
    expect(read('Authorize', inner, '1.5', ' xmlns:unused="u" xsi:schemaLocation="a b"')).toEqual({
      value: { idTag: 'A' },
      losses: [],
    });
  });

  it('reads text through CDATA, comments and instructions', () => {
    expect(read('Authorize', '<o:idTag>A<![CDATA[&<]]><!-- x -->B<?y?></o:idTag>').value).toEqual({ idTag: 'A&<B' });
  });

  it('neither trims nor converts', () => {
    expect(read('Authorize', '<o:idTag>\n 007 </o:idTag>').value).toEqual({ idTag: '\n 007 ' });
  });
});

describe('XML inside a text field', () => {
  const data = (inner: string) =>
    read('DataTransfer', `<o:vendorId>V</o:vendorId><o:data>${inner}</o:data>`).value['data'];

  it.each([
    ['elements in the namespace of the message, bare', '<o:a><o:b>1</o:b></o:a><o:c/>', '<a><b>1</b></a><c/>'],
    ['elements without a namespace', '<a>1</a>', '<a>1</a>'],
    ['elements with an undeclared prefix, as they came', '<u:a x:y="1"/>', '<u:a x:y="1"/>'],
    [
      'a foreign namespace with its declaration',
      '<v:a xmlns:v="urn:v" v:k="1"><v:b/></v:a>',
      '<v:a v:k="1" xmlns:v="urn:v"><v:b/></v:a>',
    ],
    ['a foreign default namespace', '<a xmlns="urn:v"><b/><c xmlns=""/></a>', '<a xmlns="urn:v"><b/><c xmlns=""/></a>'],
    [
      'the message’s namespace within a foreign one',
      '<a xmlns="urn:v"><o:b/></a>',
      '<a xmlns="urn:v"><b xmlns=""/></a>',
    ],
    ['text beside elements, in order', 'x<o:a/>y&amp;<![CDATA[<z]]>', 'x<a/>y&amp;&lt;z'],
    ['escapes', '<o:a k="&quot;&lt;">&lt;&amp;</o:a>', '<a k="&quot;&lt;">&lt;&amp;</a>'],
    ['no white space between elements', '\n  <o:a/>\n  <o:b/>\n', '<a/><b/>'],
  ])('becomes XML text: %s', (_name, inner, want) => {
    expect(data(inner)).toBe(want);
  });

  it('leaves text that merely looks like XML or JSON as it is', () => {
    expect(data('{"at":"2024-01-01T00:00:00Z:"}')).toBe('{"at":"2024-01-01T00:00:00Z:"}');
    expect(data('&lt;a/&gt;')).toBe('<a/>');
  });
});
