import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** Above the reserve that the store wants to see free, and small enough for the memory of any machine. */
const VOLUME = 112 << 20;
const BLOCK = Buffer.alloc(64 << 10);

/**
 * Where the store lies: a small volume of its own, where this process may mount one, else a plain directory. A full disk is a
 * volume with a filler in it, or a limit on the size of the process's files, which needs no rights and fails as hard.
 */
export class Disk {
  /** Directory of the store. */
  readonly path: string;
  readonly #place: string;
  /** Whether it has a limited size of its own. */
  readonly volume: boolean;
  readonly #abandon = () => this.close();

  constructor(directory: string, wantVolume: boolean) {
    this.#place = join(directory, 'volume');
    this.path = join(this.#place, 'data');
    mkdirSync(this.#place);
    this.volume = wantVolume && done('mount', '-t', 'tmpfs', '-o', `size=${VOLUME}`, 'tmpfs', this.#place);
    mkdirSync(this.path);
    process.once('exit', this.#abandon);
  }

  close(): void {
    process.off('exit', this.#abandon);
    if (this.volume) done('umount', '-l', this.#place);
  }

  /** Writes until so many bytes are free; on a volume only. */
  fill(leave: number): void {
    const filler = openSync(join(this.#place, 'filler'), 'a');
    try {
      for (let free = this.#free(); free > leave; free = this.#free())
        writeSync(filler, BLOCK, 0, Math.min(BLOCK.length, free - leave));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    } finally {
      closeSync(filler);
    }
  }

  empty(): void {
    rmSync(join(this.#place, 'filler'), { force: true });
  }

  #free(): number {
    const { bavail, bsize } = statfsSync(this.#place);
    return bavail * bsize;
  }

  /** No file of this process grows beyond the size that the store has now. False when that cannot be told to the kernel. */
  limit(pid: number): boolean {
    const { size } = statSync(join(this.path, 'data.mdb'));
    return done('prlimit', '--pid', String(pid), `--fsize=${size}:`);
  }

  unlimit(pid: number): void {
    done('prlimit', '--pid', String(pid), '--fsize=unlimited:');
  }

  /** Nobody can write to the store until the returned function is called; undefined when that cannot be had here. */
  freeze(): (() => void) | undefined {
    const { path } = this;
    if (done('mount', '--bind', path, path)) {
      const undo = () => void done('umount', path);
      if (done('mount', '-o', 'remount,ro,bind', path)) return undo;
      undo();
    }
    const files = [path, ...readdirSync(path).map((name) => join(path, name))].filter(
      (file) => !statSync(file).isSocket(),
    );
    if (done('chattr', '+i', ...files)) return () => void done('chattr', '-i', ...files);
    done('chattr', '-i', ...files);
    // Root may write whatever the mode says.
    if (process.getuid?.() === 0) return undefined;
    for (const file of files) chmodSync(file, file === path ? 0o500 : 0o400);
    return () => {
      for (const file of files) chmodSync(file, file === path ? 0o700 : 0o600);
    };
  }
}

/** Whether the command was there and succeeded. */
function done(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
