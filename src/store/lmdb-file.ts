import { open } from 'node:fs/promises';
import { BridgeError } from '../base/errors.ts';

/**
 * Looks at the two meta pages of an LMDB data file before LMDB does: it maps the file into memory and trusts it, so a
 * damaged beginning or a cut tail ends the whole process instead of giving an error. Damage further in is not seen.
 */
const MAGIC = 0xbeefc0de;
const META = 24;
const PAGE_SIZE = 48;
const FREE_ROOT = 88;
const MAIN_ROOT = 136;
const LAST_PAGE = 144;
const TRANSACTION = 152;
const NO_PAGE = 0xffff_ffff_ffff_ffffn;
/** Pages at the end that one transaction took and gave back are counted but never written. */
const UNWRITTEN_PAGES = 1024n;

/** Throws StoreFailed when the file cannot be a whole LMDB file. A missing or empty file is a new store. */
export async function checkDataFile(path: string): Promise<void> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) return;
  try {
    const { size } = await file.stat();
    if (size === 0) return;
    const first = await page(file, 0);
    const pageSize = first.readUInt32LE(PAGE_SIZE);
    if (first.readUInt32LE(META) !== MAGIC || pageSize < 512 || pageSize > 65536) throw damaged(path, 'its beginning');
    const second = await page(file, pageSize);
    if (second.readUInt32LE(META) !== MAGIC) throw damaged(path, 'its beginning');
    const newest = first.readBigUInt64LE(TRANSACTION) > second.readBigUInt64LE(TRANSACTION) ? first : second;
    const pages = BigInt(Math.floor(size / pageSize));
    const roots = [newest.readBigUInt64LE(FREE_ROOT), newest.readBigUInt64LE(MAIN_ROOT)];
    const cut = newest.readBigUInt64LE(LAST_PAGE) >= pages + UNWRITTEN_PAGES;
    if (cut || roots.some((root) => root !== NO_PAGE && root >= pages)) throw damaged(path, 'its end is missing');
  } finally {
    await file.close();
  }
}

async function page(file: Awaited<ReturnType<typeof open>>, at: number): Promise<Buffer> {
  const bytes = Buffer.alloc(TRANSACTION + 8);
  await file.read(bytes, 0, bytes.length, at);
  return bytes;
}

function damaged(path: string, what: string): BridgeError {
  return new BridgeError('StoreFailed', `${path} is damaged (${what}); restore it from a backup or move it away`);
}
