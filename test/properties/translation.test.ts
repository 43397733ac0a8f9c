import { fail } from 'node:assert';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JsonObject, SOAP_VERSIONS, type SoapObject } from '../../src/base/message.ts';
import { contracts } from '../mapping/house.ts';
import { judgeFromCsms, judgeFromDevice, type Kind, kindsOf, memories, styles } from './judges.ts';
import { jsonMessage, soapMessage } from './messages.ts';
import { RUNS, runAll, SEED } from './run.ts';
import { Wire } from './wire.ts';

const memory = fc.constantFrom(...Object.keys(memories));

describe.each(SOAP_VERSIONS)(`random messages of OCPP %s (SEED=${SEED})`, (version) => {
  const wires = {
    CentralSystem: new Wire(contracts.soap.service(version, 'CentralSystem')),
    ChargePoint: new Wire(contracts.soap.service(version, 'ChargePoint')),
  };
  const style = fc.nat(styles.length - 1);
  const batch = (kind: Kind) => ({
    firstBad: (xml: readonly string[]) => wires[kind.role].firstBad(xml),
    errors: (xml: string) => wires[kind.role].errors(xml),
  });

  test.each(kindsOf(version, 'device'))(
    'what a charge point says reaches the CSMS, all but what is told: $action $part',
    (kind) => {
      const action = contracts.json.actions.get(kind.action) ?? fail();
      const call = kind.part === 'answer' ? jsonMessage(action.request) : fc.constant(undefined);
      const cases = fc.tuple(soapMessage(kind.soap.type), call, memory, style);
      const judge = ([given, asked, who, look]: [SoapObject, JsonObject | undefined, string, number]) =>
        judgeFromDevice(kind, given, asked, who, look);
      expect(runAll({ cases, judge, ...batch(kind) })).toBe(RUNS);
    },
  );

  test.each(kindsOf(version, 'csms'))(
    'what the CSMS says reaches a charge point, all but what is told: $action $part',
    (kind) => {
      const action = contracts.json.actions.get(kind.action) ?? fail();
      const cases = fc.tuple(jsonMessage(action[kind.part]), memory, style);
      const judge = ([given, who, look]: [JsonObject, string, number]) => judgeFromCsms(kind, given, who, look);
      expect(runAll({ cases, judge, ...batch(kind) })).toBe(RUNS);
    },
  );
});
