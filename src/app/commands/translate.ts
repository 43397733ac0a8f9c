import { readFileSync } from 'node:fs';
import { systemClock } from '../../base/clock.ts';
import { BridgeError } from '../../base/errors.ts';
import { randomIds } from '../../base/ids.ts';
import {
  CSMS_PROTOCOLS,
  type CsmsProtocol,
  type JsonObject,
  SOAP_VERSIONS,
  type SoapVersion,
} from '../../base/message.ts';
import { readEnvelope } from '../../codec/envelope.ts';
import { findOperation } from '../../codec/operation.ts';
import { readMessage } from '../../codec/read.ts';
import { decodeText } from '../../codec/text.ts';
import { DEFAULT_STYLE, writeMessage } from '../../codec/write.ts';
import { memoryOf } from '../../flow/memory.ts';
import { EMPTY_STATE } from '../../flow/state.ts';
import type { DownAction, Loss, Memory, UpAction } from '../../mapping/translator.ts';
import { loadTranslation, type Translation } from '../tables.ts';
import { downwards, upwards } from './translate-station.ts';

/** `translate`: one message offline, as the bridge would translate it for a charge point it hears for the first time. */

interface Options {
  readonly down?: string;
  /** Upwards the protocol of the CSMS, downwards the version of the charge point. */
  readonly to?: string;
  /** Downwards: the protocol of the CSMS. */
  readonly from?: CsmsProtocol;
  readonly identity: string;
}

export async function translate(file: string | undefined, options: Options): Promise<void> {
  if (options.down !== undefined) {
    if (file !== undefined) throw new Error('give either a SOAP file or --down, not both');
    const version = oneOf(SOAP_VERSIONS, options.to);
    if (version === undefined) throw new Error(`--down needs --to: ${SOAP_VERSIONS.join(', ')}`);
    await down(options.down, version, options.from ?? 'ocpp1.6', options.identity);
    return;
  }
  if (file === undefined) throw new Error('a SOAP file is wanted, or --down with a JSON frame');
  if (options.from !== undefined) throw new Error('--from belongs to --down: a SOAP message says its version itself');
  const protocol = options.to === undefined ? 'ocpp1.6' : oneOf(CSMS_PROTOCOLS, options.to);
  if (protocol === undefined) throw new Error(`upwards, --to names what the CSMS speaks: ${CSMS_PROTOCOLS.join(', ')}`);
  await up(file, protocol);
}

function oneOf<T extends string>(known: readonly T[], word: string | undefined): T | undefined {
  return known.find((one) => one === word);
}

async function up(file: string, protocol: CsmsProtocol): Promise<void> {
  const tables = await loadTranslation({ to201: protocol === 'ocpp2.0.1' });
  const envelope = readEnvelope(decodeText(read(file)));
  const { version, operation } = findOperation(tables.soap, envelope.body);
  const table = tables.translators.get(version)?.up.get(operation.name);
  if (table === undefined)
    throw new BridgeError('UnknownOperation', `${operation.name} is not called by charge points`);
  const { value, losses } = readMessage(envelope.body, operation.request);
  const translated = table.request(value, memory());
  tell([...losses.map((code) => ({ code, field: '' })), ...translated.losses]);
  if (translated.kind === 'refusal') throw new BridgeError(translated.refusal.code, translated.refusal.reason);
  if (translated.kind === 'answer') {
    note('nothing is forwarded; the charge point gets this answer');
    print(writeAnswer(tables, version, operation.name, translated.answer));
    return;
  }
  if (protocol === 'ocpp2.0.1') {
    upTo201(tables, version, table, translated.value);
    return;
  }
  const frame = [2, envelope.headers.messageId?.slice(-36) ?? randomIds(), operation.name, translated.value];
  print(JSON.stringify(frame, null, 2));
}

function upTo201(tables: Translation, version: SoapVersion, table: UpAction, request: JsonObject): void {
  const { calls, answer, losses } = upwards(tables, version, table, request);
  tell(losses);
  if (calls.length === 0) note('nothing is forwarded');
  for (const call of calls) print(JSON.stringify([2, randomIds(), call.action, call.payload], null, 2));
  if (answer === undefined) return;
  note('the charge point gets this answer at once');
  print(writeAnswer(tables, version, table.action, answer));
}

