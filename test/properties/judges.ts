/** One message through the whole translation, either way, and what is wrong with what came out. */

import { fail } from 'node:assert';
import type { JsonObject, SoapObject, SoapValue, SoapVersion } from '../../src/base/message.ts';
import { readEnvelope } from '../../src/codec/envelope.ts';
import { findOperation } from '../../src/codec/operation.ts';
import { PREFIX_PROFILES } from '../../src/codec/prefixes.ts';
import { readMessage } from '../../src/codec/read.ts';
import { DEFAULT_STYLE, writeMessage } from '../../src/codec/write.ts';
import type { ServiceRole, SoapMessage } from '../../src/contract/soap-contract.ts';
import { checkMappings } from '../../src/mapping/check.ts';
import type { GroupPlan } from '../../src/mapping/plan.ts';
import type { Memory, Translation } from '../../src/mapping/translator.ts';
import { fakeMemory } from '../mapping/fake-memory.ts';
import { contracts, down, tables, up } from '../mapping/house.ts';
import { untold } from './faithful.ts';
import { refusable } from './refusals.ts';
import type { Judged } from './run.ts';

const { plans } = checkMappings(tables, contracts);
export const styles = Object.values(PREFIX_PROFILES).map((prefixes) => ({ ...DEFAULT_STYLE, prefixes }));

/** A charge point of which nothing is known, and one of which much is. */
export const memories: Readonly<Record<string, Memory>> = {
  unknown: fakeMemory(),
  known: fakeMemory({
    timezone: '+02:00',
    connectorUse: (connector) => (connector === 1 ? 'charging' : connector === 2 ? 'finishing' : 'idle'),
    transactionAt: (connector) => (connector === 1 ? 77 : undefined),
    csmsTransaction: (id) => (id > 0 && id % 3 === 0 ? id + 1_000_000_000_000 : id),
    deviceTransaction: (id) => (id > 2147483647 ? id % 1_000_000 : id),
    connectorExists: (connector) => connector < 2,
    stopReason: (id) => (id % 2 === 0 ? 'Remote' : undefined),
  }),
};

/** No empty objects and lists: XML cannot tell them from absent ones. */
function written(value: SoapObject): SoapObject {
  const full = (inner: SoapValue): SoapValue | undefined => {
    if (typeof inner === 'string') return inner;
    if (Array.isArray(inner)) {
      const items = inner.flatMap((item) => full(item) ?? []);
      return items.length > 0 ? items : undefined;
    }
    const object = written(inner);
    return Object.keys(object).length > 0 ? object : undefined;
  };
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]): [string, SoapValue][] => {
      const kept = full(inner);
      return kept === undefined ? [] : [[name, kept]];
    }),
  );
}

export interface Kind {
  readonly version: SoapVersion;
  readonly action: string;
  readonly part: 'request' | 'answer';
  readonly soap: SoapMessage;
  readonly plan: GroupPlan;
  readonly role: ServiceRole;
}

/** Every message of the version that goes this way. */
export function kindsOf(version: SoapVersion, sender: 'device' | 'csms'): Kind[] {
  const plan = plans.find(({ table }) => table.version === version) ?? fail();
  return (['CentralSystem', 'ChargePoint'] as const).flatMap((role) =>
    [...(role === 'CentralSystem' ? plan.up : plan.down)].map(([action, parts]): Kind => {
      const part = (role === 'CentralSystem') === (sender === 'device') ? 'request' : 'answer';
      const operation = contracts.soap.service(version, role).operations.get(action) ?? fail();
      return { version, action, part, role, soap: operation[part], plan: parts[part] };
    }),
  );
}

function translator({ version, action, role }: Kind) {
  return role === 'CentralSystem' ? up(version, action) : down(version, action);
}

/** A refusal must name a field with a reason to refuse; anything else is told as a fault. */
function judgeEnd(
  kind: Kind,
  got: Translation<unknown>,
  source: SoapObject | JsonObject,
  sender: 'device' | 'csms',
  known: Memory,
): string[] {
  if (got.kind === 'refusal') {
    const legal = refusable(kind.plan, source, got.refusal.reason, { sender, memory: known });
    return legal ? [] : [`refused without need: ${got.refusal.reason}`];
  }
  return got.kind === 'value' ? [] : ['answered'];
}

/** From a charge point: through XML, codec and tables to a payload of the schema. */
export function judgeFromDevice(
  kind: Kind,
  given: SoapObject,
  call: JsonObject | undefined,
  who: string,
  style: number,
): Judged {
  const known = memories[who] ?? fail();
  const xml = writeMessage(
    kind.soap,
    given,
    { action: kind.soap.action, messageId: 'm' },
    styles[style] ?? DEFAULT_STYLE,
  );
  const { body } = readEnvelope(xml);
  if (kind.part === 'request') {
    const found = findOperation(contracts.soap, body, { role: kind.role });
    if (found.operation.request !== kind.soap) return { xml, faults: [`taken for ${found.operation.name}`] };
  }
  const { value, losses } = readMessage(body, kind.soap);
  if (losses.length > 0 || JSON.stringify(written(given)) !== JSON.stringify(written(value)))
    return { xml, faults: [`read as ${JSON.stringify(value)}, losses ${losses.join()}`] };
  const table = translator(kind);
  const got =
    kind.part === 'request' ? table.request(value as never, known) : table.answer(value as never, known, call);
  if (got.kind === 'answer') {
    const invalid = contracts.json.check(kind.action, 'answer', got.answer);
    return { xml, faults: got.losses.length > 0 && !invalid ? [] : [`answered ${JSON.stringify(got)}`] };
  }
  if (got.kind === 'refusal') return { xml, faults: judgeEnd(kind, got, value, 'device', known) };
  const target = got.value as JsonObject;
  const violation = contracts.json.check(kind.action, kind.part, target);
  const faults = untold({
    plan: kind.plan,
    sender: 'device',
    memory: known,
    call,
    source: value,
    target,
    losses: got.losses,
  });
  return { xml, faults: violation ? [violation.reason, ...faults] : faults };
}

/** From the CSMS: from a payload of the schema through tables and codec to XML, and back out of it. */
export function judgeFromCsms(kind: Kind, given: JsonObject, who: string, style: number): Judged {
  const known = memories[who] ?? fail();
  const invalid = contracts.json.check(kind.action, kind.part, given);
  if (invalid) return { faults: [`the generator broke the schema: ${invalid.reason}`] };
  const table = translator(kind);
  const got = kind.part === 'request' ? table.request(given as never, known) : table.answer(given as never, known);
  if (got.kind !== 'value') return { faults: judgeEnd(kind, got, given, 'csms', known) };
  const target = got.value as SoapObject;
  const faults = untold({ plan: kind.plan, sender: 'csms', memory: known, source: given, target, losses: got.losses });
  const xml = writeMessage(
    kind.soap,
    target,
    { action: kind.soap.action, relatesTo: 'm' },
    styles[style] ?? DEFAULT_STYLE,
  );
  const { value, losses } = readMessage(readEnvelope(xml).body, kind.soap);
  if (losses.length > 0 || JSON.stringify(written(target)) !== JSON.stringify(written(value)))
    return { xml, faults: [...faults, `the charge point would read ${JSON.stringify(value)}`] };
  return { xml, faults };
}
