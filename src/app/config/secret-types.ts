import type { z } from 'zod';
import { Secret } from './secret.ts';
import type { Sources } from './sources.ts';
import { textAs } from './value-types.ts';

/** What comes from files and variables: it is read when the configuration is, so that a missing one stops the start. */

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'the file may not be read';
  if (code === 'EISDIR') return 'this is a directory, not a file';
  return error instanceof Error ? error.message : String(error);
}

function readText(sources: Sources, path: string): string {
  try {
    return sources.readText(path);
  } catch (error) {
    throw new Error(`${reason(error)}: ${sources.locate(path)}`);
  }
}

/** A secret in a file: its text without the line end that editors add. */
export function secretFile(sources: Sources) {
  return textAs('file', 'the name of a file', (path) => {
    const text = readText(sources, path).replace(/\r?\n$/, '');
    if (text === '') throw new Error(`the file is empty: ${sources.locate(path)}`);
    return new Secret(text);
  });
}

/** A secret in an environment variable. */
export function secretVariable(sources: Sources) {
  return textAs('variable', 'the name of an environment variable', (name) => {
    const text = sources.env[name];
    if (text === undefined || text === '') throw new Error(`the environment variable ${name} is not set`);
    return new Secret(text);
  });
}

function pemText(sources: Sources, path: string): string {
  const text = readText(sources, path);
  if (!text.includes('-----BEGIN ')) throw new Error(`the file holds no PEM: ${sources.locate(path)}`);
  return text;
}

/** Certificates in PEM, as text. */
export function pemFile(sources: Sources) {
  return textAs('file', 'the name of a PEM file', (path) => pemText(sources, path));
}

/** A private key in PEM. */
export function keyFile(sources: Sources) {
  return textAs('file', 'the name of a PEM file', (path) => new Secret(pemText(sources, path)));
}

export function directory(sources: Sources) {
  return textAs('directory', 'the name of a directory', (path) => {
    if (!sources.isDirectory(path)) throw new Error(`there is no such directory: ${sources.locate(path)}`);
    return sources.locate(path);
  });
}

/** A directory that need not be there yet. */
export function newDirectory(sources: Sources) {
  return textAs('directory', 'the name of a directory', (path) => {
    if (path === '') throw new Error('the name of a directory is wanted');
    return sources.locate(path);
  });
}

interface Pair {
  readonly file: string;
  readonly env: string;
}

/** A check for objects with two places for one secret: at most one may be set. */
export function atMostOne({ file, env }: Pair) {
  return (value: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void => {
    if (value[file] === undefined || value[env] === undefined) return;
    context.addIssue({ code: 'custom', message: `either ${file} or ${env}, not both`, path: [env] });
  };
}

/** A check for objects: these keys come together or not at all. */
export function together(...keys: readonly string[]) {
  return (value: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void => {
    const missing = keys.filter((key) => value[key] === undefined);
    if (missing.length === 0 || missing.length === keys.length) return;
    for (const key of missing) {
      const others = keys.filter((other) => other !== key).join(' and ');
      context.addIssue({ code: 'custom', message: `is missing: it belongs to ${others}`, path: [key] });
    }
  };
}
