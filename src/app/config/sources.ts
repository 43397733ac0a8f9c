import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';

/** Where the schema finds what the configuration only names: files, folders, variables. */
export interface Sources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A path as written, made absolute. */
  locate(path: string): string;
  /** Throws as `readFileSync` does. */
  readText(path: string): string;
  isDirectory(path: string): boolean;
}

/** Relative paths of a file count from the file's own directory. */
export function systemSources(directory: string, env: Sources['env']): Sources {
  const locate = (path: string) => resolve(directory, path);
  return {
    env,
    locate,
    readText: (path) => readFileSync(locate(path), 'utf8'),
    isDirectory: (path) => statSync(locate(path), { throwIfNoEntry: false })?.isDirectory() ?? false,
  };
}

/** For those who look at the schema and parse nothing. */
export const noSources: Sources = {
  env: {},
  locate: (path) => path,
  readText: () => '',
  isDirectory: () => true,
};
