import type { Converter } from './converter.ts';

/** OCPP 1.6 errata 3.85: an unknown connector is `NotSupported`, a lock that did not open `UnlockFailed`. */
export const unlockRejected: Converter = {
  does: 'says whether a rejected unlock failed or the connector does not exist',
  takes: 'none',
  gives: 'word',
  args: ['connectorId'],
  words: ['UnlockFailed', 'NotSupported'],
  total: true,
  losses: [],
  convert(_value, [connectorId], { memory }) {
    const exists = typeof connectorId === 'number' ? memory.connectorExists(connectorId) : undefined;
    return exists === false ? 'NotSupported' : 'UnlockFailed';
  },
};
