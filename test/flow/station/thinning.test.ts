import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import type { OutboxEntry } from '../../../src/flow/outbox.ts';
import { headOf, surplus } from '../../../src/flow/thinning.ts';

const entry = (seq: number, action: string, payload: JsonObject, transaction?: number): OutboxEntry => ({
  ...{ seq, action, payload, at: 0, refusals: 0 },
  ...(transaction !== undefined && { transaction }),
});
const shown = (trigger: string): JsonObject => ({ eventData: [{ trigger }] });
const event = (seq: number, eventType: string, transaction: number): OutboxEntry =>
  entry(seq, 'TransactionEvent', { eventType }, transaction);

describe('what may be given up of what waits for a CSMS of 2.0.1', () => {
  it('is every second event between a start and an end, never these', () => {
    const waiting = [
      event(1, 'Started', 7),
      ...[2, 3, 4, 5, 6].map((seq) => event(seq, 'Updated', 7)),
      event(7, 'Ended', 7),
      entry(8, 'ReservationStatusUpdate', {}),
    ].map(headOf);
    const thinned = (most: number) => surplus(waiting, most).map(({ seq }) => seq);
    expect(thinned(7)).toEqual([3]);
    expect(thinned(6)).toEqual([3, 5]);
    expect(thinned(0)).toEqual([3, 5, 4, 2, 6]);
  });

  it('is what sensors show, and no error', () => {
    const triggers = ['Periodic', 'Alerting', 'Periodic', 'Periodic', 'Delta'];
    const waiting = triggers.map((trigger, i) => headOf(entry(i, 'NotifyEvent', shown(trigger))));
    expect(surplus(waiting, 0).map(({ seq }) => seq)).toEqual([2, 0, 3]);
  });

  it('is thinned connector by connector where there is no transaction', () => {
    const waiting = [1, 2, 1, 2, 1, 2].map((evseId, i) => headOf(entry(i, 'MeterValues', { evseId })));
    expect(surplus(waiting, 4).map(({ seq }) => seq)).toEqual([2, 3]);
  });
});
