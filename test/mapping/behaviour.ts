/** What the compiled tables do, as readable lines: every field of every message with every kind of value that a row may speak of. */

import type { JsonObject, SoapObject, SoapVersion } from '../../src/base/message.ts';
import type { Field, Group, Leaf } from '../../src/contract/model.ts';
import { DEFAULT_OPTIONS, type MappingOptions } from '../../src/mapping/options.ts';
import type { Contracts } from '../../src/mapping/plan-tables.ts';
import type { Memory, Translation, Translator } from '../../src/mapping/translator.ts';
import { fakeMemory } from './fake-memory.ts';

type Bag = Record<string, unknown>;
type Sender = 'device' | 'csms';

const memory: Memory = fakeMemory({
  timezone: '+02:00',
  connectorUse: (connector) => (connector === 7 ? 'charging' : 'idle'),
  transactionAt: (connector) => (connector === 7 ? 77 : undefined),
  csmsTransaction: (id) => (id === 7 ? 1_000_007 : id),
  deviceTransaction: (id) => (id === 7 ? 3007 : id),
  tagOf: (alias) => (alias === 'ZZALIAS' ? 'THE-TAG-BEHIND-THE-STAND-IN' : undefined),
  connectorExists: (connector) => connector === 7,
  stopReason: (id) => (id === 7 ? 'Remote' : undefined),
});

const usual: Readonly<Record<Leaf['base'], string>> = {
  string: '7',
  int: '7',
  decimal: '7.5',
  boolean: 'true',
  dateTime: '2013-02-01T15:09:18Z',
  anyURI: 'ftp://host/a',
  any: '',
};

const SERIAL = `start-${'1234567890'.repeat(60)}-end`;
const STRANGE: Readonly<Record<Leaf['base'], readonly string[]>> = {
  string: [SERIAL, ' 7,5 ', 'ZZALIAS', '8'],
  int: ['0', '-1', '8', '2147483648', 'x'],
  decimal: ['7.55', 'x'],
  boolean: ['x'],
  dateTime: ['x', '2013-02-01T15:09:18.5', '2013-02-01T15:09:18.123+01:00'],
  anyURI: ['ftp://host/a b'],
  any: [],
};
/** Units outside of the contracts that are heard in the field. */
const HEARD_UNITS = ['Celcius', 'Hertz'];

function typed(text: string, { base }: Leaf, sender: Sender): unknown {
  if (sender === 'device') return text;
  if (base === 'boolean') return text === 'true';
  return (base === 'int' || base === 'decimal') && text !== 'x' ? Number(text) : text;
}

/** One of everything. */
function full(group: Group, sender: Sender, word: number): Bag {
  const bag: Bag = {};
  for (const { name, type, list } of group.fields) {
    const one =
      type.kind === 'group'
        ? full(type, sender, word)
        : typed(type.words?.[word] ?? type.words?.[0] ?? usual[type.base], type, sender);
    bag[name] = list ? [one] : one;
  }
  if (group.text) bag['.'] = usual[group.text.base];
  return bag;
}

interface Variant {
  readonly name: string;
  readonly message: Bag;
}

/** The full message with one thing other, at any depth. */
function variants(group: Group, bag: Bag, sender: Sender, path = ''): Variant[] {
  const text: Field[] = group.text ? [{ name: '.', type: group.text, min: 1, max: 1, list: false }] : [];
  return [...group.fields, ...text].flatMap((field) => {
    const { name, type, list } = field;
    const here = `${path}${name}`;
    const { [name]: own, ...rest } = bag;
    const put = (what: string, value: unknown): Variant => ({
      name: `${here} ${what}`,
      message: { ...bag, [name]: value },
    });
    const found: Variant[] = [{ name: `${here} is missing`, message: rest }];
    if (list) found.push(put('is empty', []), put('is twice there', Array.isArray(own) ? [...own, ...own] : own));
    const one = list && Array.isArray(own) ? own[0] : own;
    const wrapped = (value: unknown): unknown => (list ? [value] : value);
    if (type.kind === 'leaf') {
      for (const value of leafValues(type, sender))
        found.push(put(`= ${shown(value)}`, wrapped(typed(value, type, sender))));
    } else if (typeof one === 'object' && one !== null) {
      const inner = variants(type, one as Bag, sender, `${here}.`);
      found.push(
        ...inner.map((variant) => ({ name: variant.name, message: { ...bag, [name]: wrapped(variant.message) } })),
      );
    }
    return found;
  });
}

