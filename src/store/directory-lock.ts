import { closeSync, openSync, watch } from 'node:fs';
import { mkdir, rmdir, stat, unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '../base/clock.ts';
import { BridgeError } from '../base/errors.ts';

/**
 * One process per directory. The owner listens on a socket in it: whoever can connect knows that the owner lives, and a
 * socket that a dead process left refuses. A file with a process id could not tell: in a container every process is 1,
 * and the process that left the file may have lived in another container on the same volume.
 */
const SOCKET = 'owner.sock';
/** Held for the moment between asking and listening, so that two newcomers cannot both find the old owner dead. */
const GUARD = 'owner.opening';
/** A guard this old was left by a process that died while it held it. */
const GUARD_STALE_MS = 10_000;
const GUARD_RETRY_MS = 50;
const ASK_MS = 2_000;
/** Longest socket path that every kernel takes. */
const LONGEST_PATH = 100;

export interface DirectoryLock {
  release(): Promise<void>;
}

/** Takes the directory or throws StoreFailed, saying who has it. The directory must exist. */
export async function lockDirectory(directory: string, clock: Clock = systemClock): Promise<DirectoryLock> {
  const guard = join(directory, GUARD);
  await takeGuard(directory, guard, clock);
  let path: SocketPath | undefined;
  try {
    path = socketPath(directory);
    const owner = await askOwner(path.name, clock);
    if (owner !== undefined) {
      throw new BridgeError(
        'StoreFailed',
        `the store ${directory} is in use by ${owner}; only one process may open it`,
      );
    }
    await unlink(path.name).catch(() => undefined);
    return lockOf(await listen(path.name, clock), path);
  } catch (error) {
    path?.close();
    throw error;
  } finally {
    await rmdir(guard).catch(() => undefined);
  }
}

function lockOf(server: Server, path: SocketPath): DirectoryLock {
  return {
    // Closing removes the socket from the directory.
    release: () =>
      new Promise<void>((done) => {
        server.close(() => {
          path.close();
          done();
        });
      }),
  };
}

async function takeGuard(directory: string, guard: string, clock: Clock): Promise<void> {
  if (await tryGuard(guard)) return;
  // Keeps the process alive while it waits: timers of the clock do not.
  const alive = watch(directory);
  alive.on('error', () => undefined);
  try {
    await waitForGuard(guard, clock);
  } finally {
    alive.close();
  }
}

async function waitForGuard(guard: string, clock: Clock): Promise<void> {
  const start = clock.monotonic();
  while (!(await tryGuard(guard))) {
    const made = await stat(guard).catch(() => undefined);
    if (made && Math.abs(clock.now() - made.mtimeMs) > GUARD_STALE_MS) {
      await rmdir(guard).catch(() => undefined);
    } else if (clock.monotonic() - start > GUARD_STALE_MS + ASK_MS) {
      throw new BridgeError('StoreFailed', `another process has been opening the store all the time; see ${guard}`);
    } else {
      await new Promise<void>((done) => clock.after(GUARD_RETRY_MS, done));
    }
  }
}

async function tryGuard(guard: string): Promise<boolean> {
  try {
    await mkdir(guard);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Who answers on the socket, or undefined when surely nobody lives there. */
function askOwner(path: string, clock: Clock): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const timer = clock.after(ASK_MS, () => socket.destroy());
    let said = '';
    let dead = false;
    socket.setEncoding('utf8');
    socket.on('data', (text) => {
      said += text;
    });
    // Anything else, such as a full queue of connections, is a sign of life.
    socket.on('error', (error) => {
      dead = isCode(error, 'ECONNREFUSED') || isCode(error, 'ENOENT');
    });
    socket.on('close', () => {
      timer.cancel();
      // A stopped or busy owner is connected to by the kernel, and says nothing.
      resolve(dead ? undefined : said.trim() || 'a process that does not answer');
    });
  });
}

function listen(path: string, clock: Clock): Promise<Server> {
  const since = new Date(clock.now()).toISOString();
  const about = `process ${process.pid} on ${hostname()} since ${since}\n`;
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end(about);
    });
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      server.unref();
      resolve(server);
    });
  });
}

interface SocketPath {
  readonly name: string;
  close(): void;
}

/** Socket paths are limited to some 100 bytes; Linux takes a long one through an open directory. */
function socketPath(directory: string): SocketPath {
  const name = join(directory, SOCKET);
  if (Buffer.byteLength(name) <= LONGEST_PATH) return { name, close() {} };
  if (process.platform !== 'linux') {
    throw new BridgeError('StoreFailed', `the path of the store is too long for a socket: ${directory}`);
  }
  const handle = openSync(directory, 'r');
  return { name: `/proc/self/fd/${handle}/${SOCKET}`, close: () => closeSync(handle) };
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
