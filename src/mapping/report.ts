/** What the tables say, for an integrator to read: every field of both sides, what becomes of it, and why. */

import { SOAP_VERSIONS } from '../base/message.ts';
import type { Checked } from './check.ts';
import type { GroupPlan, LeafPlan } from './plan.ts';
import type { OperationPlan, TablePlan } from './plan-tables.ts';
import { linesOf, MARKS, type Mark, type ReportedLine } from './report-lines.ts';
import { awayWords, insteadWords, refusedWords } from './report-words.ts';
import { stationReport } from './station/report.ts';
import type { LossRow, TableName, UpEntry } from './table.ts';

export const WAYS = [
  'translated',
  'like another version',
  'not translated',
  'made by the bridge',
  'never sent',
] as const;
type Way = (typeof WAYS)[number];

export interface ReportedMessage {
  readonly part: 'request' | 'answer';
  readonly sender: 'charge point' | 'CSMS';
  readonly lines: readonly ReportedLine[];
}

export interface ReportedOperation {
  readonly name: string;
  readonly caller: 'charge point' | 'CSMS';
  readonly how: Way;
  /** What happens besides translating: refusals, a CSMS that is away, an answer instead. */
  readonly rules: readonly string[];
  readonly why: string | undefined;
  readonly messages: readonly ReportedMessage[];
  readonly losses: readonly string[];
}

export interface ReportedLoss {
  readonly code: string;
  readonly by: readonly string[];
  readonly what: string;
  readonly because: string;
  readonly where: Readonly<Partial<Record<TableName, readonly string[]>>>;
}

/** Rows of the device model and the like: text in columns. */
export interface ReportedTable {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface PairReport {
  /** The SOAP version, or that of the CSMS. */
  readonly soap: TableName;
  readonly json: string;
  /** Name of the table's file. */
  readonly file: string;
  readonly figures: {
    readonly operations: Readonly<Record<Way, number>>;
    readonly fields: Readonly<Record<Mark, number>>;
    readonly words: { readonly all: number; readonly changed: number };
    readonly losses: number;
  };
  readonly keys: readonly {
    readonly key: string;
    readonly spelled: string;
    readonly loss: string;
    readonly why: string;
  }[];
  readonly operations: readonly ReportedOperation[];
  readonly tables?: readonly ReportedTable[];
}

export interface Report {
  readonly pairs: readonly PairReport[];
  readonly losses: readonly ReportedLoss[];
}

/** Of tables without fault. */
export function reportOf({ plans, register, station }: Checked): Report {
  const order = (plan: TablePlan): number => SOAP_VERSIONS.indexOf(plan.table.version);
  return {
    pairs: [
      ...[...plans].sort((one, other) => order(one) - order(other)).map(pairOf),
      ...(station ? [stationReport(station)] : []),
    ],
    losses: [...(register?.losses.values() ?? [])].map(lossOf),
  };
}

function lossOf({ code, by, what, because, where }: LossRow): ReportedLoss {
  return { code, by, what, because, where: Object.fromEntries(where) };
}

function pairOf(plan: TablePlan): PairReport {
  const { table } = plan;
  const operations = [...upOperations(plan), ...downOperations(plan), ...neverSent(plan)];
  const lines = operations.flatMap(({ messages }) => messages.flatMap((message) => message.lines));
  const fields = lines.filter((line) => !line.whole);
  return {
    soap: table.version,
    json: 'ocpp1.6',
    file: table.file.split('/').at(-1) ?? table.file,
    figures: {
      operations: counted(
        WAYS,
        operations.map(({ how }) => how),
      ),
      fields: counted(
        MARKS,
        fields.map(({ mark }) => mark),
      ),
      words: wordsOf(plan),
      losses: new Set([...operations.flatMap(({ losses }) => losses), ...table.keys.map(({ loss }) => loss)]).size,
    },
    keys: table.keys.map(({ key, spelled, loss, why }) => ({ key, spelled, loss, why })),
    operations,
  };
}

export function counted<T extends string>(names: readonly T[], found: readonly T[]): Readonly<Record<T, number>> {
  const counts = names.map((name) => [name, found.filter((one) => one === name).length]);
  return Object.fromEntries(counts) as Record<T, number>;
}

function upOperations({ table, up }: TablePlan): ReportedOperation[] {
  return [...table.up].map(([name, entry]): ReportedOperation => {
    const own = { name, caller: 'charge point', why: entry.why } as const;
    const plan = up.get(name);
    if (entry.like !== undefined || !plan)
      return { ...own, how: 'like another version', rules: [`as OCPP ${entry.like}`], messages: [], losses: [] };
    const messages = messagesOf(plan, 'charge point');
    return { ...own, how: 'translated', rules: rulesOf(name, entry), messages, losses: lossesOf(messages) };
  });
}

const rulesOf = (name: string, entry: UpEntry): string[] => [refusedWords(entry.refused), awayWords(name, entry.away)];

function downOperations({ table, down }: TablePlan): ReportedOperation[] {
  return [...table.down].map(([name, entry]): ReportedOperation => {
    const own = { name, caller: 'CSMS', why: entry.why } as const;
    const plan = down.get(name);
    if (entry.instead || !plan) {
      const rules = entry.instead ? insteadWords(entry.instead) : [];
      return { ...own, how: 'not translated', rules, messages: [], losses: [] };
    }
    const messages = messagesOf(plan, 'CSMS');
    return { ...own, how: 'translated', rules: [], messages, losses: lossesOf(messages) };
  });
}

function neverSent({ table }: TablePlan): ReportedOperation[] {
  return [...table.neverSent].map(([name, { why }]): ReportedOperation => {
    const own = { name, caller: 'charge point', how: 'never sent' } as const;
    return { ...own, rules: ['the bridge never makes this call of OCPP 1.6'], why, messages: [], losses: [] };
  });
}

function messagesOf(plan: OperationPlan, caller: 'charge point' | 'CSMS'): ReportedMessage[] {
  const other = caller === 'CSMS' ? 'charge point' : 'CSMS';
  return [
    { part: 'request', sender: caller, lines: linesOf(plan.request) },
    { part: 'answer', sender: other, lines: linesOf(plan.answer) },
  ];
}

const lossesOf = (messages: readonly ReportedMessage[]): string[] => [
  ...new Set(messages.flatMap(({ lines }) => lines.flatMap(({ losses }) => losses))),
];

function wordsOf({ up, down }: TablePlan): { all: number; changed: number } {
  const leaves = [...up.values(), ...down.values()].flatMap(({ request, answer }) => [
    ...leavesOf(request),
    ...leavesOf(answer),
  ]);
  const worded = leaves.filter(({ source, target }) => source?.words && target.words);
  const changed = worded.map(
    ({ words, source }) => [...words.keys()].filter((word) => source?.words?.includes(word)).length,
  );
  return { all: sum(worded.map(({ source }) => source?.words?.length ?? 0)), changed: sum(changed) };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

function leavesOf(plan: GroupPlan): LeafPlan[] {
  return plan.fields.flatMap(({ choices }) =>
    choices.flatMap(({ make }) => {
      if (make.kind === 'leaf') return [make];
      return make.item.kind === 'leaf' ? [make.item] : leavesOf(make.item);
    }),
  );
}
