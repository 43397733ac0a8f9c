import type { Converter } from './converter.ts';

/**
 * OCPP 1.2 and 1.5 say `Occupied` where 1.6 has five states. With nothing known it is `Preparing`, the only one that claims
 * neither a session nor its end. In 1.6 an EV communication error belongs to a suspended session, not to a charging one.
 */
export const occupied: Converter = {
  does: 'says which of the five states of OCPP 1.6 "Occupied" means, from the transactions on the connector',
  takes: 'none',
  gives: 'word',
  args: ['connectorId', 'errorCode'],
  words: ['Preparing', 'Charging', 'SuspendedEVSE', 'Finishing'],
  total: true,
  losses: [],
  convert(_value, [connectorId, errorCode], { memory }) {
    const use = typeof connectorId === 'number' ? memory.connectorUse(connectorId) : 'idle';
    if (use === 'idle') return 'Preparing';
    if (use === 'finishing') return 'Finishing';
    return errorCode === 'Mode3Error' || errorCode === 'EVCommunicationError' ? 'SuspendedEVSE' : 'Charging';
  },
};
