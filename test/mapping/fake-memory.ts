import type { Memory } from '../../src/mapping/translator.ts';

/** 2013-03-08T10:00:00.000Z */
export const RECEIVED_AT = Date.UTC(2013, 2, 8, 10, 0, 0);

/** A charge point of which nothing is known, unless a test says so. */
export function fakeMemory(known: Partial<Memory> = {}): Memory {
  return {
    receivedAt: RECEIVED_AT,
    timezone: 'UTC',
    connectorUse: () => 'idle',
    transactionAt: () => undefined,
    csmsTransaction: (id) => id,
    deviceTransaction: (id) => id,
    tagOf: () => undefined,
    connectorExists: () => undefined,
    stopReason: () => undefined,
    ...known,
  };
}
