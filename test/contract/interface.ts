/** Reads `interface.yaml`, the expectation that is kept apart from the WSDL files, into the model of the contract. */

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { SOAP_VERSIONS, type SoapVersion } from '../../src/base/message.ts';
import type { Field, Group, Leaf } from '../../src/contract/model.ts';
import type { ServiceRole } from '../../src/contract/soap-contract.ts';

type Lines = Readonly<Record<string, string>>;

interface VersionLines {
  readonly words: Lines;
  readonly texts?: Readonly<Record<string, number>>;
  readonly numbers?: Readonly<Record<string, number>>;
  readonly parts: Lines;
  readonly CentralSystem: { readonly namespace: string; readonly messages: Lines };
  readonly ChargePoint: { readonly namespace: string; readonly messages: Lines };
}

export interface ExpectedMessage {
  readonly version: SoapVersion;
  readonly role: ServiceRole;
  readonly namespace: string;
  readonly operation: string;
  readonly part: 'request' | 'answer';
  readonly type: Group;
}

const BASES = ['string', 'int', 'decimal', 'boolean', 'dateTime', 'anyURI'] as const;
const TIMES: Readonly<Record<string, { min: number; max: number }>> = {
  '': { min: 1, max: 1 },
  '?': { min: 0, max: 1 },
  '*': { min: 0, max: Number.POSITIVE_INFINITY },
  '+': { min: 1, max: Number.POSITIVE_INFINITY },
};

/** Every message of the six services: 72 operations, two each. */
export function expectedMessages(): ExpectedMessage[] {
  const file = new URL('./interface.yaml', import.meta.url);
  const all: Readonly<Record<SoapVersion, VersionLines>> = parse(readFileSync(file, 'utf8'));
  return SOAP_VERSIONS.flatMap((version) =>
    (['CentralSystem', 'ChargePoint'] as const).flatMap((role) => {
      const lines = all[version];
      const { namespace, messages } = lines[role];
      return Object.entries(messages).map(([name, line]) => {
        const [operation = '', suffix] = name.split('.');
        const part = suffix === 'req' ? ('request' as const) : ('answer' as const);
        const type = groupOf(lines, operation + (part === 'request' ? 'Request' : 'Response'), line);
        return { version, role, namespace, operation, part, type };
      });
    }),
  );
}

function groupOf(lines: VersionLines, name: string, line: string): Group {
  let text: Leaf | undefined;
  const fields: Field[] = [];
  for (const entry of line === 'nothing' ? [] : line.split(', ')) {
    const match = /^(\S+) (\S+?)([?*+]?)$/.exec(entry);
    const times = TIMES[match?.[3] ?? ''];
    if (match?.[1] === undefined || match[2] === undefined || times === undefined)
      throw new Error(`not a field: ${entry}`);
    const type = typeOf(lines, match[2]);
    if (match[1] === '.' && type.kind === 'leaf') text = type;
    else fields.push({ name: match[1], type, ...times, list: times.max > 1 });
  }
  return { kind: 'group', name, fields, ...(text && { text }) };
}

function typeOf(lines: VersionLines, name: string): Leaf | Group {
  const base = BASES.find((candidate) => candidate === name);
  if (base !== undefined) return { kind: 'leaf', base };
  const words = lines.words[name]?.split(' ');
  if (words !== undefined) return { kind: 'leaf', base: 'string', words };
  const maxLength = lines.texts?.[name];
  if (maxLength !== undefined) return { kind: 'leaf', base: 'string', maxLength };
  const fractionDigits = lines.numbers?.[name];
  if (fractionDigits !== undefined) return { kind: 'leaf', base: 'decimal', fractionDigits };
  const part = lines.parts[name];
  if (part === undefined) throw new Error(`not a type: ${name}`);
  return groupOf(lines, name, part);
}
