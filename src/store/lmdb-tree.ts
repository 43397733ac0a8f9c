import { readSync } from 'node:fs';

/**
 * Walks one tree of an LMDB data file page by page, without LMDB, which trusts what it maps. Every page must be what its
 * parent takes it for, keys must ascend, no page may be used twice, and the counts kept with the root must be right: then no
 * entry is missing and none can lead LMDB astray. What the entries say is not looked at.
 *
 * Page: number u64, transaction u64, pad u16, flags u16, end of the offsets u16, beginning of the nodes u16 (overflow pages: how
 * many u32), offsets u16 each, counted from here. Node: size or child u32, flags u16 (child: its high bits), key size u16, key, data.
 */
const HEADER = 24;
const FLAGS = 18;
const LOWER = 20;
const UPPER = 22;
const BRANCH = 1;
const LEAF = 2;
const OVERFLOW = 4;
const KINDS = BRANCH | LEAF | OVERFLOW | 0x28;
const NODE = 8;
const BIG_DATA = 1;
/** The data of a node whose value lies on pages of its own: page u64, transaction u64, pages u64. */
const BIG = 24;
const NO_PAGE = 0xffff_ffff_ffff_ffffn;
const FIRST_PAGE = 2;
const DEEPEST = 32;

/** What the meta page says of a tree. */
export interface Root {
  readonly depth: number;
  readonly branchPages: bigint;
  readonly leafPages: bigint;
  readonly overflowPages: bigint;
  readonly entries: bigint;
  readonly page: bigint;
}

/** How keys are ordered: as bytes, or as one little-endian number of 8 bytes. */
export type Order = 'bytes' | 'number';

interface Place {
  readonly page: number;
  readonly depth: number;
  /** Keys of the page are not below this one. */
  readonly from: Buffer | undefined;
  /** And below this one. */
  readonly to: Buffer | undefined;
}

/** The pages of a file that are in use, filled by the walks through its trees. */
export class Pages {
  readonly #file: number;
  readonly #size: number;
  readonly #count: number;
  readonly #transaction: bigint;
  readonly #used: Uint8Array;

  /** `count`: pages that may be used; `transaction`: the last one. */
  constructor(file: number, size: number, count: number, transaction: bigint) {
    this.#file = file;
    this.#size = size;
    this.#count = count;
    this.#transaction = transaction;
    this.#used = new Uint8Array(count);
  }

  /** What is wrong with this tree, or undefined. */
  fault(root: Root, order: Order): string | undefined {
    try {
      this.#walk(root, order);
      return undefined;
    } catch (error) {
      if (error instanceof Broken) return error.message;
      throw error;
    }
  }

