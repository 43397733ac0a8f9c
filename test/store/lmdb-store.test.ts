import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BridgeError } from '../../src/base/errors.ts';
import { stateKey } from '../../src/store/keys.ts';
import { openLmdbStore } from '../../src/store/lmdb-store.ts';
import type { Store } from '../../src/store/store.ts';
import { storeSuite } from './store.common.case.ts';

storeSuite('The LMDB store', async () => {
  const path = await mkdtemp(join(tmpdir(), 'store-'));
  let store = await openLmdbStore(path);
  return {
    store,
    reopen: async () => {
      await store.close();
      store = await openLmdbStore(path);
      return store;
    },
    dispose: async () => {
      await store.close();
      await rm(path, { recursive: true });
    },
  };
});

async function failure(action: Promise<unknown>): Promise<BridgeError> {
  const error = await action.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BridgeError);
  expect((error as BridgeError).code).toBe('StoreFailed');
  return error as BridgeError;
}

/** Starts a process that commits for ever, and waits until it has said `lines` lines. */
async function committer(
  path: string,
  writers: number,
  lines: number,
): Promise<{ child: ChildProcess; said: () => string }> {
  const script = new URL('./commit-forever.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', script, path, String(writers)]);
  let said = '';
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => {
    complaint += text.toString();
  });
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`the writer ended early: ${complaint}`)));
    child.stdout.on('data', (text: Buffer) => {
      said += text.toString();
      if (said.split('\n').length > lines) resolve();
    });
  });
  return { child, said: () => said };
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await gone;
}

