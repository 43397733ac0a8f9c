import type { XmlElement } from './xml-element.ts';
import type { XmlLimits } from './xml-guard.ts';
import { readStrictly } from './xml-strict.ts';
import { readTolerantly } from './xml-tolerant.ts';

/**
 * XML text to plain elements, by two readers. The strict one, made for speed, reads what keeps to the rules and declines all other.
 * The tolerant one, fast-xml-parser behind a guard, reads or refuses that. Whatever both accept they read alike, so the first
 * changes nothing but the time it takes.
 */

/** An OCPP message is 8 deep; the largest local list of 1.5 has some 10 000 elements. */
export const XML_LIMITS: XmlLimits = { maxDepth: 32, maxElements: 100_000, maxAttributes: 64 };

/**
 * Reads one document. Prefixes need not be declared, a raw `&` is text, white space may precede the declaration.
 * Throws `MalformedXml` (with line and column), `ForbiddenXml` (DOCTYPE, any other declaration, any entity that is not
 * predefined), `XmlTooComplex`, `NotXml`, `EmptyBody`.
 */
export function parseXml(text: string, limits: XmlLimits): XmlElement {
  return readStrictly(text, limits) ?? readTolerantly(text, limits);
}
