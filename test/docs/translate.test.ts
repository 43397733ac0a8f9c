import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { loadJsonContract } from '../../src/contract/ocppj.ts';

/** The output of `translate` that the pages print is what the program prints. */

const ROOT = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
const jsonContract = loadJsonContract('ocpp2.0.1');

async function translated(...words: string[]): Promise<{ stdout: string; stderr: string }> {
  const args = ['--import', 'tsx', 'src/app/main.ts', 'translate', ...words];
  const { stdout, stderr } = await run(process.execPath, args, { cwd: ROOT });
  return { stdout, stderr };
}

describe('translate', () => {
  test('prints what the pages show for a StartTransaction of 1.5', async () => {
    const { stdout, stderr } = await translated('docs/examples/start-transaction-1.5.xml');
    for (const page of ['README.md', 'docs/cli.md']) {
      expect(readFileSync(resolve(ROOT, page), 'utf8'), page).toContain(`\n${stderr}${stdout}`);
    }
  });

  test('prints what docs/cli.md shows for a RemoteStopTransaction, but for the MessageID and line breaks', async () => {
    const frame = ['--down', 'docs/examples/remote-stop-transaction.json', '--to', '1.5', '--identity', 'CP-15-BERN'];
    const { stdout } = await translated(...frame);
    const plain = (text: string) => text.replace(/urn:uuid:[\w-]+/g, 'urn:uuid:').replace(/\n/g, '');
    expect(plain(readFileSync(resolve(ROOT, 'docs/cli.md'), 'utf8'))).toContain(plain(stdout));
  });

  test('refuses a SOAP version as the protocol of the CSMS', async () => {
    await expect(translated('docs/examples/start-transaction-1.5.xml', '--to', '1.5')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--to names what the CSMS speaks'),
    });
  });

  test('makes a TransactionEvent of a StartTransaction for a CSMS of 2.0.1', async () => {
    const { stdout } = await translated('docs/examples/start-transaction-1.5.xml', '--to', 'ocpp2.0.1');
    const [type, , action, payload] = JSON.parse(stdout) as [number, string, string, Record<string, unknown>];
    expect([type, action]).toEqual([2, 'TransactionEvent']);
    const timestamp = '2024-02-01T14:09:18.5Z';
    expect(payload).toMatchObject({
      eventType: 'Started',
      seqNo: 0,
      timestamp,
      offline: true,
      evse: { connectorId: 1 },
    });
    expect(jsonContract.check(action, 'request', payload as never)).toBeUndefined();
  });

  test('puts a question of a 2.0.1 CSMS to the charge point in its own version', async () => {
    const frame = ['--down', 'docs/examples/reset-2.0.1.json', '--from', 'ocpp2.0.1', '--to', '1.2'];
    const { stdout } = await translated(...frame);
    expect(stdout).toContain('resetRequest');
    expect(stdout).toContain('Hard');
  });
});
