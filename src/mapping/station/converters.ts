/** The converters that rows between the pivot and OCPP 2.0.1 may name. */

import type { StationConverter } from './converters/converter.ts';
import { downToTenth, notNegative, readNumber, sensorValue, upToTenth } from './converters/numbers.ts';
import { shiftPeriods } from './converters/shift-periods.ts';
import { signedSample } from './converters/signed-sample.ts';
import { address, identifier, jsonText, vendorText } from './converters/texts.ts';

export const STATION_CONVERTERS: ReadonlyMap<string, StationConverter> = new Map(
  Object.entries({
    address,
    downToTenth,
    identifier,
    jsonText,
    notNegative,
    readNumber,
    sensorValue,
    shiftPeriods,
    signedSample,
    upToTenth,
    vendorText,
  }),
);
