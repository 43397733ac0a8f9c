import { afterEach, beforeEach, expect, it } from 'vitest';
import { Csms } from './csms.ts';
import { farBank } from './far-bank.ts';

let csms: Csms;

beforeEach(async () => {
  csms = await Csms.start();
});

afterEach(async () => {
  await csms.stop();
});

it('a charge point goes by its name at the CSMS, in the path and as user of a password that the CSMS set', async () => {
  const bank = farBank(csms.url, {
    route: () => ({ url: csms.url, protocol: 'ocpp1.6', identity: 'CS-0001' }),
  });
  bank.links.configure('CP 1', 'AuthorizationKey', '6162636461626364');
  bank.links.open('CP 1');
  const connection = await csms.connection();
  expect(connection.path).toBe('/ocpp/CS-0001');
  const basic = String(connection.headers['authorization']).replace('Basic ', '');
  expect(Buffer.from(basic, 'base64').toString()).toBe('CS-0001:abcdabcd');
  await bank.events.next('CP 1 open');
});

it('an identity that OCPP 2.0.1 cannot write is linked all the same, and told of once', () => {
  const bank = farBank(csms.url, { route: () => ({ url: csms.url, protocol: 'ocpp2.0.1' }) });
  for (const identity of ['CP-1', 'CP 2']) {
    bank.links.open(identity);
    bank.links.close(identity, 'again');
    bank.links.open(identity);
  }
  expect(bank.events.count('misnamed')).toBe(1);
  expect(bank.log.all.filter(({ level }) => level === 'warn').map(({ about }) => about)).toEqual([
    { identity: 'CP 2' },
  ]);
  expect(bank.links.states()).toMatchObject({ connecting: 2 });
});
