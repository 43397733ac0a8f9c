/** A table file or the register of losses: YAML to data. */

import { type CallErrorCode, ERRORS } from '../base/errors.ts';
import { SOAP_VERSIONS, type SoapVersion } from '../base/message.ts';
import type { Place } from './fault.ts';
import { readChosen, readRow } from './read-row.ts';
import {
  type AwayRule,
  type DownEntry,
  FLOWS,
  type Instead,
  type KeyRow,
  type LossRow,
  type RefusedRule,
  type Register,
  type Row,
  type Shape,
  TABLE_NAMES,
  type Table,
  type TableName,
  TELLERS,
  type UpEntry,
} from './table.ts';
import type { Entry, Value } from './yaml-reader.ts';

const CALL_ERRORS: readonly (CallErrorCode | 'other')[] = [
  ...new Set(Object.values(ERRORS).map((row) => row.callError)),
  'other',
];

const rowsOf = (value: Value | undefined): Row[] => value?.list('the rows').flatMap((row) => readRow(row) ?? []) ?? [];
const reader = (entries: readonly Entry[]) => (name: string) => entries.find((entry) => entry.name === name)?.value;

/** Reasons are for people, but they must be there. */
function needWhy(value: Value, why: Value | undefined): string {
  if (!why) value.fault('`why` is missing');
  return why?.text('why') ?? '';
}

function readRefused(value: Value): UpEntry['refused'] {
  const rule = (branch: Value): RefusedRule | undefined => {
    if (!branch.isMap) return branch.oneOf('refused', ['fault']);
    const answer = reader(branch.entries('refused', ['answer']))('answer');
    const object = answer ? answer.object('answer') : branch.fault('refused needs `fault` or an answer');
    return object && { answer: object };
  };
  const entries = value.isMap ? value.entries('refused') : [];
  if (!value.isMap || entries.some((entry) => entry.name === 'answer')) {
    const other = rule(value);
    return other ? { other } : {};
  }
  value.entries('refused', CALL_ERRORS);
  if (!entries.some((entry) => entry.name === 'other')) value.fault('refused needs `other:`');
  return Object.fromEntries(entries.flatMap((entry) => [[entry.name, rule(entry.value)]].filter(([, found]) => found)));
}

function readAway(value: Value): AwayRule {
  if (!value.isMap) return value.oneOf('away', ['refuse']) ?? 'refuse';
  const get = reader(value.entries('away', ['answer', 'keep']));
  const answer = get('answer')?.object('answer') ?? value.fault('away needs an answer') ?? {};
  const keep = get('keep')?.oneOf('keep', ['last', 'last-per-connector']);
  return keep === undefined ? { answer } : { answer, keep };
}

function readUp(value: Value): UpEntry {
  const get = reader(
    value.entries('a call of the charge point', ['like', 'request', 'answer', 'refused', 'away', 'why']),
  );
  const like = get('like')?.oneOf('like', SOAP_VERSIONS);
  const why = get('like') && needWhy(value, get('why'));
  if (get('like') && (get('request') ?? get('answer') ?? get('refused') ?? get('away')))
    value.fault('`like` stands alone: the other table says the rest');
  if (!get('like')) {
    if (!get('refused'))
      value.fault('`refused` is missing', 'what the charge point gets when the CSMS answers CALLERROR');
    if (!get('away')) value.fault('`away` is missing', 'what the charge point gets while the CSMS is away');
  }
  const refused = get('refused');
  const away = get('away');
  return {
    ...value.place,
    why,
    like,
    request: rowsOf(get('request')),
    answer: rowsOf(get('answer')),
    refused: refused ? readRefused(refused) : { other: 'fault' },
    refusedPlace: (refused ?? value).place,
    away: away ? readAway(away) : 'refuse',
    awayPlace: (away ?? value).place,
  };
}

function readInstead(value: Value): Instead | undefined {
  const entries = value.entries('instead', ['answer', 'refuse', 'flow']);
  if (entries.length !== 1) return value.fault('instead needs exactly one of answer, refuse, flow');
  const get = reader(entries);
  const answer = get('answer')?.object('answer');
  if (answer) return { answer };
  const refuse = get('refuse')?.oneOf('refuse', ['NotSupported', 'NotImplemented'] as const);
  if (refuse) return { refuse };
  const flow = get('flow')?.oneOf('flow', FLOWS);
  return flow === undefined ? undefined : { flow };
}

