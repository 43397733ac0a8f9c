import type { JsonObject } from '../../../base/message.ts';
import { decision } from '../../decision.ts';
import { rejected, type StationCommand, withStation } from '../rules.ts';
import { missing, namedIn, resolver } from './variables.ts';

/** Monitoring (OCPP 2.0.1 N02 to N06): the bridge tells hard-wired events, and no monitor can be set on a charge point of 1.6. */

export const setVariableMonitoring: StationCommand = {
  call(state, { request }, context) {
    const resolve = resolver(state, context);
    const setMonitoringResult = namedIn(request['setMonitoringData']).map(
      ({ item: { type = '', severity = 0 }, ...named }): JsonObject => ({
        status: missing(named, resolve) ?? 'UnsupportedMonitorType',
        ...{ type, severity, component: named.component, variable: named.variable },
      }),
    );
    return decision(state, { do: 'answer', payload: { setMonitoringResult } });
  },
};

export const clearVariableMonitoring: StationCommand = {
  call(state, { request }) {
    const clearMonitoringResult = (request['id'] as number[]).map((id): JsonObject => ({ status: 'NotFound', id }));
    return decision(state, { do: 'answer', payload: { clearMonitoringResult } });
  },
};

/** Events of less weight than this are not told (N05). */
export const setMonitoringLevel: StationCommand = {
  call(state, { request }) {
    const severity = Number(request['severity']);
    if (severity < 0 || severity > 9) return rejected(state, 'ValueOutOfRange');
    return decision(withStation(state, { monitoringLevel: severity }), {
      ...{ do: 'answer', payload: { status: 'Accepted' } },
    });
  },
};
