import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { house } from './house.ts';
import { envelope, heartbeat, post, start, textOf } from './soap-messages.ts';

function charging(port: number, number: number) {
  const message = envelope(start(1, 'TAG1', number, '2026-01-01T00:00:00Z'), { identity: `CP-${number}` });
  return post(port, message);
}

/** Whether anybody still listens. */
function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

it('SIGTERM lets every open exchange end with its answer, takes no new one, and exits with 0', async () => {
  const { bridge, csms } = await house();
  let release = (): void => undefined;
  csms.hold = new Promise((resolve) => {
    release = resolve;
  });
  const waiting = Array.from({ length: 50 }, (_, number) => charging(bridge.soapPort, number));
  await csms.until(() => csms.calls.length === waiting.length);
  bridge.kill('SIGTERM');
  await bridge.line(({ msg }) => msg === 'draining');
  bridge.kill('SIGTERM');
  bridge.kill('SIGINT');
  await bridge.line(({ msg }) => msg === 'stopping already');
  expect((await bridge.get('/readyz')).status).toBe(503);
  expect(await listens(bridge.soapPort)).toBe(false);
  release();
  const answers = await Promise.all(waiting);
  const told = answers.map((answer) => Number(textOf(answer?.text ?? '', 'transactionId')));
  const booked = csms.started.map(({ transactionId }) => transactionId);
  expect(told.toSorted((a, b) => a - b)).toEqual(booked.toSorted((a, b) => a - b));
  expect(await bridge.exited).toEqual({ code: 0, signal: null });
  expect(bridge.stderr).toBe('');
});

it('SIGINT ends it like SIGTERM', async () => {
  const { bridge } = await house();
  expect((await post(bridge.soapPort, envelope(heartbeat)))?.status).toBe(200);
  bridge.kill('SIGINT');
  expect(await bridge.exited).toEqual({ code: 0, signal: null });
});

it('exchanges that do not end in the drain time are cut off without an answer, and the exit code tells', async () => {
  const { bridge, csms } = await house({ drain: { within: '300ms' } });
  csms.hold = new Promise(() => undefined);
  const waiting = [charging(bridge.soapPort, 1), charging(bridge.soapPort, 2)];
  await csms.until(() => csms.calls.length === waiting.length);
  bridge.kill('SIGTERM');
  // An unanswered message is sent again: nothing is lost.
  for (const answer of await Promise.all(waiting)) expect([undefined, 503]).toContain(answer?.status);
  expect(await bridge.exited).toEqual({ code: 1, signal: null });
  const warnings = bridge.log.filter(({ level }) => level === 'warn').map(({ msg }) => msg);
  expect(warnings).toContainEqual(expect.stringContaining('cut off'));
});
