import { describe, expect, test } from 'vitest';
import { SOAP_VERSIONS } from '../../src/base/message.ts';
import { fakeMemory } from './fake-memory.ts';
import { contracts, translators } from './house.ts';
import { misfit, RandomMessages } from './random-messages.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const ROUNDS = Number(process.env['ROUNDS'] ?? 300);
const memory = fakeMemory({ timezone: 'Europe/Berlin', transactionAt: () => 7 });

describe(`random messages (SEED=${seed})`, () => {
  for (const version of SOAP_VERSIONS) {
    const translator = translators.get(version);
    const calls = contracts.soap.service(version, 'CentralSystem').operations;
    const commands = contracts.soap.service(version, 'ChargePoint').operations;

    test(`every valid call of a ${version} charge point becomes one that the CSMS's schema accepts`, () => {
      const random = new RandomMessages(seed);
      for (const operation of calls.values()) {
        for (let round = 0; round < ROUNDS; round += 1) {
          const given = random.soap(operation.request.type);
          const got = translator?.up.get(operation.name)?.request(given, memory);
          const where = `${operation.name} ${JSON.stringify(given)} ${JSON.stringify(got)}`;
          if (got?.kind === 'answer')
            expect(contracts.json.check(operation.name, 'answer', got.answer), where).toBeUndefined();
          else if (got?.kind !== 'value') expect.fail(where);
          else expect(contracts.json.check(operation.name, 'request', got.value), where).toBeUndefined();
        }
      }
    });

    test(`every valid answer of the CSMS becomes one that the contract of ${version} allows`, () => {
      const random = new RandomMessages(seed + 1);
      for (const operation of calls.values()) {
        const action = contracts.json.actions.get(operation.name);
        for (let round = 0; round < ROUNDS && action; round += 1) {
          const given = random.json(action.answer);
          const got = translator?.up.get(operation.name)?.answer(given, memory);
          const where = `${operation.name} ${JSON.stringify(given)} ${JSON.stringify(got)}`;
          if (got?.kind !== 'value') expect.fail(where);
          else expect(misfit(got.value, operation.answer.type), where).toBeUndefined();
        }
      }
    });

    test(`every valid call of the CSMS becomes one that the contract of ${version} allows`, () => {
      const random = new RandomMessages(seed + 2);
      for (const operation of commands.values()) {
        const action = contracts.json.actions.get(operation.name);
        for (let round = 0; round < ROUNDS && action; round += 1) {
          const given = random.json(action.request);
          const got = translator?.down.get(operation.name)?.request(given, memory);
          const where = `${operation.name} ${JSON.stringify(given)} ${JSON.stringify(got)}`;
          if (got?.kind !== 'value') expect.fail(where);
          else expect(misfit(got.value, operation.request.type), where).toBeUndefined();
        }
      }
    });

    test(`every valid answer of a ${version} charge point becomes one that the CSMS's schema accepts`, () => {
      const random = new RandomMessages(seed + 3);
      for (const operation of commands.values()) {
        for (let round = 0; round < ROUNDS; round += 1) {
          const given = random.soap(operation.answer.type);
          const got = translator?.down.get(operation.name)?.answer(given, memory, { connectorId: 1 });
          const where = `${operation.name} ${JSON.stringify(given)} ${JSON.stringify(got)}`;
          if (got?.kind !== 'value') expect.fail(where);
          else expect(contracts.json.check(operation.name, 'answer', got.value), where).toBeUndefined();
        }
      }
    });
  }
});
