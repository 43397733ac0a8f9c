/** A file of profiles: YAML to data. Whether its rows make sense for the contracts is the check's question. */

import { SOAP_VERSIONS, type SoapVersion } from '../base/message.ts';
import type { Place } from './fault.ts';
import { LONGEST } from './quirks-match.ts';
import { readSwitches } from './quirks-switches.ts';
import {
  EVIDENCE,
  FACTS,
  type Fact,
  type Match,
  type Patch,
  type PatchedOperation,
  type PatchSet,
  type Profile,
  type QuirkFile,
} from './quirks-table.ts';
import { readRow } from './read-row.ts';
import type { Row } from './table.ts';
import type { Entry, Value } from './yaml-reader.ts';

const TOP = ['profiles', 'patches'];
/** How a configuration says that no profile shall hold. */
export const NO_PROFILE = 'none';

/** Whether a file holds profiles; tables and the register say something else at their top. */
export function isQuirkFile(root: Value): boolean {
  return root.isMap && root.entries('a file').some((entry) => TOP.includes(entry.name));
}

export function readQuirks(root: Value): QuirkFile {
  const entries = root.entries('a file of profiles', TOP);
  const inside = (name: string): Entry[] => entries.find((entry) => entry.name === name)?.value.entries(name) ?? [];
  return { profiles: inside('profiles').map(readProfile), patchSets: inside('patches').flatMap(readPatchSet) };
}

export const PROFILE_WORDS = ['for', 'source', 'evidence', 'known', 'switches', 'use', 'rows'] as const;

function readProfile(entry: Entry): Profile {
  const { name, place, value } = entry;
  const fields = new Map(value.entries('a profile', PROFILE_WORDS).map((field) => [field.name, field.value]));
  const get = (field: string): Value | undefined => fields.get(field);
  if (name === NO_PROFILE)
    value.fault(`a profile cannot be named ${NO_PROFILE}`, 'the configuration says it for no profile');
  for (const needed of ['source', 'evidence'])
    if (!get(needed)) value.fault(`the profile ${name} needs \`${needed}\``, 'why do we believe it?');
  get('source')?.texts('source');
  get('known')?.texts('known');
  if (!['known', 'switches', 'use', 'rows'].some((field) => fields.has(field)))
    value.fault(`the profile ${name} says nothing`, 'it needs one of known, switches, use, rows');
  const use = get('use');
  const used = use === undefined ? [] : use.isList ? use.list('use') : [use];
  return {
    ...place,
    name,
    for: readMatches(get('for')),
    evidence: get('evidence')?.oneOf('evidence', EVIDENCE) ?? 'guess',
    switches: readSwitches(get('switches')),
    use: used.flatMap((one) => {
      const text = one.text('use');
      return text === undefined ? [] : [{ ...one.place, name: text }];
    }),
    rows: readPatches(get('rows')),
  };
}

function readMatches(value: Value | undefined): Match[] {
  if (!value) return [];
  return (value.isList ? value.list('for') : [value]).map((one) => {
    const patterns = new Map<Fact, string>();
    for (const { name, value: said } of one.entries('for', FACTS)) {
      const fact = FACTS.find((known) => known === name);
      const text = said.text(name);
      if (fact === undefined || text === undefined) continue;
      if (text.replaceAll('*', '').length > LONGEST[fact])
        said.fault(`${name} never has more than ${LONGEST[fact]} characters`, 'end the pattern with * before that');
      patterns.set(fact, text);
    }
    if (one.isMap && one.entries('for').length === 0)
      one.fault('`for` names nothing', `it needs one of ${FACTS.join(', ')}`);
    else if (patterns.size > 0 && [...patterns.values()].every((pattern) => /^\*+$/.test(pattern)))
      one.fault('`for` fits every charge point', 'what holds for all belongs into the tables');
    return { ...one.place, patterns };
  });
}

function readPatchSet(entry: Entry): PatchSet[] {
  const fields = entry.value.entries('a patch', ['why', 'rows']);
  const get = (name: string): Value | undefined => fields.find((field) => field.name === name)?.value;
  const why = get('why');
  if (why) why.text('why');
  else entry.value.fault('`why` is missing');
  const patches = readPatches(get('rows'));
  if (patches.length === 0) entry.value.fault(`the patch ${entry.name} has no rows`);
  return [{ ...entry.place, name: entry.name, patches }];
}

function readPatches(value: Value | undefined): Patch[] {
  return (value?.entries('rows', SOAP_VERSIONS) ?? []).map((entry) => {
    const parts = entry.value.entries('the rows of a version', [
      'shapes',
      'calls-of-the-charge-point',
      'calls-of-the-csms',
    ]);
    const inside = (name: string): Entry[] => parts.find((part) => part.name === name)?.value.entries(name) ?? [];
    return {
      ...entry.place,
      version: entry.name as SoapVersion,
      shapes: byName(inside('shapes'), ({ value: rows }) => ({ ...rows.place, rows: readRows(rows) })),
      up: byName(inside('calls-of-the-charge-point'), readOperation),
      down: byName(inside('calls-of-the-csms'), readOperation),
    };
  });
}

function byName<T extends Place>(entries: readonly Entry[], read: (entry: Entry) => T): Map<string, T> {
  return new Map(entries.map((entry) => [entry.name, { ...read(entry), ...entry.place }]));
}

function readOperation({ value, place }: Entry): PatchedOperation {
  const parts = value.entries('an operation of a profile', ['request', 'answer']);
  if (parts.length === 0) value.fault('rows for `request` or `answer` are missing');
  const rows = (name: string): Row[] => {
    const part = parts.find((one) => one.name === name);
    return part ? readRows(part.value) : [];
  };
  return { ...place, request: rows('request'), answer: rows('answer') };
}

function readRows(value: Value): Row[] {
  const items = value.list('the rows');
  if (value.isList && items.length === 0) value.fault('a list of rows without a row');
  return items.flatMap((item) => readRow(item) ?? []);
}
