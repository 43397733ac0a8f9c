/** The report on the tables towards OCPP 2.0.1, in the shape of the others. */

import type { PairReport, ReportedMessage, ReportedOperation, ReportedTable } from '../report.ts';
import { counted, WAYS } from '../report.ts';
import { MARKS } from '../report-lines.ts';
import type { CheckedStation } from './check.ts';
import type { Entry } from './rows.ts';
import type { OwnVariableRow, StationAction, VariableRow } from './station-tables.ts';

export function stationReport(checked: CheckedStation): PairReport {
  const { table, pair, model, actions } = checked;
  const operations = [
    ...table.entries.map((entry) => operationOf(entry, checked)),
    ...[...table.actions.values()].map(({ name, why }) => otherOperation(name, why, actions.get(name))),
  ];
  const fields = operations
    .flatMap(({ messages }) => messages.flatMap(({ lines }) => lines))
    .filter((line) => !line.whole);
  const rules = [...table.words.values()].flatMap(({ words }) => [...words]);
  return {
    soap: '2.0.1',
    json: 'ocpp2.0.1',
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
      words: {
        all: rules.length,
        changed: rules.filter(([word, { to }]) => !('word' in to) || to.word !== word).length,
      },
      losses: pair.build.uses.size,
    },
    keys: [],
    operations,
    tables: [keysTable(model.variables), ownTable(model.own), errorsTable(checked), sensorsTable(checked)],
  };
}

function operationOf(entry: Entry, { pair }: CheckedStation): ReportedOperation {
  const caller = entry.direction === 'up' ? 'charge point' : 'CSMS';
  const other = caller === 'CSMS' ? 'charge point' : 'CSMS';
  const messages: ReportedMessage[] = [
    { part: 'request', sender: caller, lines: pair.lines.get(entry.heading) ?? [] },
    ...(entry.answer
      ? [
          {
            part: 'answer' as const,
            sender: other as ReportedMessage['sender'],
            lines: pair.lines.get(`${entry.heading}.answer`) ?? [],
          },
        ]
      : []),
  ];
  const names = `${entry.pivot} of OCPP 1.6 ${caller === 'CSMS' ? 'from' : 'as'} ${entry.station} of OCPP 2.0.1`;
  return {
    name: entry.heading,
    caller,
    how: 'translated',
    rules: entry.pivot === entry.station && entry.heading === entry.pivot ? [] : [names],
    why: undefined,
    messages,
    losses: [...new Set(messages.flatMap(({ lines }) => lines.flatMap(({ losses }) => losses)))],
  };
}

function otherOperation(name: string, why: string, action: StationAction | undefined): ReportedOperation {
  const own = { name, why, messages: [], losses: [] };
  switch (action?.kind) {
    case 'answer':
      return {
        ...own,
        caller: 'CSMS',
        how: 'not translated',
        rules: [`the CSMS gets ${JSON.stringify(action.answer)}`],
      };
    case 'sent':
      return {
        ...own,
        caller: 'charge point',
        how: 'made by the bridge',
        rules: ['no message of the charge point stands behind it'],
      };
    case 'never-sent':
      return { ...own, caller: 'charge point', how: 'never sent', rules: ['the bridge never makes this call'] };
    default:
      return { ...own, caller: 'CSMS', how: 'not translated', rules: ['the bridge answers from what it knows'] };
  }
}

const nameOf = (row: { component: string; variable: string; instance?: string }): string =>
  `${row.component}.${row.variable}${row.instance === undefined ? '' : `[${row.instance}]`}`;

const TIERS = { station: '', evse: 'each EVSE', connector: 'each connector', 'evse-of-key': 'the EVSE of its number' };

const typeOf = ({ dataType, unit }: { dataType: string; unit?: string }): string =>
  unit === undefined ? dataType : `${dataType}, ${unit}`;

function keysTable(rows: readonly VariableRow[]): ReportedTable {
  return {
    title: 'Configuration keys',
    head: ['OCPP 1.6', 'OCPP 2.0.1', 'type', 'access', 'besides'],
    rows: rows.map((row) => [
      row.key,
      row.as === undefined ? nameOf(row) : `maxLimit of ${nameOf(row)}`,
      row.as === undefined ? typeOf(row) : '',
      row.as === undefined ? row.mutability : '',
      besides(row).join('; '),
    ]),
  };
}

function besides(row: VariableRow): string[] {
  const own = { also: 'the bridge obeys it, too', only: 'the bridge keeps it; the charge point is not told' };
  return [
    TIERS[row.tier],
    row.convert === 'same' ? '' : `converted: ${row.convert}`,
    row.own === undefined ? '' : own[row.own],
    row.default === undefined ? '' : `${row.default || 'empty'} when the charge point has no such key`,
    row.minLimit === undefined ? '' : `at least ${row.minLimit}`,
    row.valuesList === undefined ? '' : `one of ${row.valuesList.join(', ')}`,
    ...(row.copies ?? []).map((copy) => `also shown as ${nameOf(copy)}`),
    row.announces === undefined ? '' : `${row.announces} is there`,
  ].filter((text) => text !== '');
}

function ownTable(rows: readonly OwnVariableRow[]): ReportedTable {
  return {
    title: 'Variables of the bridge',
    head: ['OCPP 2.0.1', 'value', 'type', 'access', 'where'],
    rows: rows.map((row) => [
      nameOf(row),
      row.value ?? `from ${row.from}`,
      typeOf(row),
      row.mutability,
      [TIERS[row.tier], row.profile === undefined ? '' : `with ${row.profile}`]
        .filter((text) => text !== '')
        .join('; '),
    ]),
  };
}

function errorsTable({ model }: CheckedStation): ReportedTable {
  return {
    title: 'Error codes',
    head: ['OCPP 1.6', 'OCPP 2.0.1', 'where'],
    rows: [...model.errors].map(([code, row]) => [
      code,
      nameOf(row),
      [row.scope, row.componentOfStation === undefined ? '' : `${row.componentOfStation} for connector 0`]
        .filter((text) => text !== '')
        .join('; '),
    ]),
  };
}

function sensorsTable({ model }: CheckedStation): ReportedTable {
  return {
    title: 'Measurands of sensors',
    head: ['OCPP 1.6', 'OCPP 2.0.1', 'unit'],
    rows: [...model.sensors].map(([measurand, row]) => [measurand, nameOf(row), row.unit]),
  };
}