function writeAnswer(tables: Translation, version: SoapVersion, action: string, answer: JsonObject): string {
  const operation = tables.soap.service(version, 'CentralSystem').operations.get(action);
  const translated = tables.translators.get(version)?.up.get(action)?.answer(answer, memory());
  if (operation === undefined || translated?.kind !== 'value') return JSON.stringify(answer);
  return writeMessage(operation.answer, translated.value, { action: operation.answer.action }, DEFAULT_STYLE);
}

async function down(file: string, version: SoapVersion, protocol: CsmsProtocol, identity: string): Promise<void> {
  const tables = await loadTranslation({ to201: protocol === 'ocpp2.0.1' });
  const { id, action, payload } = callOf(decodeText(read(file)));
  const contract = (protocol === 'ocpp2.0.1' && tables.stationJson) || tables.json;
  if (!contract.actions.has(action))
    throw new BridgeError('UnknownAction', `${action} is not an action of OCPP ${protocol.slice(4)}`);
  const repaired = contract.repair(action, 'request', payload);
  const violation = contract.check(action, 'request', repaired.payload);
  if (violation) throw new BridgeError(violation.code, violation.reason);
  tell(repaired.dropped.map((field) => ({ code: 'json-unknown', field })));
  if (protocol === 'ocpp1.6') {
    ask(tables, version, identity, { id, action, payload: repaired.payload });
    return;
  }
  const { calls, answer, losses } = downwards(tables, version, action, repaired.payload);
  tell(losses);
  for (const call of calls) ask(tables, version, identity, { id, ...call });
  if (answer === undefined) return;
  note('the CSMS gets this answer without the charge point being asked');
  print(JSON.stringify([3, id, answer], null, 2));
}

interface Call {
  readonly id: string;
  readonly action: string;
  readonly payload: JsonObject;
}

/** A call of the pivot, as the charge point gets it. */
function ask(tables: Translation, version: SoapVersion, identity: string, { id, action, payload }: Call): void {
  const table = tables.translators.get(version)?.down.get(action);
  if (table === undefined) throw new BridgeError('UnknownAction', `${action} is not called by a CSMS`);
  if (table.instead) {
    withoutAsking(id, action, version, table.instead);
    return;
  }
  const translated = table.request(payload, memory());
  tell(translated.losses);
  if (translated.kind === 'refusal') throw new BridgeError(translated.refusal.code, translated.refusal.reason);
  const service = tables.soap.service(version, 'ChargePoint');
  const operation = service.operations.get(action);
  if (operation === undefined || translated.kind !== 'value') throw new BridgeError('UnknownOperation');
  const headers = {
    action: operation.request.action,
    messageId: `urn:uuid:${randomIds()}`,
    replyTo: 'http://www.w3.org/2005/08/addressing/anonymous',
    identity: { namespace: service.namespace, value: identity },
  };
  print(writeMessage(operation.request, translated.value, headers, DEFAULT_STYLE));
}

/** This version lacks the operation: what the CSMS gets in place of the charge point's answer. */
function withoutAsking(
  id: string,
  action: string,
  version: SoapVersion,
  instead: NonNullable<DownAction['instead']>,
): void {
  if ('refuse' in instead) throw new BridgeError(instead.refuse, `OCPP ${version} has no ${action}`);
  if ('flow' in instead) {
    note(`OCPP ${version} has no ${action}; the bridge answers from what it remembers of the charge point`);
    return;
  }
  note(`OCPP ${version} has no ${action}; the CSMS gets this without the charge point being asked`);
  print(JSON.stringify([3, id, instead.answer], null, 2));
}

/** `[2, id, action, payload]`, taken apart. */
function callOf(text: string): Call {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch (error) {
    throw new Error(`the frame is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (Array.isArray(frame) && frame[0] === 2 && typeof frame[2] === 'string') {
    const payload: unknown = frame[3] ?? {};
    if (typeof payload === 'object' && payload !== null && !Array.isArray(payload))
      return { id: String(frame[1]), action: frame[2], payload: payload as JsonObject };
  }
  throw new Error('the frame is not a CALL: [2, "id", "Action", {…}] is wanted');
}

function memory(): Memory {
  return memoryOf(EMPTY_STATE, { receivedAt: systemClock.now(), timezone: 'UTC', connectors: undefined });
}

function read(file: string): Uint8Array {
  try {
    return readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    throw new Error(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function tell(losses: readonly Loss[]): void {
  for (const { code, field, raw } of losses) {
    note(`${code}${field === '' ? '' : ` at ${field}`}${raw === undefined ? '' : `: ${raw}`}`);
  }
}

/** Beside the message itself, so that the output can be piped. */
function note(line: string): void {
  process.stderr.write(`# ${line}\n`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
