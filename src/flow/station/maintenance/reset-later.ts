import type { Refusal } from '../../../base/errors.ts';
import { type Context, type Decision, decision } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { command, isUncertain } from '../command.ts';
import { followsReset } from '../registration/network-move.ts';
import { type Plan, type StationCommand, stationOf, withoutStation, withStation } from '../rules.ts';
import { JOB_ENDS_AFTER, running } from './jobs.ts';

/** Resets that the bridge gives by itself: one that waited for the end of a transaction, and a hard one after a soft one did nothing. */

const NEXT_TRY = 60_000;
const MOST_TRIES = 60;
/** Own commands that surely did not arrive are given again; the others never. */
const LOST = 'reset-undone';

/** From when (ms) the charge point does nothing that a reset would spoil; undefined while nobody knows. */
export function idleAt(state: ChargePointState, context: Context): number | undefined {
  if (Object.values(state.transactions).some(({ stoppedAt }) => stoppedAt === undefined)) return undefined;
  const { firmwareJob } = stationOf(state);
  return running(firmwareJob, context) ? firmwareJob.at + JOB_ENDS_AFTER : context.now;
}

export function withoutDeferred(state: ChargePointState): ChargePointState {
  const { deferredReset, hardResetAt } = stationOf(state);
  return deferredReset || hardResetAt !== undefined ? withoutStation(state, 'deferredReset', 'hardResetAt') : state;
}

function booted(state: ChargePointState, since: number): boolean {
  return (state.boot?.at ?? Number.NEGATIVE_INFINITY) > since;
}

export const deferredReset: Plan = {
  at(state, context) {
    const { deferredReset: waiting } = stationOf(state);
    if (waiting === undefined) return undefined;
    if (booted(state, waiting.since)) return context.now;
    const idle = idleAt(state, context);
    return idle === undefined ? undefined : Math.max(idle, waiting.nextTryAt ?? 0);
  },
  due(state, context) {
    const { deferredReset: waiting } = stationOf(state);
    const after = withoutStation(state, 'deferredReset');
    // It has booted by itself: that is done.
    if (waiting === undefined || booted(state, waiting.since)) return decision(after);
    const memo = { why: 'deferred-reset', since: waiting.since, tries: waiting.tries ?? 0 };
    return decision(withStation(after, { lastReset: { at: context.now, deferred: true } }), {
      ...{ do: 'call-device', action: 'Reset', payload: { type: 'Soft' }, memo },
    });
  },
};

export const hardReset: Plan = {
  at: (state) => stationOf(state).hardResetAt,
  due(state, context) {
    const { lastReset } = stationOf(state);
    const after = withoutStation(state, 'hardResetAt');
    if (lastReset === undefined || booted(state, lastReset.at)) return decision(after);
    return decision(withStation(after, { lastReset: { at: context.now } }), {
      ...{ do: 'call-device', action: 'Reset', payload: { type: 'Hard' }, memo: { why: 'hard-reset' } },
    });
  },
};

/** OCPP 2.0.1 has no message for a scheduled reset that does not come: it is counted. */
export const resetLater: StationCommand = command(
  {
    call: (state) => decision(state),
    answered: (state, _exchange, _question, answer, context) =>
      answer['status'] === 'Accepted' ? decision(followsReset(state, context)) : undone(state),
    refused(state, exchange, _question, refusal, context) {
      const { why, since, tries } = exchange.memo ?? {};
      if (why !== 'deferred-reset' || !mayTryAgain(refusal))
        return isUncertain(refusal) ? decision(state) : undone(state);
      const tried = Number(tries) + 1;
      if (tried >= MOST_TRIES || stationOf(state).deferredReset) return undone(state);
      return decision(
        withStation(withoutStation(state, 'lastReset'), {
          deferredReset: { since: Number(since), tries: tried, nextTryAt: context.now + NEXT_TRY },
        }),
      );
    },
  },
  { Reset: ['Accepted', 'Rejected'] },
);

/** It surely did not arrive. */
function mayTryAgain({ code }: Refusal): boolean {
  return code === 'DeviceUnreachable' || code === 'NoCallback' || code === 'CommandExpired';
}

function undone(state: ChargePointState): Decision {
  return decision(withoutStation(state, 'lastReset'), { do: 'loss', code: LOST, field: 'type' });
}
