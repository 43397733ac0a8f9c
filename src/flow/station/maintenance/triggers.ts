import type { Context } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { inTurn, type Plan, stationOf, withStation } from '../rules.ts';
import type { Trigger } from '../state.ts';
import { eventNow } from './trigger-own.ts';

/** What the CSMS has asked to be told, until the charge point tells it (OCPP 2.0.1 F06). */

const WITHIN = 60_000;
const MOST_TRIGGERS = 50;

interface Asked {
  readonly message: string;
  readonly connectorId: number | undefined;
  readonly eventAt?: number;
}

export function withTrigger(state: ChargePointState, asked: Asked, context: Context): ChargePointState {
  const { message, connectorId, eventAt } = asked;
  const others = stationOf(withoutTrigger(state, message, connectorId)).triggers;
  const fresh = others.filter(({ expiresAt }) => expiresAt > context.now);
  const trigger: Trigger = {
    message,
    ...(connectorId !== undefined && { connectorId }),
    expiresAt: context.now + WITHIN,
    ...(eventAt !== undefined && { eventAt }),
  };
  return withStation(state, { triggers: [...fresh, trigger].slice(-MOST_TRIGGERS) });
}

export function withoutTrigger(
  state: ChargePointState,
  message: string,
  connectorId: number | undefined,
): ChargePointState {
  const { triggers } = stationOf(state);
  const others = triggers.filter((one) => one.message !== message || one.connectorId !== connectorId);
  return others.length === triggers.length ? state : withStation(state, { triggers: others });
}

/** The reading did not come in time: the event goes without. */
export const triggeredEvents: Plan = {
  at(state) {
    const times = stationOf(state).triggers.flatMap(({ eventAt }) => eventAt ?? []);
    return times.length === 0 ? undefined : Math.min(...times);
  },
  due(state, context) {
    const late = stationOf(state).triggers.filter(({ eventAt }) => eventAt !== undefined && eventAt <= context.now);
    return inTurn(
      state,
      ...late.map(
        ({ message, connectorId = 0 }) =>
          (now: ChargePointState) =>
            eventNow(withoutTrigger(now, message, connectorId), connectorId, context),
      ),
    );
  },
};
