/** A sample as it lies on disk: a folder with an `about.yaml` and one numbered file, or two, for each step. */

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** Which way a step goes: `from` is played by the runner, `to` is what the bridge must write. */
type Way = 'from' | 'to';
type Bank = 'charge-point' | 'csms';
type Kind = 'call' | 'result' | 'fault' | 'error' | 'refusal';

export type StepName = `${Way}-${Bank}.${Kind}`;

const KINDS: Readonly<Record<Bank, readonly Kind[]>> = {
  'charge-point': ['call', 'result', 'fault', 'refusal'],
  csms: ['call', 'result', 'error'],
};

const FILE = /^(\d+)-(from|to)-(charge-point|csms)\.([a-z]+)(?:\.(xml|json|txt|http\.yaml))$/;

const httpSchema = z.strictObject({
  method: z.string().default('POST'),
  path: z.string().default('/ocpp'),
  version: z.enum(['1.0', '1.1']).default('1.1'),
  headers: z.record(z.string(), z.string()).default({}),
  /** How the text becomes bytes. */
  bytes: z.enum(['utf-8', 'windows-1252', 'utf-16le', 'utf-16be']).default('utf-8'),
  /** Text to put around the body that an editor would not keep. */
  before: z.string().default(''),
  after: z.string().default(''),
  compress: z.enum(['gzip', 'deflate', 'deflate-raw']).optional(),
  /** Of an answer: to give, or to expect. */
  status: z.int().optional(),
  /** Ends the connection in place of an answer. */
  hangUp: z.boolean().default(false),
});
export type Http = z.output<typeof httpSchema>;

const aboutSchema = z.strictObject({
  /** One sentence about behaviour; the name of the test. */
  what: z.string().min(10),
  why: z.string().optional(),
  /** Loss codes that the bridge must tell, and no others. */
  losses: z.array(z.string()).default([]),
  /** Conversations to play before, by their folders under `before/`. */
  before: z.array(z.string()).optional(),
  /** The charge point's name, where it matters. */
  identity: z.string().optional(),
  /** What the configuration of the bridge has besides the usual. */
  config: z.record(z.string(), z.unknown()).default({}),
  /** HTTP status with which the CSMS refuses the WebSocket. */
  refuseLink: z.int().optional(),
  /** Number of the step before which the CSMS takes the WebSocket all the same. */
  linkBackAt: z.int().optional(),
  /** Path on which the link must arrive, where it is not the usual one. */
  linkPath: z.string().optional(),
  /** Why a message that the runner plays does not follow its schema; only under `ocpp…` folders a reason is asked for. */
  broken: z.string().optional(),
  /** Why the schema has no place for what the bridge writes to the charge point. */
  beyondSchema: z.string().optional(),
});
export type About = z.output<typeof aboutSchema>;

export interface Step {
  readonly number: number;
  readonly name: StepName;
  readonly file: string;
  /** Absent when the step is HTTP alone. */
  readonly text: string | undefined;
  readonly http: Http;
  /** Whether there is an `.http.yaml` that says anything. */
  readonly saysHttp: boolean;
}

export interface Sample {
  /** Path under `test/samples`, with slashes. */
  readonly id: string;
  readonly about: About;
  readonly steps: readonly Step[];
}

export const SAMPLES = 'test/samples';

/** Paths under `test/samples` of all folders with files, sorted; those under `before/` are parts, not samples. */
export function sampleIds(root: string = SAMPLES): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && relative(root, entry.parentPath) !== '')
    .map((entry) => relative(root, entry.parentPath).split(sep).join('/'))
    .filter((id, index, all) => !id.startsWith('before/') && all.indexOf(id) === index)
    .sort();
}

/** Reads a folder. Throws with every fault of it: files with unknown names, gaps in the numbers, unknown keys. */
export function readSample(id: string, root: string = SAMPLES): Sample {
  const dir = join(root, id);
  const faults: string[] = [];
  const steps = readSteps(dir, faults);
  const about = readAbout(dir, faults);
  if (steps.length === 0) faults.push('there are no steps');
  for (const [index, step] of steps.entries()) {
    if (step.number !== index + 1) faults.push(`step ${index + 1} is missing, or a number is used twice`);
  }
  if (about === undefined || faults.length > 0) throw new Error(`${id}: ${faults.join('; ')}`);
  return { id, about, steps };
}

/** The folder's name and what it shows; the name alone when about.yaml does not say, which reading it will tell. */
export function titleOf(id: string, root: string = SAMPLES): string {
  const what = readAbout(join(root, id), [])?.what;
  const name = id.slice(id.lastIndexOf('/') + 1);
  return what === undefined ? name : `${name}: ${what}`;
}

/** Steps alone, for conversations under `before/`. */
export function readSteps(dir: string, faults: string[]): Step[] {
  const steps = new Map<string, { number: number; name: StepName; file: string; text?: string; http?: Http }>();
  for (const file of readdirSync(dir).sort()) {
    if (file === 'about.yaml') continue;
    const match = FILE.exec(file);
    const bank = match?.[3] as Bank | undefined;
    const kind = match?.[4] as Kind | undefined;
    if (match === null || bank === undefined || kind === undefined || !KINDS[bank].includes(kind)) {
      faults.push(`${file} is not a name that README.md explains`);
      continue;
    }
    const name: StepName = `${match[2] as Way}-${bank}.${kind}`;
    const key = `${match[1]}-${name}`;
    const step = steps.get(key) ?? { number: Number(match[1]), name, file };
    steps.set(key, step);
    const text = readFileSync(join(dir, file), 'utf8');
    if (match[5] !== 'http.yaml') {
      step.text = text;
      step.file = file;
      continue;
    }
    const http = httpSchema.safeParse(parse(text));
    if (http.success) step.http = http.data;
    else faults.push(`${file}: ${z.prettifyError(http.error)}`);
  }
  return [...steps.values()]
    .sort((a, b) => a.number - b.number)
    .map(({ text, http, ...step }) => ({
      ...step,
      text,
      http: http ?? httpSchema.parse({}),
      saysHttp: http !== undefined,
    }));
}

function readAbout(dir: string, faults: string[]): About | undefined {
  let text: string;
  try {
    text = readFileSync(join(dir, 'about.yaml'), 'utf8');
  } catch {
    faults.push('there is no about.yaml');
    return undefined;
  }
  const about = aboutSchema.safeParse(parse(text));
  if (about.success) return about.data;
  faults.push(`about.yaml: ${z.prettifyError(about.error)}`);
  return undefined;
}