function readDown(value: Value): DownEntry {
  if (!value.isMap) {
    const identical = value.oneOf('a call of the CSMS', ['identical']) !== undefined;
    return { ...value.place, why: undefined, identical, instead: undefined, request: [], answer: [] };
  }
  const get = reader(value.entries('a call of the CSMS', ['request', 'answer', 'instead', 'why']));
  const instead = get('instead');
  const why = instead && needWhy(value, get('why'));
  if (instead && (get('request') ?? get('answer'))) value.fault('`instead` stands alone: nothing is translated');
  return {
    ...value.place,
    why,
    identical: false,
    instead: instead && readChosen(instead, 'instead', readInstead),
    request: rowsOf(get('request')),
    answer: rowsOf(get('answer')),
  };
}

const named = <T>(value: Value | undefined, what: string, read: (entry: Entry) => T | undefined): Map<string, T> =>
  new Map(
    (value?.entries(what) ?? []).flatMap((entry): [string, T][] => {
      const found = read(entry);
      return found === undefined ? [] : [[entry.name, found]];
    }),
  );

function readKey(entry: Entry): KeyRow | undefined {
  const get = reader(entry.value.entries('a key', ['spelled', 'loss', 'why']));
  const why = needWhy(entry.value, get('why'));
  const spelled = get('spelled')?.text('spelled');
  const loss = get('loss')?.text('loss');
  if (spelled === undefined || loss === undefined) return entry.value.fault('a key needs `spelled` and `loss`');
  if (spelled === entry.name) entry.value.fault('the key is spelled the same: this row states no difference');
  return { ...entry.place, key: entry.name, spelled, loss, why };
}

/** Undefined when the file does not even say which pair it is for. */
export function readTable(root: Value): Table | undefined {
  const get = reader(
    root.entries('a table', ['pair', 'keys', 'shapes', 'calls-of-the-charge-point', 'calls-of-the-csms', 'never-sent']),
  );
  const pair = reader(get('pair')?.entries('pair', ['soap', 'json']) ?? []);
  const version = pair('soap')?.oneOf<SoapVersion>('soap', SOAP_VERSIONS);
  pair('json')?.oneOf('json', ['ocpp1.6']);
  if (version === undefined || !pair('json')) return root.fault('`pair: { soap: "1.5", json: ocpp1.6 }` is missing');
  const place = (entry: Entry): Place => entry.place;
  return {
    ...root.place,
    version,
    keys: [...named(get('keys'), 'keys', readKey).values()],
    shapes: named(
      get('shapes'),
      'shapes',
      (entry): Shape => ({ ...place(entry), name: entry.name, rows: rowsOf(entry.value) }),
    ),
    up: named(get('calls-of-the-charge-point'), 'calls-of-the-charge-point', (entry) => ({
      ...readUp(entry.value),
      ...place(entry),
    })),
    down: named(get('calls-of-the-csms'), 'calls-of-the-csms', (entry) => ({
      ...readDown(entry.value),
      ...place(entry),
    })),
    neverSent: named(get('never-sent'), 'never-sent', (entry) => {
      const why = entry.value.text('the reason') ?? '';
      return { ...place(entry), why };
    }),
  };
}

export function readRegister(root: Value): Register {
  const losses = named(
    reader(root.entries('the register', ['losses']))('losses'),
    'losses',
    (entry): LossRow | undefined => {
      const get = reader(entry.value.entries('a loss', ['by', 'what', 'because', 'where']));
      const what = get('what')?.text('what');
      const because = get('because')?.text('because');
      const by = (get('by')?.texts('by') ?? []).flatMap((word) => {
        const found = TELLERS.find((teller) => teller === word);
        return found ?? get('by')?.fault(`by cannot be "${word}"`, `one of ${TELLERS.join(', ')}`) ?? [];
      });
      if (what === undefined || because === undefined || by.length === 0) {
        return entry.value.fault('a loss needs `by`, `what` and `because`');
      }
      const where = new Map<TableName, readonly string[]>();
      for (const claim of get('where')?.entries('where', TABLE_NAMES) ?? []) {
        where.set(claim.name as TableName, claim.value.texts('where'));
      }
      if (by.includes('table') !== where.size > 0)
        entry.value.fault('`where` belongs to losses by: table, and to those only');
      return { ...entry.place, code: entry.name, by, what, because, where };
    },
  );
  return { ...root.place, losses };
}
