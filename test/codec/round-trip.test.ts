import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEnvelope } from '../../src/codec/envelope.ts';
import { findOperation } from '../../src/codec/operation.ts';
import { PREFIX_PROFILES } from '../../src/codec/prefixes.ts';
import { readMessage } from '../../src/codec/read.ts';
import { decodeText } from '../../src/codec/text.ts';
import { DEFAULT_STYLE, type OutHeaders, type WriteStyle, writeMessage } from '../../src/codec/write.ts';
import { parseXml, XML_LIMITS } from '../../src/codec/xml.ts';
import { contracts } from './contracts.ts';
import { parseByLibxml, treeOf } from './libxml.ts';
import { carried, group } from './soap-values.ts';

const messages = contracts.all.flatMap((service) =>
  [...service.operations.values()].flatMap((operation) =>
    [operation.request, operation.answer].map((message) => ({ service, operation, message })),
  ),
);

const header = carried.map((text) => text.trim()).filter((text) => text !== '');
const styles: fc.Arbitrary<WriteStyle> = fc.record({
  soap: fc.constantFrom('1.1', '1.2'),
  addressing: fc.constantFrom(
    'http://www.w3.org/2005/08/addressing',
    'http://schemas.xmlsoap.org/ws/2004/08/addressing',
  ),
  declaration: fc.boolean(),
  prefixes: fc.constantFrom(...Object.values(PREFIX_PROFILES)),
});
const headers: fc.Arbitrary<OutHeaders> = fc.record(
  { action: header, messageId: header, relatesTo: header, to: header, from: header, replyTo: header },
  { requiredKeys: [] },
);

describe('what is written', () => {
  it('knows every message of the six services', () => {
    expect(messages.length).toBe(144);
  });

  it.each(
    messages.map(
      (entry) => [`${entry.service.version} ${entry.service.role} ${entry.message.element}`, entry] as const,
    ),
  )('reads back equal, and is XML to another parser: %s', (_name, { service, operation, message }) => {
    fc.assert(
      fc.property(group(message.type), headers, styles, (value, out, style) => {
        const text = writeMessage(message, value, out, style);
        const envelope = readEnvelope(decodeText(Buffer.from(text)));
        expect(envelope.soap).toBe(style.soap);
        expect(envelope.headers).toEqual(out);
        expect(envelope.body).toMatchObject({ name: message.element, namespace: message.namespace });
        expect(readMessage(envelope.body, message)).toEqual({ value, losses: [] });
        if (message === operation.request) {
          const found = findOperation(contracts, envelope.body, { role: service.role });
          expect(found).toMatchObject({ version: service.version, operation: { name: operation.name } });
        }
        expect(treeOf(parseXml(text, XML_LIMITS))).toEqual(parseByLibxml(text));
      }),
      { seed: 16, numRuns: 15 },
    );
  });

  it('is XML whatever texts it carries', () => {
    const authorize = contracts.service('1.5', 'CentralSystem').operations.get('Authorize');
    if (!authorize) throw new Error('no Authorize');
    const anything = fc
      .string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) })
      .map((text) => text.replaceAll('\ufeff', ''));
    fc.assert(
      fc.property(anything, anything, (idTag, messageId) => {
        const text = writeMessage(authorize.request, { idTag }, { messageId }, DEFAULT_STYLE);
        expect(treeOf(readEnvelope(text).body)).toEqual(parseByLibxml(text).children[1]?.children[0]);
      }),
    );
  });
});
