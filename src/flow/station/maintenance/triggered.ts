import type { ChargePointState } from '../../state.ts';
import { stationOf, withStation } from '../rules.ts';

/** Messages that the CSMS has asked for (OCPP 2.0.1 F06): they are told even if they are no news, or before it accepted. */

/**
 * Whether this message of 2.0.1 answers a trigger, which then is used up.
 * @param connectorId of 1.6; a trigger without one is for all of them, and stays until its time is up.
 */
export function takeTrigger(
  state: ChargePointState,
  message: string,
  now: number,
  connectorId?: number,
): { readonly state: ChargePointState; readonly asked: boolean } {
  const { triggers } = stationOf(state);
  const fresh = triggers.filter(({ expiresAt }) => expiresAt > now);
  const found = fresh.find(
    (one) => one.message === message && (one.connectorId === undefined || one.connectorId === connectorId),
  );
  if (found === undefined) return { state, asked: false };
  const forAll = connectorId !== undefined && found.connectorId === undefined;
  return {
    state: withStation(state, { triggers: forAll ? fresh : fresh.filter((one) => one !== found) }),
    asked: true,
  };
}
