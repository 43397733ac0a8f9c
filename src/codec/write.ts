import { BridgeError } from '../base/errors.ts';
import type { SoapObject, SoapValue } from '../base/message.ts';
import type { Field, Group } from '../contract/model.ts';
import type { SoapMessage } from '../contract/soap-contract.ts';
import { bodyPrefix } from './prefixes.ts';
import { type OutHeaders, type WriteStyle, writeEnvelope } from './write-envelope.ts';
import { escapeAttribute, escapeText } from './xml-text.ts';

/** Writes a message by its contract: fields in the schema's order, which several stations enforce. */

export { PREFIX_PROFILES } from './prefixes.ts';
export { DEFAULT_STYLE, type OutHeaders, type WriteStyle } from './write-envelope.ts';

/** What is written is what the tables made, so a fault here is the bridge's own. */
function fault(path: string, what: string): BridgeError {
  return new BridgeError('Internal', `cannot write ${path}: ${what}`);
}

type Write = (value: SoapValue) => string;

interface Part {
  readonly name: string;
  readonly write: Write;
  readonly required: boolean;
  readonly path: string;
}

function leafWriter(open: string, close: string, path: string): Write {
  return (value) => {
    if (typeof value !== 'string') throw fault(path, 'not a text');
    return open + escapeText(value) + close;
  };
}

function listWriter(one: Write, { min, max }: Field, path: string): Write {
  return (value) => {
    if (!Array.isArray(value)) throw fault(path, 'not a list');
    if (value.length < min || value.length > max) throw fault(path, `${value.length} entries`);
    let out = '';
    for (const item of value) out += one(item);
    return out;
  };
}

function attributePart({ name, min }: Field, path: string): Part {
  const start = ` ${name.slice(1)}="`;
  const write: Write = (value) => {
    if (typeof value !== 'string') throw fault(path, 'not a text');
    return `${start}${escapeAttribute(value)}"`;
  };
  return { name, write, required: min > 0, path };
}

function elementPart(field: Field, prefix: string, path: string): Part {
  const tag = prefix + field.name;
  const one =
    field.type.kind === 'leaf'
      ? leafWriter(`<${tag}>`, `</${tag}>`, path)
      : groupWriter(tag, '', field.type, prefix, path);
  return { name: field.name, write: field.list ? listWriter(one, field, path) : one, required: field.min > 0, path };
}

function writeParts(parts: readonly Part[], value: SoapObject): string {
  let out = '';
  for (const { name, write, required, path } of parts) {
    const inner = value[name];
    if (inner !== undefined) out += write(inner);
    else if (required) throw fault(path, 'required, but missing');
  }
  return out;
}

/** `declaration` goes into the start tag before the attributes. */
function groupWriter(tag: string, declaration: string, group: Group, prefix: string, path: string): Write {
  const attributes: Part[] = [];
  const elements: Part[] = [];
  for (const field of group.fields) {
    const at = `${path}.${field.name}`;
    if (field.name.startsWith('@')) attributes.push(attributePart(field, at));
    else elements.push(elementPart(field, prefix, at));
  }
  const known = new Set(group.fields.map(({ name }) => name));
  if (group.text) known.add('.');
  const text = group.text ? leafWriter('', '', `${path}.`) : undefined;
  const open = `<${tag}${declaration}`;
  const close = `</${tag}>`;
  return (value) => {
    if (typeof value !== 'object' || Array.isArray(value)) throw fault(path, 'not an object');
    for (const name in value) if (!known.has(name)) throw fault(`${path}.${name}`, 'the contract has no such field');
    let content = writeParts(elements, value);
    if (text) {
      const own = value['.'];
      if (own === undefined) throw fault(path, 'its text is missing');
      content = text(own) + content;
    }
    const start = attributes.length === 0 ? open : open + writeParts(attributes, value);
    return content === '' ? `${start}/>` : `${start}>${content}${close}`;
  };
}

const writers = new WeakMap<SoapMessage, Map<string, Write>>();

/** Compiled on first use, once for each prefix. */
function writerFor(message: SoapMessage, prefix: string): Write {
  const known = writers.get(message)?.get(prefix);
  if (known) return known;
  const { element, namespace, type } = message;
  const q = prefix === '' ? '' : `${prefix}:`;
  const declaration = prefix === '' ? ` xmlns="${escapeAttribute(namespace)}"` : '';
  const write = groupWriter(q + element, declaration, type, q, element);
  const all = writers.get(message) ?? new Map<string, Write>();
  writers.set(message, all.set(prefix, write));
  return write;
}

/**
 * The SOAP message that carries `value`. Characters that XML 1.0 cannot carry are dropped. Throws `Internal`, naming the path, when a
 * required field is missing, a field is unknown to the contract or has the wrong shape.
 */
export function writeMessage(message: SoapMessage, value: SoapObject, headers: OutHeaders, style: WriteStyle): string {
  const body = writerFor(message, bodyPrefix(style.prefixes, message.namespace))(value);
  return writeEnvelope(body, message.namespace, headers, style);
}
