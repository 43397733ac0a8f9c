import { bridgeTime } from '../../answer-policy.ts';
import { type Context, decision, type Effect } from '../../decision.ts';
import { AWAY } from '../../relay.ts';
import type { ChargePointState } from '../../state.ts';
import { converted, type Plan, type StationUp, stationOf, withStation } from '../rules.ts';
import { ownName } from '../variables/variable-names.ts';
import { accepts } from './boot-gate.ts';
import { beatOf } from './boot-told.ts';

/** Heartbeat (OCPP 2.0.1 G02), and the bridge's own, which keep the station in the CSMS's eyes at the pace that it asked for. */

const BEAT = ownName('OCPPCommCtrlr', 'HeartbeatInterval');
const DAY = 24 * 3_600_000;
/** So many of its own intervals may a charge point be silent and still count as there. */
const ALIVE = 2;
/** The charge point's own heartbeat comes at its interval, give or take a little. */
const GRACE = 1.1;
/** So long, ms, the charge point waits for the time of the CSMS; then it gets the bridge's. */
const PATIENCE = 5_000;

export const heartbeat: StationUp = {
  call: (state) => decision(state, { do: 'call-csms', action: 'Heartbeat', payload: {}, within: PATIENCE }),
  answered(state, _exchange, answer, context) {
    const { value, losses } = converted(context, 'Heartbeat.answer', answer);
    return decision(state, ...losses, { do: 'answer', payload: value ?? { currentTime: bridgeTime(context.now) } });
  },
  /** The bridge keeps the charge point's clock while the CSMS is away, for a day; then it stops pretending. */
  refused(state, exchange, refusal, context) {
    if (AWAY.has(refusal.code) && context.now - context.csmsAnsweredAt > DAY)
      return decision(state, { do: 'refuse', refusal });
    const code = AWAY.has(refusal.code) ? 'offline-local' : 'callerror-ok';
    const lost: Effect = { do: 'loss', code, field: exchange.action };
    return decision(state, lost, { do: 'answer', payload: { currentTime: bridgeTime(context.now) } });
  },
};

/** Only while the charge point is known to be alive: a dead one must not look online. */
export const heartbeatPlan: Plan = {
  at(state, context) {
    if (context.linkOpenedAt === undefined || accepts(state, context) !== 'yes') return undefined;
    const last = Math.max(context.csmsAnsweredAt, context.linkOpenedAt, stationOf(state).beatAt ?? 0);
    const at = last + GRACE * 1000 * interval(state);
    return at <= aliveUntil(state, context) ? at : undefined;
  },
  due: (state, context) =>
    decision(withStation(state, { beatAt: context.now }), {
      ...{ do: 'call-csms', action: 'Heartbeat', payload: {}, own: true },
    }),
};

/** Seconds, as the CSMS wants it: by the variable that it may have set, else by its answer to the boot. */
function interval({ registration, station }: ChargePointState): number {
  const set = Number(station?.own[BEAT]);
  return Math.max(1, set > 0 ? set : (registration?.interval ?? 300));
}

function aliveUntil(state: ChargePointState, context: Context): number {
  const asked = Number(state.configuration['heartbeatinterval']?.value) || 0;
  const told = state.registration ? beatOf(state.registration) : 0;
  return context.heardAt + ALIVE * 1000 * Math.max(told, asked, 60);
}
