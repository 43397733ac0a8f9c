import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Exit, Program, scratch, writeConfig } from './bridge-process.ts';
import { configFor, house, whenOver } from './house.ts';

/** What the operator reads when the bridge cannot start: what is wrong, where, and nothing else. */

const { path: place, remove } = scratch();
whenOver(remove);
let attempts = 0;

async function attempt(more: Readonly<Record<string, unknown>> | string): Promise<Exit & { lines: string[] }> {
  attempts += 1;
  const directory = join(place, String(attempts));
  mkdirSync(directory);
  const file = writeConfig(
    directory,
    typeof more === 'string' ? more : configFor('ws://127.0.0.1:9/ocpp', directory, more),
  );
  const program = new Program(['run', '--config', file]);
  whenOver(() => program.kill('SIGKILL'));
  const exit = await program.exited;
  expect(program.log.filter(({ level }) => level !== 'info')).toEqual([]);
  expect(program.stderr).not.toMatch(/\n\s+at |node:internal/);
  return { ...exit, lines: program.stderr.trimEnd().split('\n') };
}

it.each(['soap', 'admin'])('a port that is taken is named in one line with the key %s.listen', async (section) => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  whenOver(() => other.close());
  const { port } = other.address() as AddressInfo;
  expect(await attempt({ [section]: { listen: `127.0.0.1:${port}` } })).toEqual({
    code: 1,
    signal: null,
    lines: [
      `${section}.listen: cannot listen on 127.0.0.1:${port}: another program listens there already (EADDRINUSE)`,
    ],
  });
});

it('a store that another bridge has open is refused in one line that says who has it', async () => {
  const store = { path: join(place, 'shared') };
  const { bridge } = await house({ store });
  const { code, lines } = await attempt({ store });
  expect(code).toBe(1);
  expect(lines).toEqual([expect.stringContaining(`${store.path} is in use by process ${bridge.pid}`)]);
  expect(await bridge.ready()).toBe(true);
});

it('a store that cannot be made is refused in one line that names it', async () => {
  const file = join(place, 'file');
  writeFileSync(file, '');
  const { code, lines } = await attempt({ store: { path: file } });
  expect(code).toBe(1);
  expect(lines).toEqual([expect.stringContaining(file)]);
});

it('a wrong configuration is told with all its faults, each with its place', async () => {
  const { code, lines } = await attempt(
    ['csms: { url: "http://x", protocl: a }', 'soap: { listen: "x:99999" }', 'foo: 1'].join('\n'),
  );
  expect(code).toBe(1);
  expect(lines.map((line) => line.replace(/^.*?(bridge\.yaml:\d+).*?: ([\w.]+): .*$/, '$1 $2'))).toEqual([
    'bridge.yaml:1 csms.url',
    'bridge.yaml:1 csms.protocl',
    'bridge.yaml:2 soap.listen',
    'bridge.yaml:3 foo',
  ]);
});

it.each([
  ['mapping', 'dir', 'there is no table for OCPP 1.5'],
  ['contracts', 'wsdlDir', 'no file describes OCPP 1.5 ChargePoint'],
])('an empty directory as %s.%s is refused, and what is missing is listed', async (section, key, missing) => {
  const empty = join(place, `empty-${key}`);
  mkdirSync(empty);
  const { code, lines } = await attempt({ [section]: { [key]: empty } });
  expect(code).toBe(1);
  expect(lines.join('\n')).toContain(missing);
});
