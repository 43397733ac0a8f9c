/** Tables and contracts to translators: once, at start, with every fault told at once. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BridgeError, type ErrorCode, refusalOf } from '../base/errors.ts';
import type { JsonObject, SoapObject, SoapVersion } from '../base/message.ts';
import { checkMappings } from './check.ts';
import { compileGroup } from './compile-group.ts';
import { type Fault, MappingFaults } from './fault.ts';
import type { Bag } from './leaf-result.ts';
import { choose, DEFAULT_OPTIONS, type MappingOptions } from './options.ts';
import type { GroupPlan, PartFacts } from './plan.ts';
import type { Contracts, OperationPlan, TablePlan } from './plan-tables.ts';
import { Profiles, type Translators } from './quirks.ts';
import { ANSWERED, DROP, Run } from './run.ts';
import type { DownEntry, Instead, LossRow, UpEntry } from './table.ts';
import type { DownAction, Memory, Translation, Translator, UpAction } from './translator.ts';
import type { Source } from './yaml-reader.ts';

/** The files of a directory of tables, the register of losses among them. Synchronous: called once, at start. */
export function loadTables(dir: string): Source[] {
  try {
    const names = readdirSync(dir).filter((name) => name.endsWith('.yaml'));
    return names.sort().map((name) => ({ file: join(dir, name), text: readFileSync(join(dir, name), 'utf8') }));
  } catch (error) {
    const fault: Fault = {
      file: dir,
      line: 1,
      column: 1,
      message: `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    };
    throw new MappingFaults([fault]);
  }
}

/** The files of quirk profiles beside the tables of a directory; none when it has no folder for them. */
export function loadProfiles(dir: string): Source[] {
  const folder = join(dir, 'quirks');
  return existsSync(folder) ? loadTables(folder) : [];
}

export interface Compiled {
  readonly translators: Translators;
  readonly profiles: Profiles;
  /** The register of losses, by code. */
  readonly losses: ReadonlyMap<string, LossRow>;
}

/**
 * Checks and compiles all tables and profiles.
 * @throws MappingFaults with every fault of every file.
 */
export function compileTables(
  sources: readonly Source[],
  contracts: Contracts,
  options: MappingOptions = DEFAULT_OPTIONS,
): Compiled {
  const { faults, plans, profiles, register } = checkMappings(sources, contracts, options);
  if (faults.length > 0) throw new MappingFaults(faults);
  const translators = compilePlans(plans, options);
  return {
    translators,
    profiles: new Profiles(profiles, translators, (own) => compilePlans(own.plans ?? plans, own.options)),
    losses: register?.losses ?? new Map(),
  };
}

/** Compiles plans that were checked; for the tests, also of tables that were spoilt. */
export function compilePlans(plans: readonly TablePlan[], options: MappingOptions): Translators {
  return new Map(plans.map((plan) => [plan.table.version, translatorOf(plan, plans, options)]));
}

function translatorOf(plan: TablePlan, plans: readonly TablePlan[], options: MappingOptions): Translator {
  const { version } = plan.table;
  const up = new Map<string, UpAction>();
  for (const [name, entry] of plan.table.up) {
    const other = plans.find((candidate) => candidate.table.version === (entry.like ?? version));
    const rows = other?.up.get(name);
    const rules = other?.table.up.get(name);
    if (rows && rules) up.set(name, upAction(name, rules, rows, version, options));
  }
  const down = new Map<string, DownAction>();
  for (const [name, entry] of plan.table.down) {
    const action = downAction(name, entry, plan.down.get(name), version, options);
    if (action) down.set(name, action);
  }
  return { version, up, down, keys: new Map(plan.table.keys.map((row) => [row.key, row.spelled])) };
}

type Translate<S extends Bag, T> = (value: S, memory: Memory, call?: JsonObject) => Translation<T>;

/** The checked plan of one message as the function that translates it. */
function compileMessage<S extends Bag, T>(
  plan: GroupPlan,
  part: PartFacts,
  answerInvalid: ErrorCode | undefined,
): Translate<S, T> {
  const group = compileGroup(plan, part);
  return (value, memory, call) => {
    const run = new Run(memory, call, answerInvalid);
    try {
      const made = group(value, run);
      if (made === DROP) throw new BridgeError('Internal', 'a whole message cannot be dropped');
      return { kind: 'value', value: made as T, losses: run.losses, aliases: run.aliases };
    } catch (error) {
      if (error === ANSWERED) return { kind: 'answer', answer: run.answer ?? {}, losses: run.losses };
      if (error instanceof BridgeError) return { kind: 'refusal', refusal: refusalOf(error), losses: run.losses };
      throw error;
    }
  };
}

function upAction(
  name: string,
  entry: UpEntry,
  plan: OperationPlan,
  version: SoapVersion,
  options: MappingOptions,
): UpAction {
  const part = { version, operation: name, options };
  const refused = Object.fromEntries(
    Object.entries(entry.refused).map(([code, rule]) => [code, rule === 'fault' ? 'fault' : { answer: rule.answer }]),
  );
  return {
    action: name,
    request: compileMessage<SoapObject, JsonObject>(
      plan.request,
      { ...part, part: 'request', sender: 'device' },
      undefined,
    ),
    answer: compileMessage<JsonObject, SoapObject>(
      plan.answer,
      { ...part, part: 'answer', sender: 'csms' },
      'CsmsAnswerInvalid',
    ),
    refused,
    away: awayOf(entry),
  };
}

function awayOf({ away }: UpEntry): UpAction['away'] {
  if (away === 'refuse') return 'refuse';
  return away.keep === undefined ? { answer: away.answer } : { answer: away.answer, keep: away.keep };
}

function downAction(
  name: string,
  entry: DownEntry,
  plan: OperationPlan | undefined,
  version: SoapVersion,
  options: MappingOptions,
): DownAction | undefined {
  if (entry.instead) {
    const instead = choose(entry.instead, options);
    const never = (): Translation<never> => ({
      kind: 'refusal',
      refusal: { code: 'NotSupported', reason: `charge points of OCPP ${version} have no ${name}` },
      losses: [],
    });
    return instead && { action: name, instead: insteadOf(instead), request: never, answer: never };
  }
  if (!plan) return undefined;
  const part = { version, operation: name, options };
  return {
    action: name,
    request: compileMessage<JsonObject, SoapObject>(
      plan.request,
      { ...part, part: 'request', sender: 'csms' },
      undefined,
    ),
    answer: compileMessage<SoapObject, JsonObject>(
      plan.answer,
      { ...part, part: 'answer', sender: 'device' },
      'DeviceAnswerInvalid',
    ),
  };
}

function insteadOf(instead: Instead): NonNullable<DownAction['instead']> {
  if ('refuse' in instead) return { refuse: instead.refuse === 'NotImplemented' ? 'UnknownAction' : 'NotSupported' };
  return 'flow' in instead ? { flow: instead.flow } : { answer: instead.answer };
}
