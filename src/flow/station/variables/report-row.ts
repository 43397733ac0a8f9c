import type { JsonObject } from '../../../base/message.ts';
import type { Variable } from './variable.ts';

/** A variable as a row of NotifyReport (OCPP 2.0.1 ReportDataType). */
export function reportRow(one: Variable): JsonObject {
  const { component, componentInstance, place, variable, instance, mutability, value, constant } = one;
  const evse = place && {
    id: place.id,
    ...(place.connectorId !== undefined && { connectorId: place.connectorId }),
  };
  return {
    component: {
      name: component,
      ...(componentInstance !== undefined && { instance: componentInstance }),
      ...(evse && { evse }),
    },
    variable: { name: variable, ...(instance !== undefined && { instance }) },
    variableAttribute: [
      {
        type: 'Actual',
        ...(value !== undefined && mutability !== 'WriteOnly' && { value }),
        mutability,
        // What can be written must hold over a reboot.
        ...(mutability !== 'ReadOnly' && { persistent: true }),
        ...(constant && { constant }),
      },
    ],
    variableCharacteristics: {
      dataType: one.dataType,
      supportsMonitoring: false,
      ...(one.unit !== undefined && { unit: one.unit }),
      ...(one.minLimit !== undefined && { minLimit: one.minLimit }),
      ...(one.maxLimit !== undefined && { maxLimit: one.maxLimit }),
      ...(one.valuesList && one.valuesList.length > 0 && { valuesList: one.valuesList.join(',') }),
    },
  };
}
