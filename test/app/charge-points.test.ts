import { afterEach, expect, test } from 'vitest';
import { type Admin, openAdmin } from '../../src/app/admin.ts';
import { type ChargePointRow, chargePointView } from '../../src/app/charge-point-view.ts';
import { table } from '../../src/app/commands/charge-points.ts';
import { ChargePointConfigs } from '../../src/app/config/charge-points.ts';
import { loadConfig } from '../../src/app/config/load.ts';
import { BridgeError } from '../../src/base/errors.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { NOW } from '../flow/context.ts';

/** Who has been heard, as the admin port and the command line show it. */

let admin: Admin | undefined;
afterEach(() => admin?.close());

const configs = new ChargePointConfigs(
  loadConfig({
    text: `
csms: { url: "ws://csms.example/ocpp", protocol: ocpp2.0.1 }
chargePoints: { "00:80": { csms: { identity: CS-0001 } }, "CP:6": { csms: { protocol: ocpp1.6 } } }`,
    env: {},
  }),
);

async function rows(): Promise<ChargePointRow[]> {
  const store = new MemoryStore();
  for (const identity of ['CP:7', '00:80', 'CP:6', 'CP-8']) {
    const state = { schema: 1, version: '1.5', heardAt: NOW };
    await store.commit(identity, { revision: 1, state, put: [], remove: [] });
  }
  const stateOf = (identity: string) =>
    identity === '00:80' ? ({ state: 'open', slot: 1 } as const) : ({ state: 'closed', slot: 0 } as const);
  return chargePointView(store, configs, { stateOf })();
}

async function served(view: () => Promise<ChargePointRow[]>): Promise<{ status: number; body: unknown }> {
  admin = await openAdmin(
    { host: '127.0.0.1', port: 0 },
    {
      metrics: () => Promise.reject(new Error('not asked')),
      notReady: () => undefined,
      losses: () => ({ identity: '', total: 0, losses: [] }),
      chargePoints: view,
    },
  );
  const response = await fetch(`http://${admin.address}/api/charge-points`);
  return { status: response.status, body: await response.json() };
}

test('both names are shown, the way of the link, and what OCPP 2.0.1 cannot write', async () => {
  const heard = new Date(NOW).toISOString();
  const rest = { version: '1.5', heard };
  const all = await rows();
  expect(all).toEqual([
    { identity: '00:80', csmsIdentity: 'CS-0001', protocol: 'ocpp2.0.1', ...rest, link: 'open', slot: 1 },
    { identity: 'CP-8', protocol: 'ocpp2.0.1', ...rest, link: 'closed' },
    { identity: 'CP:6', protocol: 'ocpp1.6', ...rest, link: 'closed' },
    { identity: 'CP:7', unwritable: true, protocol: 'ocpp2.0.1', ...rest, link: 'closed' },
  ]);
  expect(await served(rows)).toEqual({ status: 200, body: { chargePoints: all } });
  expect(table(all).split('\n').slice(1, -1)).toEqual([
    `open (profile 1)    1.5  ocpp2.0.1  ${heard}  00:80 = CS-0001`,
    `closed              1.5  ocpp2.0.1  ${heard}  CP-8`,
    `closed              1.5  ocpp1.6    ${heard}  CP:6`,
    `closed              1.5  ocpp2.0.1  ${heard}  CP:7  ! OCPP 2.0.1 cannot write this identity: give it csms.identity`,
  ]);
});

test('a bridge that has heard nobody says so', () => {
  expect(table([])).toBe('No charge point has been heard yet.\n');
});

test('a store that cannot be read is told without its stack', async () => {
  const broken = () => Promise.reject(new BridgeError('StoreFailed', 'the disk is gone'));
  expect(await served(broken)).toEqual({ status: 503, body: { message: 'the disk is gone' } });
});
