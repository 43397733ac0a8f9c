import type { Json, JsonObject } from '../../src/base/message.ts';
import { loadJsonContract } from '../../src/contract/ocppj.ts';

/** What a frame to a CSMS of OCPP 2.0.1 must be: valid, and within what the strictest CSMS that is known asks beyond the schemas. */

const contract = loadJsonContract('ocpp2.0.1');

/** Section 9.1 of the data types of OCPP 2.0.1: identifierString. */
const IDENTIFIER = /^[a-zA-Z0-9*\-_=:+|@.]*$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d)$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

type Fact = (value: Json, action: string) => string | undefined;

const identifier: Fact = (value) => (IDENTIFIER.test(String(value)) ? undefined : 'no identifierString');
const time: Fact = (value) => (TIME.test(String(value)) ? undefined : 'no time with at most milliseconds');
const counted: Fact = (value) => (Number.isSafeInteger(value) && Number(value) >= 0 ? undefined : 'no count');
const base64: Fact = (value) => (BASE64.test(String(value)) ? undefined : 'no Base64');

const named: Fact = (value) =>
  value instanceof Object && 'name' in value ? identifier(value['name'] ?? '', '') : 'no name';

/** By the name of the field, wherever it stands. */
const FACTS: Readonly<Record<string, Fact>> = {
  idToken: (value) => (typeof value === 'string' ? identifier(value, '') : undefined),
  transactionId: identifier,
  iccid: identifier,
  imsi: identifier,
  component: named,
  variable: named,
  timestamp: time,
  seqNo: counted,
  eventId: counted,
  encodingMethod: (value) => (value === '' ? 'empty' : undefined),
  signedMeterData: base64,
  publicKey: base64,
  evse: (value, action) => {
    const { id, connectorId } = value as JsonObject;
    // 0 is the whole station, which no transaction and no error of a connector is about.
    const least = action === 'TransactionEvent' ? 1 : 0;
    if (!(Number(id) >= least)) return `no EVSE: ${String(id)}`;
    return connectorId === undefined || Number(connectorId) >= 1 ? undefined : `no connector: ${String(connectorId)}`;
  },
  value: (value) => (typeof value === 'number' && !Number.isFinite(value) ? 'no number' : undefined),
};

/** What is wrong with a request to the CSMS; empty when nothing is. */
export function frameFaults(action: string, payload: JsonObject): string[] {
  const invalid = contract.check(action, 'request', payload);
  const rest = factsOf(payload, action, action);
  if (action === 'StatusNotification' && !(Number(payload['evseId']) >= 1 && Number(payload['connectorId']) >= 1))
    rest.push('a status of no connector');
  return invalid ? [`${action}: ${invalid.reason}`, ...rest] : rest;
}

function factsOf(value: Json, path: string, action: string): string[] {
  if (value === null) return [`${path} is null`];
  if (Array.isArray(value)) {
    if (value.length === 0) return [`${path} is an empty list`];
    return value.flatMap((item, at) => factsOf(item, `${path}[${at}]`, action));
  }
  if (typeof value === 'number' && !Number.isFinite(value)) return [`${path} is no number`];
  if (typeof value !== 'object') return [];
  const entries = Object.entries(value);
  if (entries.length === 0 && path !== action) return [`${path} is an empty object`];
  return entries.flatMap(([name, inner]) => {
    const here = `${path}.${name}`;
    if (inner === undefined) return [`${here} is undefined`];
    const wrong = inner === null ? undefined : FACTS[name]?.(inner, action);
    const found = wrong === undefined ? [] : [`${here}: ${wrong}: ${JSON.stringify(inner).slice(0, 120)}`];
    return [...found, ...factsOf(inner, here, action)];
  });
}

/** Transactions that were not told in order, each number once but for repeats, from their start to their end. */
export function disordered(heard: readonly { readonly action: string; readonly payload: JsonObject }[]): string[] {
  const told = new Map<string, JsonObject[]>();
  for (const { action, payload } of heard) {
    if (action !== 'TransactionEvent') continue;
    const { transactionId } = payload['transactionInfo'] as JsonObject;
    const before = told.get(String(transactionId)) ?? [];
    if (before.some(({ seqNo }) => seqNo === payload['seqNo'])) continue;
    told.set(String(transactionId), [...before, payload]);
  }
  return [...told.values()].flatMap((events) => {
    const said = events.map(({ eventType, seqNo }) => `${String(eventType)} ${String(seqNo)}`);
    const last = events.length - 1;
    // An end alone is what the operator may want of a transaction that nobody saw begin.
    const inOrder = events.every(({ eventType, seqNo }, at) => {
      const may =
        at === 0 ? ['Started', ...(last === 0 ? ['Ended'] : [])] : ['Updated', ...(at === last ? ['Ended'] : [])];
      return seqNo === at && may.includes(String(eventType));
    });
    return inOrder ? [] : [`out of order: ${said.join()}`];
  });
}
