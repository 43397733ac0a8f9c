import { expect } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import { loadJsonContract } from '../../../src/contract/ocppj.ts';
import type { Effect } from '../../../src/flow/decision.ts';

const contract = loadJsonContract('ocpp2.0.1');
const pivot = loadJsonContract('ocpp1.6');

/** The payload, which the schemas of 2.0.1 must take. */
export function valid(action: string, part: 'request' | 'answer', payload: JsonObject): JsonObject {
  expect(contract.check(action, part, payload), `${action} ${part} ${JSON.stringify(payload)}`).toBeUndefined();
  return payload;
}

/** What goes to the CSMS, now or through the outbox: every message is valid. */
export function toCsms(effects: readonly Effect[]): { action: string; payload: JsonObject }[] {
  return effects.flatMap((effect) => {
    if (effect.do !== 'call-csms' && effect.do !== 'outbox-put') return [];
    const { action, payload } = effect.do === 'call-csms' ? effect : effect.entry;
    return [{ action, payload: valid(action, 'request', payload) }];
  });
}

/** What the charge point is answered, valid in the pivot; undefined when it still waits. */
export function toPoint(action: string, effects: readonly Effect[]): JsonObject | undefined {
  const answers = effects.flatMap((effect) => (effect.do === 'answer' ? [effect.payload] : []));
  expect(answers.length).toBeLessThan(2);
  for (const payload of answers)
    expect(pivot.check(action, 'answer', payload), JSON.stringify(payload)).toBeUndefined();
  return answers[0];
}

export function lossesOf(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) => (effect.do === 'loss' ? [effect.code] : []));
}

export function refusalOf(effects: readonly Effect[]): string | undefined {
  return effects.flatMap((effect) => (effect.do === 'refuse' ? [effect.refusal.code] : []))[0];
}
