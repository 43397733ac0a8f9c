import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { complaint } from './complaints.ts';
import { type Override, overridesOf } from './environment.ts';
import { type ConfigFault, ConfigFaults } from './faults.ts';
import { keyHint } from './hints.ts';
import { type Config, configSchema } from './schema.ts';
import { systemSources } from './sources.ts';
import { readYaml, type YamlFile } from './yaml-file.ts';

/** The configuration: one YAML file, overridden by `BRIDGE_…` variables, complete and checked, or all its faults at once. */

export interface ConfigInput {
  /** Name of the YAML file; without it and `text`, everything comes from the environment. */
  readonly file?: string;
  /** The text of the file, when it has been read already. */
  readonly text?: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Throws ConfigFaults. Reads the files with secrets and certificates that the configuration names. */
export function loadConfig({ file, text, env }: ConfigInput): Config {
  const name = file ?? 'configuration';
  const yaml = readYaml(name, text ?? textOf(file));
  const cwd = process.cwd();
  const { overrides, faults: strange } = overridesOf(env, namedVariables(yaml.value, env), (path) =>
    resolve(cwd, path),
  );
  if (yaml.faults.length > 0) throw new ConfigFaults([...yaml.faults, ...strange]);

  const input = applied(yaml.value ?? {}, overrides);
  const sources = systemSources(file === undefined ? cwd : dirname(resolve(cwd, file)), env);
  const result = configSchema(sources).safeParse(input, { error: complaint, reportInput: true });
  if (result.success && strange.length === 0) return result.data;

  const where = placeOf(yaml, overrides, file === undefined && text === undefined);
  const faults = (result.error?.issues ?? []).flatMap((issue): ConfigFault[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          where: where([...issue.path, key]),
          path: [...issue.path, key].join('.'),
          message: unknownKey(issue.path, key),
        }))
      : [{ where: where(issue.path), path: issue.path.join('.'), message: issue.message }],
  );
  faults.sort((a, b) => a.where.localeCompare(b.where, 'en', { numeric: true }));
  throw new ConfigFaults([...faults, ...strange]);
}

function textOf(file: string | undefined): string {
  if (file === undefined) return '';
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigFaults([{ where: file, path: '', message: `the file cannot be read: ${why}` }]);
  }
}

function unknownKey(path: readonly PropertyKey[], key: string): string {
  const hint = keyHint(path, key);
  return `there is no such key${hint === undefined ? '' : `; did you mean ${hint}?`}`;
}

/** Variables in which the configuration says to look for secrets: they may begin with BRIDGE_ too. */
function namedVariables(value: unknown, env: NodeJS.ProcessEnv): ReadonlySet<string> {
  const found = new Set<string>();
  const look = (inner: unknown): void => {
    if (typeof inner !== 'object' || inner === null) return;
    for (const [key, child] of Object.entries(inner)) {
      if (typeof child === 'string' && /[eE]nv$/.test(key)) found.add(child);
      look(child);
    }
  };
  look(value);
  for (const [variable, text] of Object.entries(env)) {
    if (variable.startsWith('BRIDGE_') && variable.endsWith('_ENV') && text) found.add(text);
  }
  return found;
}

/** The values of the file with those of the environment in place. Where the file has something else than keys, it stays. */
function applied(value: unknown, overrides: readonly Override[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const whole = value as Record<string, unknown>;
  for (const { path, value: set } of overrides) {
    let at: unknown = whole;
    for (const step of path.slice(0, -1)) {
      if (typeof at !== 'object' || at === null) break;
      const inner = at as Record<string, unknown>;
      inner[step] ??= {};
      at = inner[step];
    }
    const last = path.at(-1);
    if (typeof at === 'object' && at !== null && last !== undefined) (at as Record<string, unknown>)[last] = set;
  }
  return whole;
}

/** Where a fault lies: in a variable, or in the file. */
function placeOf(yaml: YamlFile, overrides: readonly Override[], noFile: boolean) {
  return (path: readonly PropertyKey[]): string => {
    const found = overrides.find((override) => override.path.every((step, i) => String(path[i]) === step));
    if (found) return `environment ${found.variable}`;
    return noFile ? 'configuration' : yaml.where(path);
  };
}
