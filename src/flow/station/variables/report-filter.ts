import type { Json, JsonObject } from '../../../base/message.ts';
import type { Variable } from './variable.ts';
import { variableId } from './variable-names.ts';
import { object, objects } from './variables.ts';

/** Which variables a report holds: by its base (OCPP 2.0.1 B07) or by what the CSMS names (B08). */

export function wantedBy(request: JsonObject, there: readonly Variable[]): Variable[] {
  switch (request['reportBase']) {
    case 'FullInventory':
      return [...there];
    case 'ConfigurationInventory':
      return there.filter(({ mutability }) => mutability !== 'ReadOnly');
    case 'SummaryInventory':
      return there.filter(summary);
    default:
      return there.filter(named(request['componentVariable'])).filter(fitting(request['componentCriteria'], there));
  }
}

/** Whether things can be used, and what is wrong. */
function summary({ variable, value }: Variable): boolean {
  return variable === 'AvailabilityState' || ((variable === 'Problem' || variable === 'Tripped') && value === 'true');
}

/** No variable, no instance, no EVSE in the question means any. */
function named(list: Json | undefined): (one: Variable) => boolean {
  if (list === undefined) return () => true;
  const asked = objects(list).map((entry) => {
    const component = object(entry['component']);
    const evse = object(component['evse']);
    const variable = object(entry['variable']);
    return {
      component: lower(component['name']),
      instanceOfComponent: lower(component['instance']),
      ...{ evse: evse['id'], connectorId: evse['connectorId'] },
      ...{ variable: lower(variable['name']), instance: lower(variable['instance']) },
    };
  });
  return (one) =>
    asked.some(
      (entry) =>
        entry.component === one.component.toLowerCase() &&
        (entry.instanceOfComponent === '' || entry.instanceOfComponent === lower(one.componentInstance)) &&
        (entry.evse === undefined || entry.evse === one.place?.id) &&
        (entry.connectorId === undefined || entry.connectorId === one.place?.connectorId) &&
        (entry.variable === '' || entry.variable === one.variable.toLowerCase()) &&
        (entry.instance === '' || entry.instance === (one.instance ?? '').toLowerCase()),
    );
}

/** Any of the criteria: a component without the variable counts as active, available and enabled, but has no problem. */
function fitting(list: Json | undefined, there: readonly Variable[]): (one: Variable) => boolean {
  if (list === undefined) return () => true;
  const criteria = Array.isArray(list) ? list.map(String) : [];
  const values = new Map(
    there.map(({ component, variable, place, value, componentInstance }) => [
      variableId(component, variable, '', place, componentInstance),
      value,
    ]),
  );
  return ({ component, place, componentInstance }) =>
    criteria.some((criterion) => {
      const value = values.get(variableId(component, criterion, '', place, componentInstance));
      return criterion === 'Problem' ? value === 'true' : value !== 'false';
    });
}

function lower(value: Json | undefined): string {
  return typeof value === 'string' ? value.toLowerCase() : '';
}
