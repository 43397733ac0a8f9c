/** The JSON side of the contract, built from the published OCPP-J schemas. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { BridgeError } from '../base/errors.ts';
import type { CsmsProtocol } from '../base/message.ts';
import { ContractFaults } from './fault.ts';
import { type Check, CheckMaker } from './json-check.ts';
import type { JsonAction, JsonContract } from './json-contract.ts';
import { strictest } from './json-overlay.ts';
import { type Repair, repairOf } from './json-repair.ts';
import { groupOf, type JsonSchema, type MessagePart, messageOf } from './json-schema.ts';

/** Only the files are used; the package's own code is never loaded. */
const SCHEMAS: Readonly<Record<CsmsProtocol, { file: string; overlay(all: readonly JsonSchema[]): JsonSchema[] }>> = {
  'ocpp1.6': { file: 'ocpp-rpc/lib/schemas/ocpp1_6.json', overlay: strictest },
  'ocpp2.0.1': { file: 'ocpp-rpc/lib/schemas/ocpp2_0_1.json', overlay: (all) => [...all] },
};

/**
 * Reads what an OCPP-J version promises. Synchronous: called once, at start.
 * @throws ContractFaults when the schemas cannot be read or an action lacks one of its two messages.
 */
export function loadJsonContract(protocol: CsmsProtocol): JsonContract {
  const { file, overlay } = SCHEMAS[protocol];
  return { protocol, ...jsonContractOf(overlay(readSchemas(file))) };
}

/** The documents of one schema file, by its module path. */
export function readSchemas(file: string): readonly JsonSchema[] {
  try {
    return JSON.parse(readFileSync(createRequire(import.meta.url).resolve(file), 'utf8')) as JsonSchema[];
  } catch (cause) {
    throw new ContractFaults([`${file}: cannot be read as JSON schemas`], cause);
  }
}

interface Message {
  readonly document: JsonSchema;
  readonly check: Check;
  /** Compiled when first used. */
  repair?: Repair;
}

/** Builds a contract of any version from its documents, whose `$id`s name action and part. */
export function jsonContractOf(documents: readonly JsonSchema[]): Omit<JsonContract, 'protocol'> {
  const checks = new CheckMaker();
  const messages: Readonly<Record<MessagePart, Map<string, Message>>> = { request: new Map(), answer: new Map() };
  for (const document of documents) {
    const id = messageOf(document);
    if (id !== undefined) messages[id.part].set(id.action, { document, check: checks.check(document) });
  }
  const message = (action: string, part: MessagePart): Message => {
    const found = messages[part].get(action);
    if (found === undefined) throw new BridgeError('UnknownAction', `no such action: ${action}`);
    return found;
  };
  return {
    actions: actionsOf(messages),
    check: (action, part, payload) => message(action, part).check(payload),
    repair(action, part, payload) {
      const target = message(action, part);
      target.repair ??= repairOf(target.document);
      return target.repair(payload);
    },
  };
}

function actionsOf(messages: Readonly<Record<MessagePart, Map<string, Message>>>): ReadonlyMap<string, JsonAction> {
  const actions = new Map<string, JsonAction>();
  const faults: string[] = [];
  for (const name of new Set([...messages.request.keys(), ...messages.answer.keys()])) {
    const request = messages.request.get(name);
    const answer = messages.answer.get(name);
    if (request === undefined || answer === undefined) {
      faults.push(`${name}: has no schema of its ${request ? 'answer' : 'request'}`);
      continue;
    }
    actions.set(name, {
      name,
      request: groupOf(request.document, `${name}Request`),
      answer: groupOf(answer.document, `${name}Response`),
    });
  }
  if (faults.length > 0) throw new ContractFaults(faults);
  return actions;
}
