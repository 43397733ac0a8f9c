import type { ConfigFault } from './faults.ts';
import { nearest } from './hints.ts';
import { ANY, configKeys, type KeyNode, walk } from './keys.ts';

/** Variables that override the file: `BRIDGE_SOAP_MAX_BODY_BYTES` is `soap.maxBodyBytes`. */

const PREFIX = 'BRIDGE_';
/** Kubernetes tells every container about a service named `bridge` in variables like these. */
const OF_KUBERNETES = /^BRIDGE_(SERVICE_(HOST|PORT(_\w+)?)|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;

export function variableOf(path: string): string {
  return PREFIX + path.replace(/[A-Z]/g, '_$&').replaceAll('.', '_').toUpperCase();
}

/** Variable -> key, for every key that a variable can set: all but maps and what is in them. */
export function variables(): ReadonlyMap<string, KeyNode> {
  const settable = [...walk(configKeys())].filter(
    ({ path, kind }) => kind !== 'object' && kind !== 'map' && !path.split('.').includes(ANY),
  );
  return new Map(settable.map((key) => [variableOf(key.path), key]));
}

export interface Override {
  readonly variable: string;
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * What the environment overrides. Empty variables count as not set. `named`: variables that the configuration itself
 * names as places of secrets. `locate` makes paths absolute: those in variables count from the working directory.
 */
export function overridesOf(
  env: Readonly<Record<string, string | undefined>>,
  named: ReadonlySet<string>,
  locate: (path: string) => string,
): { overrides: Override[]; faults: ConfigFault[] } {
  const known = variables();
  const overrides: Override[] = [];
  const faults: ConfigFault[] = [];
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith(PREFIX) || text === undefined || text === '') continue;
    const key = known.get(variable);
    if (key) {
      overrides.push({ variable, path: key.path.split('.'), value: valueIn(key, text, locate) });
    } else if (!named.has(variable) && !OF_KUBERNETES.test(variable)) {
      const hint = nearest(variable, known.keys());
      const message = `there is no such setting${hint === undefined ? '' : `; did you mean ${hint}?`}`;
      faults.push({ where: 'environment', path: variable, message });
    }
  }
  return { overrides, faults };
}

function valueIn(key: KeyNode, text: string, locate: (path: string) => string): unknown {
  if (key.kind === 'list') {
    return text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }
  if (key.kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  if (key.kind === 'number' && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (key.type === 'file' || key.type === 'directory') return locate(text);
  return text;
}
