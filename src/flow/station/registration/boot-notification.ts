import type { Refusal } from '../../../base/errors.ts';
import type { JsonObject } from '../../../base/message.ts';
import { bridgeTime } from '../../answer-policy.ts';
import { type Context, decision, type Effect, type Exchange } from '../../decision.ts';
import { AWAY } from '../../relay.ts';
import type { ChargePointState } from '../../state.ts';
import { pictureExpected } from '../connectors/statuses-told.ts';
import { installRebooting } from '../maintenance/firmware-inferred.ts';
import { takeTrigger } from '../maintenance/triggered.ts';
import { converted, inTurn, type StationUp, stationOf, withoutStation, withStation } from '../rules.ts';
import { bootIsAsked } from './boot-gate.ts';
import { bootReason, otherFirmware } from './boot-reason.ts';
import { beatOf, masked, notRegistered, registered } from './boot-told.ts';

/** BootNotification of the charge point (OCPP 2.0.1 B01): always told, because it has really booted. */
export const bootNotification: StationUp = {
  call(state, exchange, context) {
    const trigger = takeTrigger(state, 'BootNotification', context.now);
    const reason = bootReason(trigger.state, exchange.request, trigger.asked, context);
    const { value = {}, losses } = converted(context, 'BootNotification', exchange.request, { reason });
    return inTurn(
      trigger.state,
      (now) => installRebooting(now, reason, context),
      (now) =>
        decision(bootIsAsked(booted(now, exchange.request, reason, context.now), context), ...losses, {
          do: 'call-csms',
          action: exchange.action,
          payload: value,
        }),
    );
  },
  answered(state, exchange, answer, context) {
    const after = registered(state, answer, 'charge point', context);
    if (after.registration === undefined || answer['status'] !== after.registration.status)
      return bootNotification.refused(state, exchange, UNREADABLE, context);
    return inTurn(answer['status'] === 'Accepted' ? pictureExpected(after, context) : after, (now) =>
      decision(now, ...toldPoint(now, answer, context)),
    );
  },
  refused(state, exchange, refusal, context) {
    // A late answer still counts; and until it comes nobody asks again.
    const after = refusal.code === 'CsmsTimeout' ? state : notRegistered(state, context);
    if (refusal.code === 'IdentityUnknown')
      return decision(after, answered('Rejected', context.settings.unknownInterval, context));
    return decision(after, ...instead(after, exchange, refusal, context));
  },
};

const UNREADABLE: Refusal = { code: 'CsmsAnswerInvalid', reason: 'the CSMS did not say whether it accepts' };

/** What the charge point is told that the CSMS has answered. */
function toldPoint(state: ChargePointState, answer: JsonObject, context: Context): Effect[] {
  const { registration } = state;
  if (registration === undefined) return [];
  const interval = beatOf(registration);
  const currentTime = bridgeTime(context.now);
  const { value = {}, losses } = converted(context, 'BootNotification.answer', { currentTime, ...answer, interval });
  const mask = masked(registration.status, context);
  const status = mask ? 'Accepted' : registration.status;
  const payload = { currentTime, ...value, status, interval };
  return [...losses, ...(mask ? [PENDING] : []), { do: 'answer', payload }];
}

const PENDING: Effect = { do: 'loss', code: 'pending', field: 'status' };

/** The CSMS cannot be asked: a charge point that it knows goes on, and what it says waits. */
function instead({ registration }: ChargePointState, exchange: Exchange, refusal: Refusal, context: Context): Effect[] {
  const known = registration?.status === 'Accepted' || (registration && masked(registration.status, context));
  if (!known || context.settings.whenCsmsIsAway !== 'buffer') {
    // Only a charge point that considers itself offline boots again.
    const away = AWAY.has(refusal.code) || refusal.code.startsWith('Csms');
    return [{ do: 'refuse', refusal: away ? { code: 'CsmsAway', reason: refusal.reason } : refusal }];
  }
  const local: Effect = { do: 'loss', code: 'offline-local', field: exchange.action };
  return [local, answered('Accepted', beatOf(registration), context)];
}

function answered(status: string, interval: number, context: Context): Effect {
  return { do: 'answer', payload: { status, currentTime: bridgeTime(context.now), interval } };
}

/** What is known of the charge point now; what explained this boot explains no other one. */
function booted(state: ChargePointState, request: JsonObject, reason: string, now: number): ChargePointState {
  const { bootToTell } = stationOf(state);
  const used = withoutStation(
    { ...state, boot: { request, at: now } },
    ...(['lastReset', 'rebootStopped', 'firmwareInstalledAt', 'rebootRequired'] as const),
    ...(otherFirmware(state, request) ? (['snapshotAt'] as const) : []),
  );
  const forced = bootToTell?.forced;
  return withStation(used, { bootToTell: { reason, ...(forced && { forced }) }, lacking: [] });
}