describe('The LMDB store', () => {
  let path: string;
  const opened: Store[] = [];

  async function opens(...args: Parameters<typeof openLmdbStore>): Promise<Store> {
    const store = await openLmdbStore(...args);
    opened.push(store);
    return store;
  }

  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'store-'));
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()));
    await rm(path, { recursive: true, force: true });
  });

  it('has every acknowledged commit after the process was killed, and takes over from the dead', {
    timeout: 60_000,
  }, async () => {
    const acknowledged = new Map<string, number>();
    for (let life = 0; life < 3; life += 1) {
      const { child, said } = await committer(path, 8, 400);
      await kill(child);
      const lines = said().split('\n').slice(1, -1);
      expect(lines.length).toBeGreaterThan(300);
      for (const line of lines) {
        const [identity = '', revision] = line.split(' ');
        acknowledged.set(identity, Number(revision));
      }
    }
    const store = await opens(path);
    expect(acknowledged.size).toBe(8);
    for (const [identity, revision] of acknowledged) {
      const stored = await store.load(identity);
      expect(stored?.revision).toBeGreaterThanOrEqual(revision);
      expect(stored?.state).toEqual({ revision: stored?.revision });
      const rows = await store.rows(identity, 'row', 1_000_000);
      expect(rows.length).toBe(stored?.revision);
    }
  });

  it('is refused to a second process, which is told who has it', async () => {
    const { child } = await committer(path, 1, 1);
    try {
      const error = await failure(openLmdbStore(path));
      expect(error.message).toContain(`in use by process ${child.pid}`);
    } finally {
      await kill(child);
    }
    await opens(path);
  });

  it('is refused to a second opener in the same process until it is closed', async () => {
    const store = await opens(path);
    expect((await failure(openLmdbStore(path))).message).toContain(`in use by process ${process.pid}`);
    await store.close();
    await opens(path);
  });

  it('is opened by exactly one of many that try at once', async () => {
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => opens(path)));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  });

  it('can be opened although an earlier process died in the middle of opening it', async () => {
    await mkdir(join(path, 'owner.opening'));
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(join(path, 'owner.opening'), longAgo, longAgo);
    await opens(path);
  });

  it('is refused when the owner is alive but says nothing', async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((done) => server.listen(join(path, 'owner.sock'), done));
    const clock = {
      now: () => Date.now(),
      monotonic: () => 0,
      after: (_: number, run: () => void) => ({ cancel: cancelOf(run) }),
    };
    try {
      expect((await failure(openLmdbStore(path, { clock }))).message).toContain('does not answer');
    } finally {
      server.close();
    }
  });

  it('works in a directory whose path is longer than a socket may have', {
    skip: process.platform !== 'linux',
  }, async () => {
    const long = join(path, 'd'.repeat(120));
    const store = await opens(long);
    expect((await failure(openLmdbStore(long))).message).toContain('in use');
    await store.commit('CP1', { revision: 1, state: {} });
    await store.close();
    await expect(stat(join(long, 'owner.sock'))).rejects.toThrow('ENOENT');
  });

  it('keeps the directory it makes to itself', async () => {
    await opens(join(path, 'new'));
    expect((await stat(join(path, 'new'))).mode & 0o777).toBe(0o700);
  });

  it('refuses a store of a newer format and leaves it as it is', async () => {
    const raw = open<string, Buffer>({
      path,
      noSubdir: false,
      keyEncoding: 'binary',
      encoding: 'string',
      useVersions: true,
      overlappingSync: false,
    });
    await raw.put(Buffer.from('format'), '2', 1);
    await raw.close();
    const error = await failure(openLmdbStore(path));
    expect(error.message).toMatch(/format 2.*up to 1.*newer/);
  });

  it('refuses an LMDB file of another program', async () => {
    const raw = open<string, Buffer>({
      path,
      noSubdir: false,
      keyEncoding: 'binary',
      encoding: 'string',
      overlappingSync: false,
    });
    await raw.put(Buffer.from('x'), 'y');
    await raw.close();
    expect((await failure(openLmdbStore(path))).message).toContain('not a store of this program');
  });

  it.each([
    ['newer', '{"v":2,"identity":"CP1","revision":1,"state":{}}', 'newer'],
    ['damaged', '{"v":1,"identity"', 'damaged'],
    ['empty', '{"v":1}', 'damaged'],
    ['versionless', '{"revision":1,"state":{}}', 'damaged'],
  ])('refuses a store with a %s record', async (_, text, word) => {
    await (await openLmdbStore(path)).close();
    const raw = open<string, Buffer>({
      path,
      noSubdir: false,
      keyEncoding: 'binary',
      encoding: 'string',
      useVersions: true,
      overlappingSync: false,
    });
    await raw.put(stateKey('CP1'), text, 1);
    await raw.close();
    const { message } = await failure(openLmdbStore(path));
    expect(message).toContain(path);
    expect(message).toContain(word);
  });

  it('refuses a file that is no LMDB file, instead of ending the process', async () => {
    await writeFile(join(path, 'data.mdb'), 'this is not a database\n'.repeat(2000));
    expect((await failure(openLmdbStore(path))).message).toMatch(/data\.mdb is damaged/);
  });

  it.each([100, 4096, 8192])('refuses a file cut to %d bytes, instead of ending the process', async (size) => {
    const store = await openLmdbStore(path);
    await store.commit('CP1', { revision: 1, state: { text: 'x'.repeat(20_000) } });
    await store.close();
    await truncate(join(path, 'data.mdb'), size);
    expect((await failure(openLmdbStore(path))).message).toMatch(/data\.mdb is damaged/);
  });

  it('says why a path cannot be a store', async () => {
    const file = join(path, 'file');
    await writeFile(file, '');
    const error = await failure(openLmdbStore(join(file, 'store')));
    expect(error.message).toContain(file);
    expect(error.message).toContain('ENOTDIR');
    expect(error.cause).toBeInstanceOf(Error);
  });

  // Root may write anywhere.
  it('says so when the directory is read-only', { skip: process.getuid?.() === 0 }, async () => {
    await chmod(path, 0o500);
    expect((await failure(openLmdbStore(path))).message).toContain('EACCES');
    await chmod(path, 0o700);
  });

  it('refuses commits while the disk is nearly full, and still reads', async () => {
    const before = await openLmdbStore(path);
    await before.commit('CP1', { revision: 1, state: {} });
    await before.close();
    const store = await opens(path, { minFreeBytes: Number.MAX_SAFE_INTEGER });
    expect((await failure(store.commit('CP1', { revision: 2, state: {} }))).message).toContain('nearly full');
    expect(await store.load('CP1')).toEqual({ revision: 1, state: {} });
  });
});

/** Runs at once what a timer would run later. */
function cancelOf(run: () => void): () => void {
  setImmediate(run);
  return () => undefined;
}
