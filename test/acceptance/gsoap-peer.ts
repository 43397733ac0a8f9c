/** A charge point made of gSOAP, one process for each version, which is told what to do line by line. */

import { XmlDocument, XmlElement, XmlText } from 'libxml2-wasm';
import { SOAP_VERSIONS, type SoapVersion } from '../../src/base/message.ts';
import type { GsoapWorkshop } from './gsoap-workshop.ts';
import {
  type Addressing,
  type Heard,
  isFault,
  type Message,
  type Peer,
  PeerFault,
  type ReadFault,
  type Surroundings,
} from './peer.ts';
import { Script } from './script.ts';

const DATES: Readonly<Record<SoapVersion, string>> = { '1.2': '2010/08', '1.5': '2012/06', '1.6': '2015/10' };

/** What the program says of an exchange; what was absent is absent. */
interface Line {
  readonly trouble?: string;
  readonly code?: string;
  readonly subcode?: string;
  readonly reason?: string;
  /** The body element as gSOAP read it. */
  readonly body?: string;
  readonly call?: string;
  readonly identity?: string;
  readonly action?: string;
  readonly messageId?: string;
  readonly relatesTo?: string;
  readonly to?: string;
  readonly sentId?: string;
  readonly sent?: string;
  readonly raw?: string;
  readonly answered?: string;
  readonly heard?: readonly Line[];
}

interface Station {
  readonly script: Script;
  /** Fields that are lists: `parent/field`. */
  readonly lists: ReadonlySet<string>;
}

export async function openGsoap(workshop: GsoapWorkshop, around: Surroundings): Promise<Peer> {
  const stations = new Map<SoapVersion, Station>();
  await Promise.all(
    SOAP_VERSIONS.map(async (version) => {
      const { program, lists } = await workshop.station(version, around);
      stations.set(version, { script: new Script(program, [around.soapUrl]), lists });
    }),
  );
  const of = (version: SoapVersion): Station => {
    const station = stations.get(version);
    if (!station) throw new RangeError(version);
    return station;
  };
  const tell = async (version: SoapVersion, ...fields: string[]): Promise<Line> => {
    const line = (await of(version).script.tell(fields.join('\t'))) as Line;
    if (line.trouble !== undefined) throw new Error(`gSOAP: ${JSON.stringify(line)}`);
    return line;
  };
  return {
    name: 'gSOAP',
    wholeSeconds: true,
    async call(version, identity, action, payload, { element } = {}) {
      const message = xmlOf(`urn://Ocpp/Cs/${DATES[version]}/`, `${lowerFirst(action)}Request`, payload);
      const line = await tell(version, 'call', identity, action, message, ...(element === undefined ? [] : [element]));
      if (line.code !== undefined) throw new PeerFault(faultIn(line));
      const { sentId = '', sent = '', raw = '' } = line;
      return {
        payload: payloadIn(line, of(version).lists),
        addressing: addressingIn(line),
        sentId,
        sent: envelopeIn(sent),
        raw: envelopeIn(raw),
      };
    },
    async answer(version, action, reply) {
      if (isFault(reply)) await tell(version, 'answer', action, reply.code, reply.subcode, reply.reason);
      else
        await tell(
          version,
          'answer',
          action,
          xmlOf(`urn://Ocpp/Cp/${DATES[version]}/`, `${lowerFirst(action)}Response`, reply),
        );
    },
    async heard() {
      const all = await Promise.all(
        SOAP_VERSIONS.map(async (version) => {
          const { heard = [] } = await tell(version, 'heard');
          return heard.map((line) => heardIn(line, of(version).lists));
        }),
      );
      return all.flat();
    },
    async close() {
      await Promise.all([...stations.values()].map(({ script }) => script.end()));
    },
  };
}

function heardIn(line: Line, lists: ReadonlySet<string>): Heard {
  const { trouble, call: action = '', identity = '', raw = '', answered = '' } = line;
  if (trouble !== undefined) throw new Error(`gSOAP cannot read what the bridge wrote: ${trouble}\n${raw}`);
  const addressing = addressingIn(line);
  return {
    action,
    identity,
    payload: payloadIn(line, lists),
    addressing,
    raw: envelopeIn(raw),
    answered: envelopeIn(answered),
  };
}

function addressingIn({ action, messageId, relatesTo, to }: Line): Addressing {
  return {
    ...(action !== undefined && { action }),
    ...(messageId !== undefined && { messageId }),
    ...(relatesTo !== undefined && { relatesTo }),
    ...(to !== undefined && { to }),
  };
}

function faultIn({ code = '', subcode = '', reason = '' }: Line): ReadFault {
  return { code: local(code), subcode: local(subcode), reason };
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** The envelope of a message with its HTTP head. */
function envelopeIn(message: string): string {
  return message.slice(Math.max(0, message.indexOf('<')));
}

/** A body element on one line. */
function xmlOf(namespace: string, name: string, message: Message): string {
  return element(name, message, ` xmlns="${namespace}"`);
}

function element(name: string, value: unknown, declared = ''): string {
  if (Array.isArray(value)) return value.map((one) => element(name, one, declared)).join('');
  if (typeof value !== 'object' || value === null) return `<${name}${declared}>${escaped(String(value))}</${name}>`;
  const pairs = Object.entries(value);
  const attributes = pairs.flatMap(([key, one]) =>
    key.startsWith('@') ? [` ${key.slice(1)}="${escaped(String(one))}"`] : [],
  );
  const inner = pairs.map(([key, one]) =>
    key === '.' ? escaped(String(one)) : key.startsWith('@') ? '' : element(key, one),
  );
  return `<${name}${declared}${attributes.join('')}>${inner.join('')}</${name}>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"\t\r\n]/g, (char) => `&#${char.charCodeAt(0)};`);
}

function payloadIn({ body }: Line, lists: ReadonlySet<string>): Message {
  if (body === undefined) return {};
  const document = XmlDocument.fromString(body);
  try {
    const read = readFrom(document.root, lists);
    return typeof read === 'string' ? {} : read;
  } finally {
    document.dispose();
  }
}

function readFrom(node: XmlElement, lists: ReadonlySet<string>): string | Message {
  const result: Record<string, unknown> = {};
  for (const attribute of node.attrs) result[`@${attribute.name}`] = attribute.value;
  let text = '';
  for (let child = node.firstChild; child; child = child.next) {
    if (child instanceof XmlText) text += child.content;
    if (!(child instanceof XmlElement)) continue;
    const value = readFrom(child, lists);
    const before = (result[child.name] as unknown[] | undefined) ?? [];
    result[child.name] = lists.has(`${node.name}/${child.name}`) ? [...before, value] : value;
  }
  if (Object.keys(result).length === 0) return text;
  return text.trim() === '' ? result : { ...result, '.': text };
}