  #walk(root: Root, order: Order): void {
    const found = { branches: 0n, leaves: 0n, overflow: 0n, entries: 0n };
    const empty = root.page === NO_PAGE;
    if (empty !== (root.depth === 0) || root.depth > DEEPEST) throw new Broken('a root is wrong');
    const open: Place[] = empty ? [] : [{ page: Number(root.page), depth: 1, from: undefined, to: undefined }];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      const { page, depth } = place;
      const kind = depth === root.depth ? LEAF : BRANCH;
      const bytes = this.#take(page, kind);
      const nodes = nodesOf(bytes, page);
      checkOrder(nodes, kind, place, order);
      if (kind === BRANCH) {
        found.branches += 1n;
        for (const [at, node] of nodes.entries()) {
          const from = at === 0 ? place.from : node.key;
          const to = nodes[at + 1]?.key ?? place.to;
          open.push({ page: node.low + node.flags * 2 ** 32, depth: depth + 1, from, to });
        }
      } else {
        found.leaves += 1n;
        found.entries += BigInt(nodes.length);
        for (const { flags, low, data } of nodes) {
          if (flags === BIG_DATA) found.overflow += this.#takeBig(data.subarray(0, BIG), low);
          else if (flags !== 0 || data.length < low) throw new Broken(`page ${page} has a broken entry`);
        }
      }
    }
    const right =
      found.branches === root.branchPages &&
      found.leaves === root.leafPages &&
      found.overflow === root.overflowPages &&
      found.entries === root.entries;
    if (!right) throw new Broken(`${found.entries} entries are there where ${root.entries} were written`);
  }

  /** Reads a page that nobody has used before. */
  #take(page: number, kind: number): Buffer {
    this.#use(page);
    const bytes = Buffer.alloc(this.#size);
    const read = readSync(this.#file, bytes, 0, bytes.length, page * this.#size);
    if (read < bytes.length) throw new Broken(`page ${page} is missing`);
    this.#checkHeader(bytes, page, kind);
    return bytes;
  }

  #takeBig(pointer: Buffer, length: number): bigint {
    if (pointer.length < BIG) throw new Broken('an entry has no place for its value');
    const page = Number(pointer.readBigUInt64LE(0));
    const pages = Number(pointer.readBigUInt64LE(16));
    if (pages < Math.ceil((HEADER + length) / this.#size)) throw new Broken(`page ${page} is too small for its value`);
    if (pages > this.#count) throw new Broken(`page ${page} is followed by too many`);
    for (let n = 0; n < pages; n += 1) this.#use(page + n);
    const bytes = Buffer.alloc(HEADER);
    readSync(this.#file, bytes, 0, HEADER, page * this.#size);
    this.#checkHeader(bytes, page, OVERFLOW);
    if (bytes.readUInt32LE(LOWER) !== pages) throw new Broken(`page ${page} has another length`);
    return BigInt(pages);
  }

  #use(page: number): void {
    if (!(page >= FIRST_PAGE && page < this.#count)) throw new Broken(`page ${page} does not exist`);
    if (this.#used[page] !== 0) throw new Broken(`page ${page} is used twice`);
    this.#used[page] = 1;
  }

  #checkHeader(bytes: Buffer, page: number, kind: number): void {
    const number = bytes.readBigUInt64LE(0);
    if (number !== BigInt(page)) throw new Broken(`page ${page} is another one (${number})`);
    if ((bytes.readUInt16LE(FLAGS) & KINDS) !== kind) throw new Broken(`page ${page} is of another kind`);
    if (bytes.readBigUInt64LE(8) > this.#transaction) throw new Broken(`page ${page} is of the future`);
  }
}

class Broken extends Error {}

interface Node {
  /** Size of the data, or the low bits of a child's page number. */
  readonly low: number;
  readonly flags: number;
  readonly key: Buffer;
  /** To the end of the page. */
  readonly data: Buffer;
}

function nodesOf(bytes: Buffer, page: number): Node[] {
  const lower = bytes.readUInt16LE(LOWER);
  const upper = bytes.readUInt16LE(UPPER);
  if (lower % 2 !== 0 || lower < 2 || lower > upper || upper > bytes.length - HEADER)
    throw new Broken(`page ${page} has a broken header`);
  return Array.from({ length: lower / 2 }, (_, n) => {
    const offset = bytes.readUInt16LE(HEADER + 2 * n);
    const at = HEADER + offset;
    if (offset < upper || at + NODE > bytes.length) throw new Broken(`page ${page} has a broken offset`);
    const keyEnd = at + NODE + bytes.readUInt16LE(at + 6);
    if (keyEnd > bytes.length) throw new Broken(`page ${page} has a broken key`);
    return {
      low: bytes.readUInt32LE(at),
      flags: bytes.readUInt16LE(at + 4),
      key: bytes.subarray(at + NODE, keyEnd),
      data: bytes.subarray(keyEnd),
    };
  });
}

/** The first key of a branch is not used and may be empty. */
function checkOrder(nodes: readonly Node[], kind: number, { page, from, to }: Place, order: Order): void {
  let last = from;
  for (const { key } of kind === BRANCH ? nodes.slice(1) : nodes) {
    const limit = last === from && kind === LEAF ? 0 : 1;
    if (last !== undefined && compare(key, last, order) < limit) throw new Broken(`page ${page} is out of order`);
    last = key;
  }
  if (last !== undefined && to !== undefined && compare(last, to, order) >= 0)
    throw new Broken(`page ${page} is out of order`);
}

function compare(a: Buffer, b: Buffer, order: Order): number {
  if (order === 'bytes') return Buffer.compare(a, b);
  if (a.length !== 8 || b.length !== 8) throw new Broken('a key has another length');
  const [x, y] = [a.readBigUInt64LE(0), b.readBigUInt64LE(0)];
  return x < y ? -1 : Number(x > y);
}
