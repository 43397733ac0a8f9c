import { expect, test } from 'vitest';
import { startBridge } from '../../src/app/bridge.ts';
import { loadConfig } from '../../src/app/config/load.ts';
import type { ChargePointLosses } from '../../src/app/loss-ledger.ts';
import { createLog } from '../../src/base/log.ts';

const TAG = 'CARD-OF-MRS-JONES-0123456789';
const authorize = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:o="urn://Ocpp/Cs/2012/06/">
  <s:Header><o:chargeBoxIdentity>CP-1</o:chargeBoxIdentity></s:Header>
  <s:Body><o:authorizeRequest><o:idTag>${TAG}</o:idTag></o:authorizeRequest></s:Body>
</s:Envelope>`;

test('a tag that is lost is counted for its charge point, and no log line shows it', async () => {
  const lines: string[] = [];
  const config = loadConfig({
    env: {},
    text: JSON.stringify({
      soap: { listen: '127.0.0.1:0', answerWithin: '1s' },
      // Nobody listens there.
      csms: { url: 'ws://127.0.0.1:9/' },
      store: { memory: true },
      admin: { listen: '127.0.0.1:0' },
    }),
  });
  const log = createLog({ level: 'debug', redactTags: true, stream: { write: (line) => void lines.push(line) } });
  const bridge = await startBridge(config, log);
  try {
    await fetch(bridge.soapUrl, {
      method: 'POST',
      headers: { 'Content-Type': 'application/soap+xml' },
      body: authorize,
    }).then((response) => response.text());
    const response = await fetch(new URL('/api/losses?identity=CP-1', bridge.adminUrl));
    const { losses } = (await response.json()) as ChargePointLosses;
    expect(losses.map(({ code, count }) => [code, count])).toContainEqual(['tag-alias', 1]);
  } finally {
    await bridge.stop();
  }
  const lost = lines.filter((line) => line.includes('"code":"tag-alias"'));
  expect(lost).toHaveLength(1);
  expect(JSON.parse(lost[0] ?? '{}')).toMatchObject({
    identity: 'CP-1',
    field: 'idTag',
    raw: expect.stringMatching(/^CA…/),
  });
  expect(lines.filter((line) => line.includes(TAG))).toEqual([]);
});
