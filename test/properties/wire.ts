/** SOAP messages by the thousand against the XML Schema of their WSDL: many bodies in one document, then one by one to find the bad one. */

import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import type { SoapService } from '../../src/contract/soap-contract.ts';
import { bodyValidator, schemaText } from '../contract/xsd.ts';

const BATCH = 'batchOfMessages';
/** A declared element for the batch: whatever stands in it must be declared by the schema too, and valid. */
const DECLARATION = `<x:element xmlns:x="http://www.w3.org/2001/XMLSchema" name="${BATCH}"><x:complexType><x:sequence>
  <x:any namespace="##targetNamespace" processContents="strict" minOccurs="0" maxOccurs="unbounded"/>
</x:sequence></x:complexType></x:element>`;

const ENVELOPE =
  /^(?:<\?xml[^>]*\?>\s*)?<([\w-]+):Envelope([^>]*)>[\s\S]*?<\1:Body>([\s\S]*)<\/\1:Body><\/\1:Envelope>$/;

export class Wire {
  readonly #one: (xml: string) => string[];
  readonly #namespace: string;
  readonly #many: XsdValidator;

  constructor({ wsdl, namespace }: SoapService) {
    this.#one = bodyValidator(wsdl);
    this.#namespace = namespace;
    const schema = schemaText(wsdl).replace(/<\/([\w-]+:)?schema>\s*$/, (end) => DECLARATION + end);
    this.#many = XsdValidator.fromDoc(XmlDocument.fromString(schema));
  }

  /** What is wrong with one message; empty when nothing is. */
  errors(xml: string): string[] {
    return this.#one(xml);
  }

  /** Index of the first envelope that is not valid, or -1. */
  firstBad(envelopes: readonly string[]): number {
    if (this.#allGood(envelopes)) return -1;
    const found = envelopes.findIndex((xml) => this.#one(xml).length > 0);
    if (found < 0) throw new Error('the batch is not valid, but each of its messages is');
    return found;
  }

  #allGood(envelopes: readonly string[]): boolean {
    const bodies = envelopes.map((xml) => {
      const [, , declarations = '', body] = ENVELOPE.exec(xml) ?? [];
      if (body === undefined) throw new Error(`no envelope as the bridge writes it: ${xml.slice(0, 200)}`);
      return body.replace(/^<[\w:-]+/, (start) => start + declarations.replace(/ xmlns="[^"]*"/, ''));
    });
    let document: XmlDocument | undefined;
    try {
      document = XmlDocument.fromString(`<${BATCH} xmlns="${this.#namespace}">${bodies.join('')}</${BATCH}>`);
      this.#many.validate(document);
      return true;
    } catch {
      return false;
    } finally {
      document?.dispose();
    }
  }
}
