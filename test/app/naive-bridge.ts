import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import type { Json, JsonObject, SoapObject, SoapValue, SoapVersion } from '../../src/base/message.ts';
import { readEnvelope } from '../../src/codec/envelope.ts';
import { findOperation } from '../../src/codec/operation.ts';
import { readMessage } from '../../src/codec/read.ts';
import { DEFAULT_STYLE, writeMessage } from '../../src/codec/write.ts';
import type { Group } from '../../src/contract/model.ts';
import type { SoapContracts } from '../../src/contract/soap-contract.ts';

/** Just enough of a bridge to play the demo against: no store, no tables, no mercy. `spoil` changes what goes up. */
export async function startNaiveBridge(
  contracts: SoapContracts,
  csmsUrl: string,
  spoil: (action: string, payload: JsonObject) => JsonObject = (_action, payload) => payload,
) {
  const links = new Map<string, Promise<Link>>();
  const stations = new Map<string, { version: SoapVersion; from: string }>();

  const callDevice = async (identity: string, action: string, payload: JsonObject): Promise<JsonObject | undefined> => {
    const station = stations.get(identity);
    const operation = station && contracts.service(station.version, 'ChargePoint').operations.get(action);
    if (!station || !operation) return undefined;
    const headers = {
      messageId: 'urn:uuid:x',
      identity: { namespace: operation.request.namespace, value: identity },
    };
    const body = writeMessage(operation.request, asText(payload) as SoapObject, headers, DEFAULT_STYLE);
    const response = await fetch(station.from, { method: 'POST', body });
    const { value } = readMessage(readEnvelope(await response.text()).body, operation.answer);
    const answer = asJson(value, operation.answer.type);
    return action === 'UnlockConnector' ? { status: 'Unlocked' } : answer;
  };

  const soap = createServer(async (request, response) => {
    if (request.url === '/metrics') {
      response.end('ocpp_bridge_losses_total{version="1.2",code="enum-occupied"} 3\n');
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { body, headers } = readEnvelope(Buffer.concat(chunks).toString('utf8'));
    const { version, operation } = findOperation(contracts, body);
    const identity = headers.chargeBoxIdentity ?? '';
    stations.set(identity, { version, from: headers.from ?? '' });
    const link = links.get(identity) ?? openLink(`${csmsUrl}/${identity}`, (...call) => callDevice(identity, ...call));
    links.set(identity, link);
    const payload = up(asJson(readMessage(body, operation.request).value, operation.request.type));
    const answer = await (await link).call(operation.name, spoil(operation.name, payload));
    if (answer['interval'] !== undefined) answer['heartbeatInterval'] = answer['interval'];
    const out = { action: operation.answer.action, relatesTo: headers.messageId ?? '' };
    response.end(writeMessage(operation.answer, pickKnown(asText(answer), operation.answer.type), out, DEFAULT_STYLE));
  });
  soap.listen(0, '127.0.0.1');
  await once(soap, 'listening');
  const url = `http://127.0.0.1:${(soap.address() as AddressInfo).port}`;
  return {
    soapUrl: url,
    adminUrl: url,
    async stop() {
      for (const link of links.values()) (await link).close();
      soap.closeAllConnections();
      soap.close();
    },
  };
}

interface Link {
  call(action: string, payload: JsonObject): Promise<JsonObject>;
  close(): void;
}

async function openLink(
  url: string,
  serve: (action: string, payload: JsonObject) => Promise<JsonObject | undefined>,
): Promise<Link> {
  const socket = new WebSocket(url, ['ocpp1.6']);
  const waiting = new Map<string, (answer: JsonObject) => void>();
  let id = 0;
  socket.on('message', async (data) => {
    const [kind, uniqueId, third, fourth] = JSON.parse(String(data)) as [number, string, JsonObject, JsonObject];
    if (kind !== 2) {
      waiting.get(uniqueId)?.(third);
      return;
    }
    const answer = await serve(String(third), fourth);
    socket.send(JSON.stringify(answer ? [3, uniqueId, answer] : [4, uniqueId, 'NotSupported', 'not here', {}]));
  });
  await once(socket, 'open');
  return {
    call: (action, payload) =>
      new Promise((resolve) => {
        const uniqueId = `naive-${++id}`;
        waiting.set(uniqueId, resolve);
        socket.send(JSON.stringify([2, uniqueId, action, payload]));
      }),
    close: () => socket.terminate(),
  };
}

/** The few differences between the versions that the demo cannot do without. */
function up(payload: JsonObject): JsonObject {
  const { values, transactionData: _, ...rest } = payload;
  if (rest['status'] === 'Occupied') rest['status'] = 'Preparing';
  return values === undefined ? rest : { ...rest, meterValue: values };
}

function asJson(value: SoapObject, group: Group): JsonObject {
  const one = (item: SoapValue, type: Group | { base: string }): Json => {
    if ('fields' in type) return typeof item === 'object' && !Array.isArray(item) ? asJson(item, type) : {};
    return type.base === 'int' ? Number(item) : String(item);
  };
  return Object.fromEntries(
    group.fields.flatMap(({ name, type }) => {
      const found = value[name];
      if (found === undefined) return [];
      return [[name, Array.isArray(found) ? found.map((item) => one(item, type)) : one(found, type)]];
    }),
  );
}

function asText(value: Json): SoapValue {
  if (Array.isArray(value)) return value.map(asText);
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, asText(item)]));
}

function pickKnown(value: SoapValue, group: Group): SoapObject {
  const object = value as SoapObject;
  return Object.fromEntries(
    group.fields.flatMap(({ name }) => {
      const found = object[name];
      return found === undefined ? [] : [[name, found]];
    }),
  );
}
