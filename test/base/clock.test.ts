import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';

/** Two ends of one connection. */
async function pair(): Promise<{ near: Socket; far: Socket; close: () => void }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const near = connect(address.port, '127.0.0.1');
  const [[far]] = (await Promise.all([once(server, 'connection'), once(near, 'connect')])) as [[Socket], unknown];
  const close = () => {
    near.destroy();
    far.destroy();
    server.close();
  };
  return { near, far, close };
}

/** The process does nothing else until then. */
function standStill(until: number): void {
  while (systemClock.monotonic() < until);
}

test('an answer that came in time is read before its timer rings, though the process stood still meanwhile', async () => {
  const { near, far, close } = await pair();
  const heard: string[] = [];
  await new Promise<void>((done) => {
    const timer = systemClock.after(20, () => {
      heard.push('timed out');
      done();
    });
    near.once('data', () => {
      heard.push('answered');
      timer.cancel();
      done();
    });
    far.write('answer');
    standStill(systemClock.monotonic() + 40);
  });
  close();
  // Whatever is still to ring has rung.
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(heard).toEqual(['answered']);
});

test('a timer that is cancelled does not ring', async () => {
  let rung = false;
  const timer = systemClock.after(0, () => {
    rung = true;
  });
  timer.cancel();
  await new Promise<void>((later) => void systemClock.after(1, later));
  expect(rung).toBe(false);
});
