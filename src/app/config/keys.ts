import type { z } from 'zod';
import { configSchema } from './schema.ts';
import { noSources } from './sources.ts';

/** The keys of the configuration as plain data, read off the schema: for documentation, environment variables and hints. */

/** A place in the configuration. */
export interface KeyNode {
  /** `csms.backoff.first`; `*` stands for any name. */
  readonly path: string;
  /** `duration`, `text`, `list of network`… */
  readonly type: string;
  readonly kind: 'object' | 'map' | 'list' | 'boolean' | 'number' | 'text';
  readonly description: string;
  /** As written in YAML; undefined when there is none. */
  readonly fallback: unknown;
  readonly required: boolean;
  /** Whether a change is taken over while the bridge runs. */
  readonly reload: boolean;
  readonly children: ReadonlyMap<string, KeyNode>;
}

export const ANY = '*';

/** The part of zod's own description of a schema that is read here. */
interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly valueType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly entries?: Readonly<Record<string, string>>;
  readonly defaultValue?: unknown;
}

let root: KeyNode | undefined;

/** The whole tree. Its root has an empty path. */
export function configKeys(): KeyNode {
  root ??= node('', configSchema(noSources));
  return root;
}

/** Every place below, parents first, in the order of the schema. */
export function* walk(from: KeyNode): Generator<KeyNode> {
  for (const child of from.children.values()) {
    yield child;
    yield* walk(child);
  }
}

/** The place of a path, where names of a map are any. */
export function keyAt(path: readonly PropertyKey[]): KeyNode | undefined {
  let at: KeyNode | undefined = configKeys();
  for (const step of path) at = at?.children.get(String(step)) ?? at?.children.get(ANY);
  return at;
}

function definition(schema: z.ZodType): Definition {
  return schema.def as unknown as Definition;
}

function node(path: string, schema: z.ZodType): KeyNode {
  let meta: Record<string, unknown> = {};
  let fallback: unknown;
  let optional = false;
  let core = schema;
  for (;;) {
    // What is said further out holds.
    meta = { ...core.meta(), ...meta };
    const { type, innerType, in: input, defaultValue } = definition(core);
    if (type === 'optional') optional = true;
    if (type === 'default' || type === 'prefault') fallback ??= defaultValue;
    const inner = innerType ?? input;
    if (!inner) break;
    core = inner;
  }
  const below = children(path, core);
  return {
    path,
    kind: kindOf(core),
    type: typeof meta['x-type'] === 'string' ? meta['x-type'] : typeOf(core),
    description: typeof meta['description'] === 'string' ? meta['description'] : '',
    fallback,
    required: !optional && fallback === undefined,
    reload: meta['x-reload'] === true,
    children: below,
  };
}

function children(path: string, schema: z.ZodType): ReadonlyMap<string, KeyNode> {
  const { shape = {}, valueType } = definition(schema);
  const under = (name: string) => (path === '' ? name : `${path}.${name}`);
  const named = Object.entries(shape).map(([name, inner]) => [name, node(under(name), inner)] as const);
  if (valueType && definition(coreOf(valueType)).shape) named.push([ANY, node(under(ANY), valueType)]);
  return new Map(named);
}

function coreOf(schema: z.ZodType): z.ZodType {
  const { innerType, in: input } = definition(schema);
  const inner = innerType ?? input;
  return inner ? coreOf(inner) : schema;
}

function kindOf(schema: z.ZodType): KeyNode['kind'] {
  const { type } = definition(schema);
  if (type === 'object') return 'object';
  if (type === 'record') return 'map';
  if (type === 'array') return 'list';
  if (type === 'boolean') return 'boolean';
  return type === 'number' || type === 'union' ? 'number' : 'text';
}

function typeOf(schema: z.ZodType): string {
  const { type, entries, element } = definition(schema);
  if (entries) return Object.values(entries).join(' | ');
  if (element) return `list of ${node('', element).type}`;
  return { object: '', record: 'map', boolean: 'true | false', string: 'text', number: 'number' }[type] ?? type;
}
