import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { BridgeError } from '../base/errors.ts';
import { Pages, type Root } from './lmdb-tree.ts';

/**
 * Reads an LMDB data file before LMDB does: it maps the file into memory and trusts it, so damage ends the whole process, or
 * hides entries, instead of giving an error. Here everything is looked at but the values, which have sums of their own.
 *
 * The first two pages are meta pages, written in turns: each says where the two trees (free pages, entries) of one
 * transaction begin. After the page header: magic u32, version u32, address u64, size of the map u64, the two trees (page size
 * or pad u32, flags u16, depth u16, branch, leaf and overflow pages u64, entries u64, root u64), last page u64, transaction u64.
 */
const MAGIC = 0xbeefc0de;
const META = 24;
const VERSION = 28;
const FREE_TREE = 48;
const MAIN_TREE = 96;
const LAST_PAGE = 144;
const TRANSACTION = 152;
const META_BYTES = 160;

interface Meta {
  readonly version: number;
  readonly pageSize: number;
  /** Of both trees; the file's own are among them. */
  readonly flags: string;
  readonly free: Root;
  readonly main: Root;
  readonly lastPage: bigint;
  readonly transaction: bigint;
}

/** Throws StoreFailed when the file is not a whole LMDB file. False for a missing or empty one: a new store. */
export function checkDataFile(path: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
  try {
    const { size } = fstatSync(file);
    if (size === 0) return false;
    const fault = faultOf(file, size);
    if (fault !== undefined) throw damaged(path, fault);
    return true;
  } finally {
    closeSync(file);
  }
}

function faultOf(file: number, size: number): string | undefined {
  const first = meta(file, 0);
  const second = first && meta(file, first.pageSize);
  if (!first || !second) return 'its beginning';
  const newest = first.transaction > second.transaction ? first : second;
  // A page that says another transaction than it may is not the one that was written last.
  const step = first.transaction > second.transaction ? 1n : -1n;
  const inTurn = first.transaction - second.transaction === step && first.transaction % 2n === 0n;
  const alike = first.version === second.version && first.pageSize === second.pageSize;
  // The very first meta page is written before there is a tree.
  const sameFlags = first.transaction === 0n || first.flags === second.flags;
  if (!inTurn || !alike || !sameFlags) return 'its beginning';
  // Every commit writes the root anew: a number that was changed makes an older state look like the last one, or the reverse.
  if (!rootIsOf(file, first) || !rootIsOf(file, second)) return 'its beginning';
  const whole = Math.floor(size / newest.pageSize);
  if (newest.lastPage > Number.MAX_SAFE_INTEGER / newest.pageSize) return 'its beginning';
  // Free pages at the end are counted though they may never have been written.
  const pages = new Pages(file, newest.pageSize, Math.min(Number(newest.lastPage) + 1, whole), newest.transaction);
  return pages.fault(newest.main, 'bytes') ?? pages.fault(newest.free, 'number');
}

/** Whether the root of the entries was written by the transaction that the meta page speaks of. */
function rootIsOf(file: number, { main, pageSize, lastPage, transaction }: Meta): boolean {
  if (main.depth === 0) return true;
  if (main.page > lastPage || lastPage > Number.MAX_SAFE_INTEGER / pageSize) return false;
  const bytes = Buffer.alloc(META);
  readSync(file, bytes, 0, bytes.length, Number(main.page) * pageSize);
  return bytes.readBigUInt64LE(0) === main.page && bytes.readBigUInt64LE(8) === transaction;
}

function meta(file: number, at: number): Meta | undefined {
  const bytes = Buffer.alloc(META_BYTES);
  readSync(file, bytes, 0, bytes.length, at);
  const pageSize = bytes.readUInt32LE(FREE_TREE);
  const possible = pageSize >= 512 && pageSize <= 65536 && Number.isInteger(Math.log2(pageSize));
  if (bytes.readUInt32LE(META) !== MAGIC || !possible) return undefined;
  return {
    version: bytes.readUInt32LE(VERSION),
    pageSize,
    flags: [FREE_TREE, MAIN_TREE].map((at) => bytes.readUInt16LE(at + 4)).join(),
    free: root(bytes, FREE_TREE),
    main: root(bytes, MAIN_TREE),
    lastPage: bytes.readBigUInt64LE(LAST_PAGE),
    transaction: bytes.readBigUInt64LE(TRANSACTION),
  };
}

function root(bytes: Buffer, at: number): Root {
  return {
    depth: bytes.readUInt16LE(at + 6),
    branchPages: bytes.readBigUInt64LE(at + 8),
    leafPages: bytes.readBigUInt64LE(at + 16),
    overflowPages: bytes.readBigUInt64LE(at + 24),
    entries: bytes.readBigUInt64LE(at + 32),
    page: bytes.readBigUInt64LE(at + 40),
  };
}

export function damaged(path: string, what: string): BridgeError {
  const advice = 'restore it from a backup, or move the directory away and lose what it holds';
  return new BridgeError('StoreFailed', `${path} is damaged (${what}); ${advice}`);
}
