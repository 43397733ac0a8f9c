/** A charge point made of node-soap: its client calls the bridge, its server is called back. */

import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Client, createClientAsync, listen } from 'soap';
import { SOAP_VERSIONS, type SoapVersion } from '../../src/base/message.ts';
import {
  type Addressing,
  type CallOptions,
  type Heard,
  isFault,
  type Message,
  type Peer,
  PeerFault,
  type ReadFault,
  type Surroundings,
  type Told,
} from './peer.ts';

const WSA = 'http://www.w3.org/2005/08/addressing';
const DATES: Readonly<Record<SoapVersion, string>> = { '1.2': '2010/08', '1.5': '2012/06', '1.6': '2015/10' };

type Tree = Record<string, unknown>;

/** One version: a client, a server, and the answers of the server. */
interface Station {
  readonly client: Client;
  readonly server: Server;
  readonly callback: string;
  readonly answers: Map<string, Message | ReadFault>;
}

export async function openNodeSoap(around: Surroundings): Promise<Peer> {
  const heard: Heard[] = [];
  const stations = new Map<SoapVersion, Station>();
  for (const version of SOAP_VERSIONS) stations.set(version, await openStation(version, around, heard));
  const of = (version: SoapVersion): Station => {
    const station = stations.get(version);
    if (!station) throw new RangeError(version);
    return station;
  };
  return {
    name: 'node-soap',
    call: (version, identity, action, payload, options = {}) =>
      call(of(version), version, identity, action, payload, options),
    async answer(version, action, reply) {
      of(version).answers.set(action, reply);
    },
    heard: async () => heard.splice(0),
    async close() {
      for (const { server } of stations.values()) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

async function openStation(version: SoapVersion, around: Surroundings, heard: Heard[]): Promise<Station> {
  const options = { forceSoap12Headers: true, disableCache: true, preserveWhitespace: true };
  const client = await createClientAsync(around.wsdl(version, 'CentralSystem'), {
    ...options,
    endpoint: around.soapUrl,
  });
  const point = await createClientAsync(around.wsdl(version, 'ChargePoint'), options);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const callback = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ws`;
  const answers = new Map<string, Message | ReadFault>();
  await serve(server, point, answers, heard);
  return { client, server, callback, answers };
}

/** node-soap's own server, with a method for every operation of the WSDL. */
async function serve(server: Server, point: Client, answers: Station['answers'], heard: Heard[]): Promise<void> {
  const described = point.describe() as Record<string, Record<string, Tree>>;
  let received = '';
  let opened: Omit<Heard, 'raw' | 'answered'> | undefined;
  const method = (action: string) => (args: Tree | null, _done: unknown, headers: Tree) => {
    opened = {
      action,
      identity: text(headers['chargeBoxIdentity']),
      payload: read(args) as Message,
      addressing: addressingOf(headers),
    };
    const reply = answers.get(action);
    if (reply === undefined)
      throw fault({ code: 'Receiver', subcode: 'InternalError', reason: `no answer to ${action}` });
    if (isFault(reply)) throw fault(reply);
    return written(reply);
  };
  const services = Object.fromEntries(
    Object.entries(described).map(([service, ports]) => [
      service,
      Object.fromEntries(
        Object.entries(ports).map(([port, operations]) => [
          port,
          Object.fromEntries(Object.keys(operations).map((action) => [action, method(action)])),
        ]),
      ),
    ]),
  );
  const wsdl = (point as unknown as { wsdl: { toXML(): string } }).wsdl.toXML();
  const soapServer = listen(server, {
    path: '/ws',
    services,
    xml: wsdl,
    forceSoap12Headers: true,
    preserveWhitespace: true,
    suppressStack: true,
  });
  soapServer.addSoapHeader(
    (action: string, _args: unknown, headers: Tree) =>
      `<Action xmlns="${WSA}">/${action}Response</Action>` +
      `<RelatesTo xmlns="${WSA}">${text(headers['MessageID'])}</RelatesTo>` +
      `<MessageID xmlns="${WSA}">urn:uuid:${randomUUID()}</MessageID>`,
  );
  soapServer.log = (type, data) => {
    if (type === 'received') received = String(data);
    if (type !== 'replied') return;
    const { action = '', identity = '', payload = {}, addressing = {} } = opened ?? {};
    heard.push({ action, identity, payload, addressing, raw: received, answered: String(data) });
    opened = undefined;
  };
}

async function call(
  { client, callback }: Station,
  version: SoapVersion,
  identity: string,
  action: string,
  payload: Message,
  { element }: CallOptions,
): Promise<Told> {
  const sentId = `urn:uuid:${randomUUID()}`;
  client.clearSoapHeaders();
  client.addSoapHeader(
    `<cs:chargeBoxIdentity xmlns:cs="urn://Ocpp/Cs/${DATES[version]}/">${identity}</cs:chargeBoxIdentity>` +
      `<wsa:Action xmlns:wsa="${WSA}">/${action}</wsa:Action>` +
      `<wsa:MessageID xmlns:wsa="${WSA}">${sentId}</wsa:MessageID>` +
      `<wsa:From xmlns:wsa="${WSA}"><wsa:Address>${callback}</wsa:Address></wsa:From>` +
      `<wsa:ReplyTo xmlns:wsa="${WSA}"><wsa:Address>${WSA}/anonymous</wsa:Address></wsa:ReplyTo>`,
  );
  const operation: unknown = client[`${action}Async`];
  if (typeof operation !== 'function') throw new Error(`the WSDL has no ${action}`);
  const own = `${action.charAt(0).toLowerCase()}${action.slice(1)}Request`;
  const postProcess = (xml: string): string => (element === undefined ? xml : xml.replaceAll(own, element));
  let answer: [Tree | null, string, Tree, string];
  try {
    answer = (await operation.call(client, written(payload), { postProcess })) as typeof answer;
  } catch (error) {
    throw asFault(error);
  }
  const [result, raw, header, sent] = answer;
  return { payload: read(result) as Message, addressing: addressingOf(header), sentId, sent, raw };
}

/** Whatever node-soap read as a Fault; other errors stay as they are. */
function asFault(error: unknown): unknown {
  const root = (error as { root?: { Envelope?: { Body?: { Fault?: Tree } } } }).root;
  const found = root?.Envelope?.Body?.Fault;
  if (!found) return error;
  const code = found['Code'] as Tree;
  const subcode = code['Subcode'] as Tree | undefined;
  const reason = (found['Reason'] as Tree)['Text'];
  return new PeerFault({ code: local(code['Value']), subcode: local(subcode?.['Value']), reason: text(reason) });
}

function fault({ code, subcode, reason }: ReadFault): unknown {
  return {
    Fault: {
      Code: { Value: `soap:${code}`, Subcode: { Value: subcode } },
      Reason: { Text: reason },
      statusCode: 500,
    },
  };
}

function addressingOf(headers: Tree | undefined): Addressing {
  const found = headers ?? {};
  const rows = [
    ['action', found['Action']],
    ['messageId', found['MessageID']],
    ['relatesTo', found['RelatesTo']],
    ['to', found['To']],
  ] as const;
  return Object.fromEntries(
    rows.filter(([, value]) => value !== undefined).map(([name, value]) => [name, text(value)]),
  );
}

function text(value: unknown): string {
  if (value !== null && typeof value === 'object' && '$value' in value) return String(value.$value);
  return value === undefined || value === null ? '' : String(value);
}

function local(name: unknown): string {
  return text(name).split(':').at(-1) ?? '';
}

/** To node-soap's names for attributes and text. */
function written(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(written);
  if (value === null || typeof value !== 'object') return value;
  const out: Tree = {};
  for (const [name, inner] of Object.entries(value)) {
    if (name === '.') out['$value'] = inner;
    else if (name.startsWith('@')) out['attributes'] = { ...(out['attributes'] as Tree), [name.slice(1)]: inner };
    else out[name] = written(inner);
  }
  return out;
}

/** From node-soap's names. */
function read(value: unknown): unknown {
  if (value === null || value === undefined) return {};
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(read);
  if (typeof value !== 'object') return value;
  const out: Tree = {};
  for (const [name, inner] of Object.entries(value)) {
    if (name === '$value') out['.'] = inner;
    else if (name === 'attributes') {
      for (const [attribute, word] of Object.entries(inner as Tree)) out[`@${attribute}`] = word;
    } else out[name] = read(inner);
  }
  return out;
}
