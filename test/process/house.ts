import { join } from 'node:path';
import { afterAll } from 'vitest';
import { AnsweringCsms } from './answering-csms.ts';
import { BridgeProcess, scratch, writeConfig } from './bridge-process.ts';

type Section = Readonly<Record<string, unknown>>;

const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Called when all tests of the file are over, last come first. */
export function whenOver(close: () => unknown): void {
  closing.push(close);
}

/** A configuration on free ports with a store of its own; `more` overrides whole sections. */
export function configFor(csmsUrl: string, directory: string, more: Section = {}): Section {
  return {
    soap: { listen: '127.0.0.1:0' },
    csms: { url: csmsUrl },
    store: { path: join(directory, 'data') },
    admin: { listen: '127.0.0.1:0' },
    ...more,
  };
}

/** A bridge and its CSMS for all tests of a file. */
export async function house(
  more: Section = {},
  env?: NodeJS.ProcessEnv,
): Promise<{ bridge: BridgeProcess; csms: AnsweringCsms }> {
  const { path, remove } = scratch();
  whenOver(remove);
  const csms = await AnsweringCsms.start();
  whenOver(() => csms.stop());
  const { csms: moreCsms, ...rest } = more;
  const config = configFor(csms.url, path, rest);
  const bridge = await BridgeProcess.start(
    writeConfig(path, { ...config, csms: { url: csms.url, ...(moreCsms as Section | undefined) } }),
    env,
  );
  whenOver(() => bridge.end());
  return { bridge, csms };
}
