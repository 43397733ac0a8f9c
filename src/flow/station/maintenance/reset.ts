import type { JsonObject } from '../../../base/message.ts';
import type { Context, Decision } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { asking, command, isUncertain, refusedAs, telling } from '../command.ts';
import { followsReset } from '../registration/network-move.ts';
import { rejected, type StationCommand, station, stationOf, withStation } from '../rules.ts';
import { evsesOf } from '../topology.ts';
import { installing } from './jobs.ts';
import { idleAt, withoutDeferred } from './reset-later.ts';

/** Reset (OCPP 2.0.1 B11, B12). 1.6 resets the whole charge point, and ends its transactions for it. */

/** Without a boot so long after a soft reset, the charge point gets a hard one, ms. */
const SOFT_WITHIN = 60_000;

export const reset: StationCommand = command(
  {
    call(state, exchange, context) {
      const { request } = exchange;
      const wrong = notWhole(state, request['evseId'], context);
      if (wrong) return rejected(state, wrong);
      if (installing(state, context)) return rejected(state, 'FwUpdateInProgress');
      if (request['type'] === 'Immediate') return now(state, request, context);
      if (idleAt(state, context) === context.now) return asking(state, 'Reset', 'Reset', request, {}, context);
      const { deferredReset } = stationOf(state);
      const waiting = withStation(state, { deferredReset: deferredReset ?? { since: context.now } });
      return telling(waiting, 'Reset', { status: 'Accepted' }, { status: 'Scheduled' }, context);
    },
    answered(state, { request }, question, answer, context) {
      const accepted = answer['status'] === 'Accepted';
      return telling(accepted ? given(state, request, question.request, context) : state, 'Reset', answer, {}, context);
    },
    refused(state, _exchange, _question, refusal, context) {
      // It may boot all the same; then this explains it.
      const after = isUncertain(refusal) ? withStation(state, { lastReset: { at: context.now } }) : state;
      return refusedAs(after, refusal);
    },
  },
  { Reset: ['Accepted', 'Rejected'] },
);

/** The reasonCode when it is not the whole station that is meant. */
function notWhole(state: ChargePointState, evseId: unknown, context: Context): string | undefined {
  if (evseId === undefined) return undefined;
  const all = evsesOf(state, context);
  if (!all.some(({ id }) => id === evseId)) return 'UnknownEvse';
  return all.length === 1 ? undefined : 'UnsupportedParam';
}

function now(state: ChargePointState, request: JsonObject, context: Context): Decision {
  const { immediateReset } = station(context).settings;
  const type = immediateReset === 'Hard' ? 'Hard' : 'Soft';
  return asking(state, 'Reset', 'Reset', request, { type }, context);
}

/** What the charge point does now explains its next boot, and is what an earlier deferred reset wanted. */
function given(state: ChargePointState, request: JsonObject, asked: JsonObject, context: Context): ChargePointState {
  const { immediateReset } = station(context).settings;
  const harder = request['type'] === 'Immediate' && immediateReset === 'softThenHard' && asked['type'] === 'Soft';
  return withStation(followsReset(withoutDeferred(state), context), {
    lastReset: { at: context.now },
    ...(harder && { hardResetAt: context.now + SOFT_WITHIN }),
  });
}
