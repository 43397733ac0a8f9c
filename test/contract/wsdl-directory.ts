/** A directory of WSDL files for one test: the project's own, changed by the test, or others. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** The project's own files by name. */
export function ownFiles(): Record<string, string> {
  return Object.fromEntries(readdirSync('wsdl').map((name) => [name, readFileSync(join('wsdl', name), 'utf8')]));
}

/** Writes files into a new directory that goes when the test ends. */
export function directoryOf(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'wsdl-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return dir;
}

/** `text` with a part replaced; throws when the part is not there, so that a test cannot pass by changing nothing. */
export function replaced(text: string, part: string | RegExp, by: string): string {
  const result = text.replaceAll(part, by);
  if (result === text) throw new Error(`nothing to replace: ${part}`);
  return result;
}
