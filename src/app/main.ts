#!/usr/bin/env node
import { BridgeError } from '../base/errors.ts';
import { buildProgram } from './program.ts';

/** The roof's door: any error that reaches it is told readably on standard error, and the exit code is 1. */
try {
  await buildProgram().parseAsync();
} catch (error) {
  const code = error instanceof BridgeError ? ` (${error.code})` : '';
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}${code}\n`);
  process.exitCode = 1;
}
