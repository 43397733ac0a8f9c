import type { SoapObject, SoapValue } from '../base/message.ts';
import type { Field, Group } from '../contract/model.ts';
import type { SoapMessage } from '../contract/soap-contract.ts';
import { innerXml } from './inner-xml.ts';
import { XML, XSI } from './namespaces.ts';
import type { XmlAttribute, XmlElement } from './xml-element.ts';

/** Reads a body element by its contract: by local name, in any order, dropping and counting what the contract does not have. */

const UNKNOWN = 'xml-unknown';

type FieldsByName = ReadonlyMap<string, Field>;
interface Plan {
  readonly elements: FieldsByName;
  readonly attributes: FieldsByName;
  /** The same, by names in lower case. */
  readonly anyCaseElements: FieldsByName;
  readonly anyCaseAttributes: FieldsByName;
}

const plans = new WeakMap<Group, Plan>();

function planOf(group: Group): Plan {
  const known = plans.get(group);
  if (known) return known;
  const elements = group.fields
    .filter(({ name }) => !name.startsWith('@'))
    .map((field) => [field.name, field] as const);
  const attributes = group.fields
    .filter(({ name }) => name.startsWith('@'))
    .map((field) => [field.name.slice(1), field] as const);
  const lower = (entries: readonly (readonly [string, Field])[]) =>
    new Map(entries.map(([name, field]) => [name.toLowerCase(), field]));
  const plan = {
    elements: new Map(elements),
    attributes: new Map(attributes),
    anyCaseElements: lower(elements),
    anyCaseAttributes: lower(attributes),
  };
  plans.set(group, plan);
  return plan;
}

/** Attributes for the XML reader itself: no part of the message, so no loss. The prefix may be undeclared. */
function isInstruction({ namespace, prefix }: XmlAttribute): boolean {
  return namespace === XSI || namespace === XML || (namespace === undefined && prefix === 'xsi');
}

/** `xsi:nil`, also without a declaration of its prefix: an element that says it is absent. */
function isNil({ attributes }: XmlElement): boolean {
  return attributes.some(({ name, namespace, value }) => {
    if (name !== 'nil' || (namespace !== undefined && namespace !== XSI)) return false;
    const word = value.trim();
    return word === 'true' || word === '1';
  });
}

function readLeaf(element: XmlElement, losses: string[]): string {
  for (const attribute of element.attributes) if (!isInstruction(attribute)) losses.push(UNKNOWN);
  return element.children.length === 0 ? element.text : innerXml(element);
}

function readValue(element: XmlElement, { type }: Field, losses: string[]): SoapValue | undefined {
  if (type.kind === 'leaf') return readLeaf(element, losses);
  const value = readGroup(element, type, losses);
  for (const _ in value) return value;
  return undefined;
}

/** Puts a child into `value`. An empty group says nothing and counts as absent; of repeated singles the first counts. */
function take(value: SoapObject, child: XmlElement, field: Field, losses: string[]): void {
  if (child.attributes.length > 0 && isNil(child)) return;
  const present = value[field.name];
  if (!field.list && present !== undefined) {
    losses.push(UNKNOWN);
    return;
  }
  const item = readValue(child, field, losses);
  if (item === undefined) return;
  if (!field.list) value[field.name] = item;
  else if (Array.isArray(present)) present.push(item);
  else value[field.name] = [item];
}

function readGroup(element: XmlElement, group: Group, losses: string[]): SoapObject {
  const plan = planOf(group);
  const value: SoapObject = {};
  for (const attribute of element.attributes) {
    const field = plan.attributes.get(attribute.name) ?? plan.anyCaseAttributes.get(attribute.name.toLowerCase());
    if (field && value[field.name] === undefined) value[field.name] = attribute.value;
    else if (!isInstruction(attribute)) losses.push(UNKNOWN);
  }
  let misspelt: XmlElement[] | undefined;
  for (const child of element.children) {
    const field = plan.elements.get(child.name);
    if (field) take(value, child, field, losses);
    else {
      misspelt ??= [];
      misspelt.push(child);
    }
  }
  // After all others: a name in another case counts only when the right one is missing.
  for (const child of misspelt ?? []) {
    const field = plan.anyCaseElements.get(child.name.toLowerCase());
    if (field) take(value, child, field, losses);
    else losses.push(UNKNOWN);
  }
  if (group.text) value['.'] = element.text;
  else if (element.text !== '' && /\S/.test(element.text)) losses.push(UNKNOWN);
  return value;
}

/**
 * The fields of `element` by the contract of `message`; texts as they stand. What is absent is missing from the value: the tables
 * know what is required. `losses` holds `xml-unknown` once for each element, attribute, text or repeated single that was dropped.
 */
export function readMessage(element: XmlElement, message: SoapMessage): { value: SoapObject; losses: string[] } {
  const losses: string[] = [];
  return { value: readGroup(element, message.type, losses), losses };
}
