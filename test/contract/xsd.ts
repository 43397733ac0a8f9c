/** A second opinion on SOAP bodies: libxml2 with the XML Schema inside a WSDL. */

import { XmlDocument, XmlElement, XmlValidateError, XsdValidator } from 'libxml2-wasm';

const NAMESPACES = {
  xs: 'http://www.w3.org/2001/XMLSchema',
  wsdl: 'http://schemas.xmlsoap.org/wsdl/',
  soap12: 'http://www.w3.org/2003/05/soap-envelope',
  soap11: 'http://schemas.xmlsoap.org/soap/envelope/',
};

/** Errors of one message, readable lines; empty when it is valid. */
export type BodyValidator = (xml: string) => string[];

/**
 * Makes a validator from the text of a service's WSDL (`SoapService.wsdl`).
 *
 * The validator takes XML text: a body element alone, or a whole SOAP envelope, of which it checks what is in the Body.
 * It returns one line per error, and none when the message is valid; text that is not well-formed is an error too. A
 * body element that the schema does not declare is an error ("No matching global declaration"), so a message in the
 * namespace of another version or role never passes unnoticed.
 *
 * Make it once per service and keep it: building costs milliseconds, validating microseconds. It reads the schema whose
 * target namespace is the WSDL's and follows no imports.
 *
 * @example
 * const errors = bodyValidator(contracts.service('1.5', 'CentralSystem').wsdl);
 * expect(errors('<heartbeatRequest xmlns="urn://Ocpp/Cs/2012/06/"/>')).toEqual([]);
 */
export function bodyValidator(wsdl: string): BodyValidator {
  const schema = XmlDocument.fromString(schemaText(wsdl));
  // Lives as long as the test process: libxml2's memory is not collected, and there are six of these.
  const validator = XsdValidator.fromDoc(schema);
  return (xml) => errorsOf(validator, xml);
}

/** The text of the schema that a WSDL holds for its own target namespace, with the prefixes it inherits. */
export function schemaText(wsdl: string): string {
  const document = XmlDocument.fromString(wsdl);
  try {
    const namespace = document.root.attr('targetNamespace')?.value ?? '';
    const schema = document
      .find('/wsdl:definitions/wsdl:types/xs:schema', NAMESPACES)
      .find((node) => node instanceof XmlElement && node.attr('targetNamespace')?.value === namespace);
    if (!(schema instanceof XmlElement)) throw new Error(`the WSDL holds no schema of "${namespace}"`);
    const own = schema.nsDeclarations;
    for (const [prefix, uri] of Object.entries(document.root.nsDeclarations)) {
      if (!Object.hasOwn(own, prefix)) schema.addNsDeclaration(uri, prefix);
    }
    return schema.toString();
  } finally {
    document.dispose();
  }
}

function errorsOf(validator: XsdValidator, xml: string): string[] {
  let document: XmlDocument | undefined;
  try {
    document = XmlDocument.fromString(xml);
    validator.validate(bodyDocument(document));
    return [];
  } catch (error) {
    if (error instanceof XmlValidateError) return error.details.map(({ message }) => message.trim());
    return [error instanceof Error ? error.message.trim() : String(error)];
  } finally {
    document?.dispose();
  }
}

/** The element inside an envelope's Body; anything else is taken for a body element. */
function bodyDocument(document: XmlDocument): XmlElement {
  if (document.root.name !== 'Envelope') return document.root;
  const body = document.get('/soap12:Envelope/soap12:Body/* | /soap11:Envelope/soap11:Body/*', NAMESPACES);
  if (!(body instanceof XmlElement)) throw new Error('the envelope has no body element');
  return body;
}
