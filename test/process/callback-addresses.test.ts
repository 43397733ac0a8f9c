import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { expect, it } from 'vitest';
import { house, whenOver } from './house.ts';
import { envelope, heartbeat, post } from './soap-messages.ts';

/** Whoever writes the From header must not make the bridge call into the network it stands in. */

/** A server that nobody may call; it counts who did. Listens on all loopback addresses but 127.0.0.2's port. */
class Trap {
  caught = 0;
  readonly #server: Server = createServer((socket) => {
    this.caught += 1;
    socket.destroy();
  });

  async listen(host: string, port = 0): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(port, host, resolve));
    whenOver(() => this.#server.close());
    return (this.#server.address() as AddressInfo).port;
  }
}

const trap = new Trap();
const trapPort = await trap.listen('127.0.0.1');
const otherPort = new Trap();
const otherTrapPort = await otherPort.listen('127.0.0.2');

/** The one address that is allowed: it sends everybody on into the trap. */
const redirecting = createHttpServer((_request, response) => {
  response.writeHead(307, { Location: `http://127.0.0.1:${trapPort}/` }).end();
});
await new Promise<void>((resolve) => redirecting.listen(0, '127.0.0.2', resolve));
whenOver(() => redirecting.close());
const allowedPort = (redirecting.address() as AddressInfo).port;

const { bridge, csms } = await house({
  callbacks: { allow: ['127.0.0.2/32', '192.0.2.0/24'], ports: [allowedPort, trapPort] },
});

let charger = 0;
async function commandTo(from: string): Promise<unknown[]> {
  charger += 1;
  const identity = `CP-${charger}`;
  const answer = await post(bridge.soapPort, envelope(heartbeat, { identity, from }));
  expect(answer?.status).toBe(200);
  return csms.call(identity, 'Reset', { type: 'Soft' });
}

it.each([
  `http://127.0.0.1:${trapPort}/`,
  `http://localhost:${trapPort}/`,
  `http://LOCALHOST.:${trapPort}/`,
  `http://x.localhost:${trapPort}/`,
  `http://[::1]:${trapPort}/`,
  `http://[::ffff:127.0.0.1]:${trapPort}/`,
  `http://[::ffff:7f00:1]:${trapPort}/`,
  `http://0x7f000001:${trapPort}/`,
  `http://2130706433:${trapPort}/`,
  `http://0177.0.0.1:${trapPort}/`,
  `http://127.1:${trapPort}/`,
  `http://0.0.0.0:${trapPort}/`,
  `http://[::]:${trapPort}/`,
  `http://127.0.0.1%2F:${trapPort}/`,
  `http://127.0.0.2@127.0.0.1:${trapPort}/`,
  `http://127.0.0.1:${trapPort}\\@127.0.0.2:${allowedPort}/`,
  `http://127。0。0。1:${trapPort}/`,
  `http://:${trapPort}/`,
  'http://169.254.169.254/latest/meta-data/',
  'http://[fd00:ec2::254]/latest/meta-data/',
  'http://metadata.invalid/',
  'file:///etc/passwd',
  `gopher://127.0.0.1:${trapPort}/_x`,
  `https://127.0.0.1:${trapPort}/`,
])('a command to %s is refused, and nothing connects', async (from) => {
  const [kind, , code] = await commandTo(from);
  expect([kind, code]).toEqual([4, expect.stringMatching(/^(InternalError|GenericError)$/)]);
  expect(trap.caught).toBe(0);
});

it('a command to an allowed host on a port that is not is refused, and nothing connects', async () => {
  const answer = await commandTo(`http://127.0.0.2:${otherTrapPort}/`);
  expect(answer).toEqual([4, expect.anything(), 'InternalError', expect.stringContaining('not allowed'), {}]);
  expect(otherPort.caught).toBe(0);
});

it('a redirect to where the bridge must not go is not followed', async () => {
  const answer = await commandTo(`http://127.0.0.2:${allowedPort}/`);
  expect(answer).toEqual([
    4,
    expect.anything(),
    'InternalError',
    expect.stringContaining('redirects'),
    expect.anything(),
  ]);
  expect(trap.caught).toBe(0);
});
