import type { Json, JsonObject } from '../../base/message.ts';
import { type Context, decision } from '../decision.ts';
import type { ChargePointState } from '../state.ts';
import { rejected, type StationCommand, station, withStation } from './rules.ts';

/** Monitoring (OCPP 2.0.1 N02 to N06): the bridge tells hard-wired events, and no monitor can be set on a charge point of 1.6. */

interface Named {
  readonly name: string;
}

export const setVariableMonitoring: StationCommand = {
  call(state, { request }, context) {
    const items = request['setMonitoringData'] as JsonObject[];
    const setMonitoringResult = items.map(
      ({ type, severity, component, variable }): JsonObject => ({
        status: statusOf(state, component as unknown as Named, variable as unknown as Named, context),
        ...{ type: type as Json, severity: severity as Json },
        ...{ component: component as Json, variable: variable as Json },
      }),
    );
    return decision(state, { do: 'answer', payload: { setMonitoringResult } });
  },
};

function statusOf(state: ChargePointState, component: Named, variable: Named, context: Context): string {
  const { tables } = station(context);
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  const copies = tables.variables.flatMap((row) => row.copies ?? []);
  const here = [...tables.variables, ...copies, ...tables.ownVariables].filter((row) =>
    same(row.component, component.name),
  );
  // Keys of vendors are variables of this component, under their own names.
  const key = same(component.name, LEGACY) ? state.configuration[variable.name.toLowerCase()] : undefined;
  if (here.length === 0 && !same(component.name, LEGACY)) return 'UnknownComponent';
  const known = key !== undefined || here.some((row) => same(row.variable, variable.name));
  return known ? 'UnsupportedMonitorType' : 'UnknownVariable';
}

const LEGACY = 'OCPP16LegacyCtrlr';

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
