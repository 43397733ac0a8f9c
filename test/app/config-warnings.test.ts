import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/app/config/load.ts';
import { configWarnings } from '../../src/app/config/warnings.ts';

const CSMS = 'csms: { url: "ws://127.0.0.1:9/ocpp" }\n';
const warnings = (text: string) => configWarnings(loadConfig({ text: CSMS + text, env: {} }));

describe('a configuration that takes messages over', () => {
  test('says so when a restart would lose them', () => {
    expect(warnings('store: { memory: true }')).toEqual([expect.stringContaining('is lost when it ends')]);
  });

  test('is warned of for one charge point alone, too', () => {
    const refuse = 'store: { memory: true }\nbehaviour: { whenCsmsIsAway: refuse }\n';
    expect(warnings(refuse)).toEqual([]);
    expect(warnings(`${refuse}chargePoints: { "CP-1": { behaviour: { whenCsmsIsAway: buffer } } }`)).toHaveLength(1);
  });

  test('is silent with a store on disk', () => {
    expect(warnings('')).toEqual([]);
  });
});
