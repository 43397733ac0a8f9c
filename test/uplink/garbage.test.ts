import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fakeNetwork } from './fake-socket.ts';
import { ending, farBank, request } from './far-bank.ts';

/** Frames that are wrong in every way, some of them aimed at the ids that are in use. */
const ids = fc.constantFrom('u1', 'u2', 'u3', 'a', '', 7, null);
const frame = fc.oneof(
  fc.string(),
  fc.json(),
  fc
    .tuple(fc.constantFrom(2, 3, 4, 5, '3'), ids, fc.array(fc.jsonValue(), { maxLength: 4 }))
    .map(([type, id, rest]) => JSON.stringify([type, id, ...rest])),
  fc
    .tuple(
      ids,
      fc.constantFrom('ClearCache', 'Reset', 'RemoteStartTransaction', 'Heartbeat', '__proto__'),
      fc.jsonValue(),
    )
    .map(([id, action, payload]) => JSON.stringify([2, id, action, payload])),
);

it('whatever the CSMS sends, every call ends, every answered frame is OCPP-J, and the link stays', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(frame, fc.boolean()), { maxLength: 30 }), async (frames) => {
      const { connect, sockets } = fakeNetwork();
      const { links, clock, log } = farBank('ws://csms.example/ocpp', {}, { connect });
      const calls = [1, 2, 3].map(() => ending(links.call(request({ sendWithin: 100_000, answerWithin: 1_000 }))));
      const [socket] = sockets;
      socket?.opens();
      for (const [text, isBinary] of frames) socket?.receives(text, isBinary);
      clock.advance(200_000);
      for (const call of calls) {
        expect(['CsmsTimeout', 'CsmsAnswerInvalid', 'CsmsInternalError', undefined]).toContain((await call).code);
      }
      for (const text of socket?.sent ?? []) {
        const [type, id] = JSON.parse(text) as unknown[];
        expect([2, 3, 4]).toContain(type);
        expect(id).toEqual(expect.stringMatching(/./s));
      }
      expect(links.states()).toMatchObject({ open: 1, waiting: 0 });
      expect(log.at('error').filter((line) => line !== 'the CSMS sent an invalid answer')).toEqual([]);
    }),
    { seed: 16, numRuns: 300 },
  );
});

it.each([
  ['Reset', `{"type":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`],
  ['DataTransfer', `{"vendorId":"x","data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
])('a %s that is nested too deeply is called malformed, in one line', async (action, payload) => {
  const { connect, sockets } = fakeNetwork();
  const { links, log } = farBank('ws://csms.example/ocpp', {}, { connect });
  links.open('CP1');
  const [socket] = sockets;
  socket?.opens();
  socket?.receives(`[2,"a","${action}",${payload}]`, false);
  await new Promise((resolve) => setImmediate(resolve));
  expect(JSON.parse(socket?.sent[0] ?? '')).toEqual([
    4,
    'a',
    'FormationViolation',
    'the payload is nested too deeply',
    {},
  ]);
  expect(log.all.filter(({ level }) => level !== 'debug')).toEqual([
    {
      level: 'warn',
      about: expect.not.objectContaining({ err: expect.anything() }),
      message: 'a call of the CSMS was refused',
    },
  ]);
});
