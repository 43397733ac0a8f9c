import type { JsonObject } from '../../../base/message.ts';
import type { Context } from '../../decision.ts';
import { station } from '../rules.ts';
import { evseOf } from '../topology.ts';
import { samplesOf } from './readings.ts';

/** A, over which a phase is in use: no EV charges with less than 6 A, and meters see some current without one. */
const IN_USE = 1;

/**
 * How many phases the EV uses, by the currents of one reading; undefined when it does not name every phase of the supply, or
 * none is in use. What is configured says what could be used, never what is.
 */
export function phasesUsed(element: JsonObject, connectorId: number, context: Context): number | undefined {
  const { settings } = station(context);
  if (settings.phasesUsed === 'off') return undefined;
  const { supplyPhases } = { ...settings, ...settings.evses[evseOf(connectorId, context).id - 1] };
  const named = new Set<string>();
  const used = new Set<string>();
  for (const { measurand, phase, value } of samplesOf(element)) {
    const [, line] = /^(L[123])(?:-N)?$/.exec(String(phase)) ?? [];
    if (measurand !== 'Current.Import' || line === undefined) continue;
    named.add(line);
    if (Number(value) >= IN_USE) used.add(line);
  }
  return supplyPhases > 0 && named.size >= supplyPhases && used.size > 0 ? used.size : undefined;
}
