import { z } from 'zod';
import { MOST_CONNECTORS } from '../../flow/state.ts';

/** `station.evses`: which connectors of OCPP 1.6 are one EVSE of OCPP 2.0.1. */
export function evseTable() {
  return z.array(evse()).superRefine((table, context) => {
    const seen = new Map<number, number>();
    table.forEach(({ connectors }, at) => {
      connectors.forEach((id, position) => {
        const before = seen.get(id);
        seen.set(id, at);
        if (before === undefined) return;
        const where = before === at ? 'here' : `as part of EVSE ${before + 1}`;
        const message = `connector ${id} stands ${where} already`;
        context.addIssue({ code: 'custom', path: [at, 'connectors', position], message });
      });
    });
  });
}

function evse() {
  return z
    .strictObject({
      connectors: z.array(z.int().min(1).max(MOST_CONNECTORS)).min(1, 'an EVSE has at least one connector'),
      connectorTypes: z.exactOptional(z.array(z.string().min(1).max(20))),
      ratedPower: z.exactOptional(z.number().min(0).max(10_000_000)),
      supplyPhases: z.exactOptional(z.int().min(0).max(3)),
    })
    .superRefine(({ connectors, connectorTypes }, context) => {
      if (connectorTypes === undefined || connectorTypes.length === connectors.length) return;
      const message = `one type for each connector is wanted: ${connectors.length}, not ${connectorTypes.length}`;
      context.addIssue({ code: 'custom', path: ['connectorTypes'], message });
    });
}
