import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { needsPeer } from '../peers.ts';
import { house } from './house.ts';
import { authorize, boot, envelope, heartbeat, post, start, status } from './soap-messages.ts';

/** What strangers leave behind in the metrics and in the log. */

const promtool = needsPeer('promtool');
const STRANGERS = 500;
const TAG = 'SECRETTAG42';
const LONG_TAG = 'SECRETTAGTHATISLONGERTHAN20';
const PASSWORD = 'hunter2hunter2';

const { bridge, csms } = await house(
  { csms: { auth: { passwordEnv: 'BRIDGE_TEST_PASSWORD' } }, log: { level: 'debug' } },
  { BRIDGE_TEST_PASSWORD: PASSWORD },
);

async function series(): Promise<string[]> {
  const { text } = await bridge.get('/metrics');
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

function say(body: string, identity = 'CP-1') {
  return post(bridge.soapPort, envelope(body, { identity }));
}

it('five hundred strangers with odd actions add no series to the metrics', async () => {
  const talk = async (number: number): Promise<void> => {
    await say(heartbeat, `stranger-${number}`);
    await say(`<o:odd${number}Request/>`, `stranger-${number}`);
    csms.raw(`stranger-${number}`, JSON.stringify([2, `x${number}`, `Odd${number}`, {}]));
    csms.raw(`stranger-${number}`, JSON.stringify([4, `y${number}`, `OddCode${number}`, '', {}]));
    await csms.call(`stranger-${number}`, `Odd${number}`, {});
  };
  await talk(0);
  const before = (await series()).length;
  for (let at = 1; at < STRANGERS; at += 50) {
    await Promise.all(Array.from({ length: Math.min(50, STRANGERS - at) }, (_, i) => talk(at + i)));
  }
  const after = await series();
  // A first timeout or refusal opens a histogram or two; anything named by a stranger would open hundreds.
  expect(after.length - before).toBeLessThan(STRANGERS / 5);
  expect(after.join('\n')).not.toMatch(/stranger|odd\d/i);
  expect(after).toContain(`ocpp_bridge_sessions ${STRANGERS}`);
});

it.skipIf(!promtool.available)(
  'promtool finds nothing wrong with the metrics of a bridge that has worked',
  async () => {
    const { text } = await bridge.get('/metrics');
    const { status: code, stdout, stderr } = spawnSync(promtool.command, ['check', 'metrics'], { input: text });
    expect(`${stdout}${stderr}`).toBe('');
    expect(code).toBe(0);
  },
);

it('every log line is JSON, and none shows a tag or a password, at debug level too', async () => {
  await say(boot());
  await say(authorize(TAG));
  await say(authorize(LONG_TAG));
  await say(start(1, TAG, 1, '2026-01-01T00:00:00Z'));
  await say(start(1, TAG, 1, 'yesterday'));
  await say(start(1, `${TAG}&#13;`, 1, '2026-01-01T00:00:01Z'));
  await say(status('x'));
  await say(`<o:authorizeRequest><o:idTag>${TAG}</o:idTag><o:idTag>${TAG}</o:idTag></o:authorizeRequest>`);
  await say(`<o:authorizeRequest><o:idTag>${TAG}`);
  await csms.call('CP-1', 'RemoteStartTransaction', { idTag: TAG, connectorId: -1 });
  await csms.call('CP-1', 'RemoteStartTransaction', { idTag: `${TAG}${TAG}` });
  await csms.call('CP-1', 'ChangeConfiguration', {
    key: 'AuthorizationKey',
    value: Buffer.from(PASSWORD).toString('hex'),
  });
  const { log, stdout, stderr } = bridge;
  expect(stderr).toBe('');
  expect(log.length).toBeGreaterThan(STRANGERS);
  expect(stdout).not.toContain(PASSWORD);
  expect(stdout).not.toContain(Buffer.from(PASSWORD).toString('hex'));
  expect(stdout).not.toContain(Buffer.from(`CP-1:${PASSWORD}`).toString('base64'));
  expect(stdout.split('\n').filter((line) => line.includes('SECRETTAG'))).toEqual([]);
});
