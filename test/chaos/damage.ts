import { closeSync, copyFileSync, fstatSync, ftruncateSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Chance } from './random.ts';

/** What a bad disk, a bad copy or a bad hand does to the file of the store. */

const PAGE = 4096;

type Harm = (file: number, size: number, chance: Chance) => void;

const HARMS: readonly (readonly [name: string, Harm])[] = [
  ['one byte', (file, size, chance) => flip(file, chance.below(size), chance)],
  [
    'some bytes',
    (file, size, chance) => {
      for (let n = chance.between(2, 40); n > 0; n--) flip(file, chance.below(size), chance);
    },
  ],
  [
    'the beginning',
    (file, _size, chance) => {
      for (let n = chance.between(1, 4); n > 0; n--) flip(file, chance.below(2) * PAGE + chance.below(180), chance);
    },
  ],
  ['a page of noise', (file, size, chance) => overwrite(file, noise(chance), size, chance)],
  ['a page of nothing', (file, size, chance) => overwrite(file, Buffer.alloc(PAGE), size, chance)],
  ['a page of another place', (file, size, chance) => overwrite(file, page(file, size, chance), size, chance)],
  ['a cut', (file, size, chance) => ftruncateSync(file, chance.below(size))],
  ['emptied', (file) => ftruncateSync(file, 0)],
];

/** Does it, and says what it did. `undo` puts everything back as it was. */
export function damage(store: string, chance: Chance): { readonly harm: string; undo(): void } {
  const path = join(store, 'data.mdb');
  const copy = `${store}.backup`;
  copyFileSync(path, copy);
  const undo = () => {
    copyFileSync(copy, path);
    rmSync(copy);
  };
  if (chance.percent(5)) {
    rmSync(path);
    return { harm: 'gone', undo };
  }
  const [harm, act] = chance.pick(HARMS as [(typeof HARMS)[0], ...typeof HARMS]);
  const file = openSync(path, 'r+');
  act(file, fstatSync(file).size, chance);
  closeSync(file);
  return { harm, undo };
}

function flip(file: number, at: number, chance: Chance): void {
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, at);
  byte[0] = (byte[0] ?? 0) ^ chance.between(1, 255);
  writeSync(file, byte, 0, 1, at);
}

function page(file: number, size: number, chance: Chance): Buffer {
  const bytes = Buffer.alloc(PAGE);
  readSync(file, bytes, 0, PAGE, PAGE * chance.below(Math.floor(size / PAGE)));
  return bytes;
}

function noise(chance: Chance): Buffer {
  return Buffer.from(Array.from({ length: PAGE }, () => chance.below(256)));
}

function overwrite(file: number, bytes: Buffer, size: number, chance: Chance): void {
  writeSync(file, bytes, 0, bytes.length, PAGE * chance.below(Math.floor(size / PAGE)));
}