function leafValues(leaf: Leaf, sender: Sender): readonly string[] {
  if (!leaf.words)
    return sender === 'device' || leaf.base === 'string' ? ['', ...STRANGE[leaf.base]] : STRANGE[leaf.base];
  const first = leaf.words[0] ?? '';
  const heard = leaf.words.includes('kWh') ? HEARD_UNITS : [];
  return sender === 'device' ? [...leaf.words, ...heard, 'Nonsense', first.toUpperCase()] : leaf.words;
}

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 12)}…${text.slice(-12)} (${text.length})` : text;
};

/** Where two messages differ. */
function differences(before: unknown, after: unknown, path: string): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const deep = (value: unknown): value is Bag => typeof value === 'object' && value !== null;
  if (!deep(before) || !deep(after)) return [`${path} = ${shown(after)}`];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => differences(before[name], after[name], path === '' ? name : `${path}.${name}`));
}

const lossesOf = (got: Translation<unknown>): string[] =>
  got.losses.map(({ code, field, secret }) => `${code} ${field}${secret ? ' (secret)' : ''}`);

/** What came out; beside `base` only what differs from it, losses with a plus or a minus. */
function outcome(got: Translation<unknown>, base?: Translation<unknown>): string {
  const losses = lossesOf(got);
  const before = base ? lossesOf(base) : [];
  const more = losses.filter((loss) => !before.includes(loss)).map((loss) => (base ? `+${loss}` : loss));
  const less = got.kind === 'refusal' ? [] : before.filter((loss) => !losses.includes(loss)).map((loss) => `-${loss}`);
  const told = more.length + less.length > 0 ? ` [${[...more, ...less].join(', ')}]` : '';
  if (got.kind === 'refusal') return `refused: ${got.refusal.code} ${got.refusal.reason}${told}`;
  if (got.kind === 'answer') return `answered ${JSON.stringify(got.answer)}${told}`;
  if (base?.kind !== 'value') return `${JSON.stringify(got.value)}${told}`;
  return `${differences(base.value, got.value, '').join(', ') || 'the same'}${told}`;
}

type Translate = (value: Bag, memory: Memory, call?: JsonObject) => Translation<unknown>;

/** What rows may depend on: the connector (0 is the charge point itself), the words beside, the call that is answered. */
const SCENES = [
  { name: '', word: 0, connector: '7', asked: 7 },
  { name: ' on connector 0', word: 0, connector: '0', asked: 7 },
  { name: ' with other words', word: 1, connector: '8', asked: 7 },
  { name: ' asked of connector 8', word: 0, connector: '7', asked: 8 },
];

/** A value that passes as it is, trimmed or not, or is refused for its type or absence: what happens when no row speaks. */
function ordinary(variant: string, told: string): boolean {
  if (told === 'the same' || /^refused: \w+ \S+ (must be|is missing)/.test(told)) return true;
  if (/^\S+ = ("7,5"|nothing)( \[\+str-trim \S+\])?$/.test(told)) return true;
  const [path, value] = variant.split(' = ');
  const bare = (text: string | undefined): string => (text ?? '').replaceAll('"', '');
  const [target, written] = told.split(' = ');
  return (
    value !== undefined && bare(written) === bare(value) && target?.split('.').at(-1) === path?.split(/[.@]/).at(-1)
  );
}

function messageLines(title: string, group: Group, sender: Sender, translate: Translate): string[] {
  const known = new Set<string>();
  return SCENES.flatMap(({ name, word, connector, asked }) => {
    const message = full(group, sender, word);
    if ('connectorId' in message) message['connectorId'] = sender === 'device' ? connector : Number(connector);
    const call = { connectorId: asked };
    const got = translate(message, memory, call);
    const cases = [`: ${outcome(got)}`];
    for (const variant of variants(group, message, sender)) {
      const told = outcome(translate(variant.message, memory, call), got);
      if (!ordinary(variant.name, told)) cases.push(` ${variant.name}: ${told}`);
    }
    const fresh = cases.filter((line) => !known.has(line));
    for (const line of fresh) known.add(line);
    return fresh.map((line) => `${title}${name}${line}`);
  });
}

/** The other value of every option. */
const OTHERWISE: MappingOptions = {
  ...DEFAULT_OPTIONS,
  tagTooLong: 'reject',
  smartChargingAnswer: 'status',
  keepZero: true,
};

/** All that tables do; with other options, what they do otherwise. */
export function behaviourOf(
  compile: (options: MappingOptions) => ReadonlyMap<SoapVersion, Translator>,
  contracts: Contracts,
): string[] {
  const usually = linesOf(compile(DEFAULT_OPTIONS), contracts);
  const otherwise = linesOf(compile(OTHERWISE), contracts);
  const without = (lines: readonly string[], known: readonly string[]): string[] => {
    const set = new Set(known);
    return lines.filter((line) => !set.has(line));
  };
  return [
    ...usually,
    ...without(usually, otherwise).map((line) => `not otherwise: ${line}`),
    ...without(otherwise, usually).map((line) => `otherwise: ${line}`),
  ];
}

function linesOf(translators: ReadonlyMap<SoapVersion, Translator>, { soap, json }: Contracts): string[] {
  return [...translators].flatMap(([version, { up, down, keys }]) => [
    ...[...keys].map(([key, spelled]) => `${version} key ${key}: ${spelled}`),
    ...[...up.values()].flatMap((table) => {
      const title = `${version} ${table.action}`;
      // A version that lacks the call borrows its messages.
      const operation = (['1.2', '1.5', '1.6'] as const)
        .filter((known) => known >= version)
        .map((known) => soap.service(known, 'CentralSystem').operations.get(table.action))
        .find((found) => found !== undefined);
      const action = json.actions.get(table.action);
      if (!operation || !action) return [];
      return [
        ...Object.entries(table.refused).map(
          ([code, rule]) => `${title} refused with ${code}: ${JSON.stringify(rule)}`,
        ),
        `${title} while the CSMS is away: ${JSON.stringify(table.away)}`,
        ...messageLines(`${title} request`, operation.request.type, 'device', (value) =>
          table.request(value as SoapObject, memory),
        ),
        ...messageLines(`${title} answer`, action.answer, 'csms', (value) => table.answer(value as JsonObject, memory)),
      ];
    }),
    ...[...down.values()].flatMap((table) => {
      const title = `${version} ${table.action} of the CSMS`;
      if (table.instead) return [`${title}, instead: ${JSON.stringify(table.instead)}`];
      const operation = soap.service(version, 'ChargePoint').operations.get(table.action);
      const action = json.actions.get(table.action);
      if (!operation || !action) return [];
      return [
        ...messageLines(`${title} request`, action.request, 'csms', (value) =>
          table.request(value as JsonObject, memory),
        ),
        ...messageLines(`${title} answer`, operation.answer.type, 'device', (value, known, call) =>
          table.answer(value as SoapObject, known, call),
        ),
      ];
    }),
  ]);
}
