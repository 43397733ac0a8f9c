import { copyFile, mkdir, mkdtemp, open as openFile, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BridgeError } from '../../src/base/errors.ts';
import { openLmdbStore } from '../../src/store/lmdb-store.ts';
import { sealed, unsealed } from '../../src/store/seal.ts';
import { damage } from '../chaos/damage.ts';
import { Chance } from '../chaos/random.ts';

/** `DAMAGES` and `DAMAGE_SEED` change how many random ones there are, and which. */
const DAMAGES = Number(process.env['DAMAGES'] ?? 150);
const SEED = Number(process.env['DAMAGE_SEED'] ?? 1);

const PAGE = 4096;
/** In a meta page, behind its header. */
const TRANSACTION = 152;
const ENTRIES = 96 + 32;
const IDENTITIES = Array.from({ length: 40 }, (_, n) => `CP-${n}`);

let place: string;
let whole: string;
let copies = 0;

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'store-'));
  whole = join(place, 'whole');
  const store = await openLmdbStore(whole);
  for (const identity of IDENTITIES) {
    for (let revision = 1; revision <= 8; revision += 1) {
      const value = { identity, revision, filler: 'z'.repeat((revision * 997) % 2600) };
      const put = [{ kind: 'outbox', key: String(revision), value }];
      const remove = revision > 5 ? [{ kind: 'outbox', key: String(revision - 5) }] : [];
      await store.commit(identity, { revision, state: { filler: 'y'.repeat(revision * 600) }, put, remove });
    }
  }
  await store.close();
});
afterAll(() => rm(place, { recursive: true }));

/** A copy of the store as it was left. */
async function copied(): Promise<{ readonly path: string; readonly file: string }> {
  copies += 1;
  const path = join(place, `copy-${copies}`);
  await mkdir(path);
  for (const name of ['data.mdb', 'data.made']) await copyFile(join(whole, name), join(path, name));
  return { path, file: join(path, 'data.mdb') };
}

async function change(file: string, at: number, to: (bytes: Buffer) => void, length = 8): Promise<void> {
  const handle = await openFile(file, 'r+');
  const bytes = Buffer.alloc(length);
  await handle.read(bytes, 0, length, at);
  to(bytes);
  await handle.write(bytes, 0, length, at);
  await handle.close();
}

async function refusal(path: string): Promise<string> {
  const error = await openLmdbStore(path).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BridgeError);
  const { code, message } = error as BridgeError;
  expect(code).toBe('StoreFailed');
  expect(message).not.toContain('\n');
  expect(message).toContain(path);
  return message;
}

/** Everything in it. */
async function contents(path: string): Promise<string> {
  const store = await openLmdbStore(path);
  const all = [];
  for (const identity of await store.identities())
    all.push(identity, await store.load(identity), await store.rows(identity, 'outbox', 1000));
  await store.close();
  return JSON.stringify(all);
}

async function newestMeta(file: string): Promise<number> {
  const bytes = await readFile(file);
  return bytes.readBigUInt64LE(TRANSACTION) > bytes.readBigUInt64LE(PAGE + TRANSACTION) ? 0 : PAGE;
}

describe('A damaged store', () => {
  it('is refused when one letter of a value is another one', async () => {
    const { path, file } = await copied();
    const at = (await readFile(file)).lastIndexOf('"identity":"CP-7","revision":8');
    await change(file, at + '"identity":"CP-'.length, (bytes) => bytes.write('6'), 1);
    expect(await refusal(path)).toContain('cannot be trusted: a stored record is damaged');
  });

  it('is refused when its last commit is hidden, which leaves an older store that is whole', async () => {
    const { path, file } = await copied();
    const at = (await newestMeta(file)) + TRANSACTION;
    await change(file, at, (bytes) => bytes.writeBigUInt64LE(bytes.readBigUInt64LE(0) - 2n));
    expect(await refusal(path)).toContain('damaged (its beginning)');
  });

  it('is refused when an entry is missing', async () => {
    const { path, file } = await copied();
    const at = (await newestMeta(file)) + ENTRIES;
    await change(file, at, (bytes) => bytes.writeBigUInt64LE(bytes.readBigUInt64LE(0) + 1n));
    expect(await refusal(path)).toMatch(/\d+ entries are there where \d+ were written/);
  });

  it.each(['missing', 'empty'])('is refused when its file is %s, and not taken for a new one', async (how) => {
    const { path, file } = await copied();
    if (how === 'empty') await truncate(file, 0);
    else await rm(file);
    expect(await refusal(path)).toContain('missing or empty');
    await copyFile(join(whole, 'data.mdb'), file);
    expect(await contents(path)).toBe(await contents(whole));
  });

  it(`is refused or has everything, whatever ${DAMAGES} random damages hit`, async () => {
    const chance = new Chance(SEED);
    const before = await contents(whole);
    let refused = 0;
    for (let n = 0; n < DAMAGES; n += 1) {
      const { path } = await copied();
      const { harm } = damage(path, chance);
      const after = await contents(path).catch((error: unknown) => error);
      if (after instanceof BridgeError) refused += 1;
      else expect(after, `seed ${SEED}, number ${n}: ${harm}`).toBe(before);
      await rm(path, { recursive: true });
      await rm(`${path}.backup`, { force: true });
    }
    expect(refused).toBeGreaterThan(DAMAGES / 2);
  }, 120_000);

  it('is none when the process was killed between making the file and its first commit', async () => {
    const path = join(place, 'new');
    await (await openLmdbStore(path)).close();
    await rm(join(path, 'data.made'));
    await truncate(join(path, 'data.mdb'), 0);
    await (await openLmdbStore(path)).close();
  });
});

describe('The sum of a record', () => {
  const key = Buffer.from('key');

  it('holds for the same text under the same key only', () => {
    const text = sealed(key, '{"v":1,"value":{"a":1}}');
    expect(JSON.parse(unsealed(key, text))).toMatchObject({ v: 1, value: { a: 1 } });
    expect(() => unsealed(Buffer.from('kex'), text)).toThrow('damaged');
    expect(() => unsealed(key, text.replace('1}', '2}'))).toThrow('damaged');
  });

  it('may be missing: older records have none, and what looks like one inside a value is none', () => {
    const old = `{"v":1,"value":{"a":1,"crc":5},"more":"${'x'.repeat(30)}"}`;
    expect(unsealed(key, old)).toBe(old);
    expect(unsealed(key, sealed(key, old))).toContain(old.slice(0, -1));
  });
});

describe('The health of a store', () => {
  it('tells of a disk that is nearly full, and how much is free', async () => {
    const { path } = await copied();
    const store = await openLmdbStore(path, { minFreeBytes: Number.MAX_SAFE_INTEGER });
    expect(store.health().trouble).toContain('nearly full');
    expect(store.health().freeBytes).toBeGreaterThan(0);
    await store.close();
    expect(store.health().trouble).toBe('the store is closed');
  });

  it('is good while commits are taken', async () => {
    const { path } = await copied();
    await writeFile(join(path, 'not-ours'), '');
    const store = await openLmdbStore(path, { minFreeBytes: 0 });
    expect(store.health()).toEqual({ freeBytes: expect.any(Number) });
    await store.close();
  });
});
