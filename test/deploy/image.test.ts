import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const dockerfile = readFileSync(`${ROOT}deploy/Dockerfile`, 'utf8').replaceAll('\\\n', ' ');
const version = (JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { version: string }).version;

/** Instructions with their arguments, in order; comments are gone. */
const instructions = dockerfile
  .split('\n')
  .map((line) => /^([A-Z]+)\s+(.*)$/.exec(line.trim()))
  .flatMap((found) => (found ? [{ word: found[1] ?? '', rest: (found[2] ?? '').trim() }] : []));
const all = (word: string) => instructions.filter((instruction) => instruction.word === word).map(({ rest }) => rest);
const lastStage = instructions.slice(instructions.findLastIndex(({ word }) => word === 'FROM'));
const last = (word: string) => lastStage.filter((instruction) => instruction.word === word).map(({ rest }) => rest);

/** Sources of COPY that come from the checkout, not from another stage. */
const fromCheckout = (copies: readonly string[]) =>
  copies.filter((copy) => !copy.startsWith('--from=')).flatMap((copy) => copy.split(/\s+/).slice(0, -1));

describe('the image', () => {
  test('is built from files that exist and that .dockerignore lets through', () => {
    const sources = fromCheckout(all('COPY'));
    const allowed = readFileSync(`${ROOT}.dockerignore`, 'utf8').split('\n');
    expect(sources.length).toBeGreaterThan(5);
    expect(allowed).toContain('*');
    for (const source of sources) {
      expect(existsSync(ROOT + source), source).toBe(true);
      expect(allowed, source).toContain(`!${source}`);
    }
    for (const line of allowed.filter((entry) => entry.startsWith('!'))) expect(sources).toContain(line.slice(1));
  });

  test('copies from stages that are named before', () => {
    const stages = all('FROM').flatMap((from) => / AS (\w+)$/.exec(from)?.[1] ?? []);
    const used = all('COPY').flatMap((copy) => /^--from=(\w+)/.exec(copy)?.[1] ?? []);
    expect(used.toSorted()).toEqual(stages.toSorted());
  });

  test('ships the built files, the contracts, the tables and the modules, and no sources or tools', () => {
    const targets = last('COPY').map((copy) => copy.split(/\s+/).at(-1));
    expect(targets.toSorted()).toEqual(['./', 'dist', 'mappings', 'node_modules', 'wsdl']);
    expect(fromCheckout(last('COPY'))).toContain('package.json');
    expect(all('RUN').some((run) => run.startsWith('npm ci') && run.includes('--omit=dev'))).toBe(true);
  });

  test('runs as a numbered user that is not root, writes to /data alone, and is told to end by SIGTERM', () => {
    expect(last('USER')).toEqual(['10001:10001']);
    expect(last('VOLUME')).toEqual(['/data']);
    expect(last('STOPSIGNAL')).toEqual(['SIGTERM']);
  });

  test('starts the command of package.json without a shell, so that the signal reaches it', () => {
    const command = JSON.parse(last('CMD')[0] ?? '') as string[];
    const { bin } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { bin: Record<string, string> };
    expect(command).toEqual(['node', bin['ocpp-soap-bridge'], 'run', '--config', '/etc/ocpp-soap-bridge/bridge.yaml']);
    expect(last('ENTRYPOINT')).toEqual([]);
  });

  test('says the version of the package', () => {
    expect(last('ARG')).toContain(`VERSION=${version}`);
  });
});
