import { posix } from 'node:path';
import { importsOf, readSource } from './source-text.ts';

/** The rules of the street, as data, and what breaks them. */

/** Whom each folder of src may import, besides itself and `base`. Nothing imports `app`. */
export const MAY_IMPORT = {
  app: ['chargepoint', 'codec', 'contract', 'flow', 'mapping', 'session', 'store', 'uplink'],
  base: [],
  chargepoint: ['codec', 'contract', 'session'],
  codec: ['contract'],
  contract: [],
  flow: ['contract', 'mapping'],
  mapping: ['contract'],
  session: ['flow', 'mapping', 'store'],
  store: [],
  uplink: ['contract', 'session'],
} as const satisfies Record<string, readonly string[]>;

export type Folder = keyof typeof MAY_IMPORT;

/** Edges that may carry types alone. */
const TYPES_ONLY: readonly string[] = ['flow -> contract'];

/** What a folder must not know, as the modules that would bring it in. */
const FOREIGN: readonly [folders: readonly Folder[], modules: RegExp, why: string][] = [
  [['flow'], /./, 'a flow does no I/O and needs no package'],
  [
    ['mapping', 'session', 'store'],
    /^(fast-xml-parser|soap|express|helmet|ws|undici|node:(http|https|tls))$/,
    'no XML, HTTP or frame comes this far',
  ],
  [['store'], /^ocpp-rpc/, 'the store knows no OCPP'],
  [
    ['codec'],
    /^(express|helmet|ws|undici|node:(http|https|net|tls))$/,
    'the codec turns text into values, nothing else',
  ],
  [['chargepoint'], /^ws$/, 'the near bank speaks HTTP alone'],
  [['uplink'], /^(soap|fast-xml-parser|express)$/, 'the far bank speaks WebSocket alone'],
];

/** Reading the time or starting a timer. `new Date(x)`, `Date.parse` and `Date.UTC` are arithmetic and free to all. */
const TIME =
  /(?<![\w$])(?:Date\s*\.\s*now\b|new\s+Date\s*(?:\(\s*\)|(?![\s(\w.$]))|(?<!new\s)Date\s*\(\s*\)|(?:set|clear)(?:Timeout|Interval)\b|performance\b|AbortSignal\s*\.\s*timeout\b|process\s*\.\s*(?:hrtime|uptime)\b|DateTime\s*\.\s*(?:now|local|utc)\s*\(\s*\))/;
const TIME_MODULES = /^(node:)?(timers(\/promises)?|perf_hooks)$/;
const CLOCK = 'base/clock.ts';
/** Files besides the clock that may touch time, each with its reason. */
export const TIME_EXCEPTIONS: Readonly<Record<string, string>> = {
  'app/simulate/http-post.ts': 'a limit on a real socket, enforced by the platform; nothing reads the time from it',
};

const CONFIGURATION = /(?<![\w$])process\s*\.\s*(?:env|argv)\b/;

const KEBAB = /^[a-z0-9]+(?:[-.][a-z0-9]+)*$/;
const DRAWERS = /^(utils?|helpers?|common|misc|shared|lib)(\.|$)/;

const isFolder = (name: string): name is Folder => Object.hasOwn(MAY_IMPORT, name);
const roomOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] ?? '') : '');

/**
 * Everything in the sources that breaks a rule, one readable line each. Paths are relative to src, with `/`.
 * `timeExceptions`: path -> reason; one that is not needed is a breach too.
 */
export function breaches(
  sources: ReadonlyMap<string, string>,
  timeExceptions: Readonly<Record<string, string>> = {},
): string[] {
  const found: string[] = [];
  const unneeded = new Set(Object.keys(timeExceptions));
  let imports = 0;
  for (const [path, text] of sources) {
    const source = readSource(text);
    const room = roomOf(path);
    if (!isFolder(room)) found.push(`${path}: stands in no folder of the street`);
    for (const { form, from, line } of importsOf(source)) {
      imports++;
      const say = (what: string) => found.push(`${path}:${line}: ${what}`);
      if (from === undefined) say('imports a computed name: nobody can tell what');
      else if (TIME_MODULES.test(from) && path !== CLOCK) say(`imports ${from}: only ${CLOCK} touches time`);
      else if (!from.startsWith('.')) {
        for (const [folders, modules, why] of FOREIGN) {
          if (folders.some((folder) => folder === room) && modules.test(from)) say(`imports ${from}: ${why}`);
        }
      } else {
        const target = posix.normalize(posix.join(posix.dirname(path), from));
        if (!sources.has(target)) say(`imports ${from}: no such source file`);
        const why = wrongEdge(room, roomOf(target), form === 'type' || form === 'type-query');
        if (why) say(`${room} imports ${target}: ${why}`);
      }
    }
    for (const [index, line] of source.code.split('\n').entries()) {
      const time = TIME.exec(line);
      if (time && Object.hasOwn(timeExceptions, path)) unneeded.delete(path);
      else if (time && path !== CLOCK) found.push(`${path}:${index + 1}: ${time[0]}: only ${CLOCK} touches time`);
      if (CONFIGURATION.test(line) && room !== 'app') {
        found.push(`${path}:${index + 1}: only app reads configuration`);
      }
    }
  }
  if (sources.size === 0) found.push('no source file was seen');
  if (imports === 0) found.push('no import was seen');
  for (const folder of Object.keys(MAY_IMPORT)) {
    if (![...sources.keys()].some((path) => roomOf(path) === folder)) found.push(`${folder}: the folder has no file`);
  }
  for (const path of unneeded) found.push(`${path}: excepted from the clock rule without need`);
  return found;
}

function wrongEdge(from: string, to: string, typesOnly: boolean): string | undefined {
  if (from === to || to === 'base') return undefined;
  if (to === 'app') return 'nothing imports app';
  const allowed: readonly string[] = isFolder(from) ? MAY_IMPORT[from] : [];
  if (!allowed.includes(to)) return `${from} may import ${['base', ...allowed].join(', ')} only`;
  return TYPES_ONLY.includes(`${from} -> ${to}`) && !typesOnly ? 'types only' : undefined;
}

/** Names that break a habit of the house: kebab-case, no drawer for odds and ends, no barrel. */
export function badNames(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const names = path.split('/');
    return [
      ...names.filter((name) => !KEBAB.test(name)).map((name) => `${path}: ${name} is not kebab-case`),
      ...names.filter((name) => DRAWERS.test(name)).map((name) => `${path}: ${name} does not say what it holds`),
      ...(/^index\.\w+$/.test(names.at(-1) ?? '') ? [`${path}: a barrel hides where a thing lives`] : []),
    ];
  });
}
