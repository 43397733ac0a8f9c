import { readFileSync } from 'node:fs';
import { systemClock } from '../../base/clock.ts';
import { BridgeError } from '../../base/errors.ts';
import { randomIds } from '../../base/ids.ts';
import { type JsonObject, SOAP_VERSIONS, type SoapVersion } from '../../base/message.ts';
import { readEnvelope } from '../../codec/envelope.ts';
import { findOperation } from '../../codec/operation.ts';
import { readMessage } from '../../codec/read.ts';
import { decodeText } from '../../codec/text.ts';
import { DEFAULT_STYLE, writeMessage } from '../../codec/write.ts';
import { memoryOf } from '../../flow/memory.ts';
import { EMPTY_STATE } from '../../flow/state.ts';
import type { DownAction, Loss, Memory } from '../../mapping/translator.ts';
import { loadTranslation, type Translation } from '../tables.ts';

/** `translate`: one message offline, as the bridge would translate it for a charge point it hears for the first time. */

interface Options {
  readonly down?: string;
  readonly to?: SoapVersion;
  readonly identity: string;
}

export async function translate(file: string | undefined, options: Options): Promise<void> {
  if (options.down !== undefined) {
    if (file !== undefined) throw new Error('give either a SOAP file or --down, not both');
    if (options.to === undefined) throw new Error(`--down needs --to: ${SOAP_VERSIONS.join(', ')}`);
    await down(options.down, options.to, options.identity);
  } else if (file === undefined) throw new Error('a SOAP file is wanted, or --down with a JSON frame');
  else if (options.to !== undefined) throw new Error('--to belongs to --down: a SOAP message says its version itself');
  else await up(file);
}

async function up(file: string): Promise<void> {
  const tables = await loadTranslation();
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
  const frame = [2, envelope.headers.messageId?.slice(-36) ?? randomIds(), operation.name, translated.value];
  print(JSON.stringify(frame, null, 2));
}

function writeAnswer(tables: Translation, version: SoapVersion, action: string, answer: JsonObject): string {
  const operation = tables.soap.service(version, 'CentralSystem').operations.get(action);
  const translated = tables.translators.get(version)?.up.get(action)?.answer(answer, memory());
  if (operation === undefined || translated?.kind !== 'value') return JSON.stringify(answer);
  return writeMessage(operation.answer, translated.value, { action: operation.answer.action }, DEFAULT_STYLE);
}

async function down(file: string, version: SoapVersion, identity: string): Promise<void> {
  const tables = await loadTranslation();
  const { id, action, payload } = callOf(decodeText(read(file)));
  if (!tables.json.actions.has(action))
    throw new BridgeError('UnknownAction', `${action} is not an action of OCPP 1.6`);
  const repaired = tables.json.repair(action, 'request', payload);
  const violation = tables.json.check(action, 'request', repaired.payload);
  if (violation) throw new BridgeError(violation.code, violation.reason);
  const table = tables.translators.get(version)?.down.get(action);
  if (table === undefined) throw new BridgeError('UnknownAction', `${action} is not called by a CSMS`);
  if (table.instead) {
    withoutAsking(id, action, version, table.instead);
    return;
  }
  const translated = table.request(repaired.payload, memory());
  tell([...repaired.dropped.map((field) => ({ code: 'json-unknown', field })), ...translated.losses]);
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
function callOf(text: string): { id: string; action: string; payload: JsonObject } {
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
