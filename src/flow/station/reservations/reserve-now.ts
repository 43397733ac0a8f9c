import type { JsonObject } from '../../../base/message.ts';
import type { Context, Decision } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { hasProfile, lacks } from '../capability.ts';
import { asking, command, isLacking, refusedAs, telling } from '../command.ts';
import { inTurn, rejected, type StationCommand, stationOf, withStation } from '../rules.ts';
import type { IdToken, Reservation } from '../state.ts';
import { tagDown } from '../tokens/token.ts';
import { occupied, reservedPlace } from './reserved-place.ts';

/** ReserveNow and CancelReservation (OCPP 2.0.1 H01, H02). What is reserved is remembered, because 1.6 never tells when it ends. */

const MOST_RESERVATIONS = 200;

export const reserveNow: StationCommand = command(
  {
    call(state, { request }, context) {
      if (hasProfile(state, 'Reservation') === false || lacks(state, 'ReserveNow', context))
        return rejected(state, 'NotEnabled', 'Rejected', 'the charge point has no reservations');
      if (!(expiry(request) > context.now)) return rejected(state, 'InvalidValue', 'Rejected', 'it is over already');
      const place = reservedPlace(state, request, context);
      if (typeof place === 'string') return rejected(state, place);
      if (occupied(state, place, context)) return rejected(state, 'TxInProgress', 'Occupied');
      const own = tagDown(state, request['idToken'] as unknown as IdToken, context);
      const groupToken = request['groupIdToken'] as unknown as IdToken | undefined;
      const group = groupToken && tagDown(own.state, groupToken, context);
      const given = { connectorId: place, idTag: own.idTag, parentIdTag: group?.idTag };
      return asking((group ?? own).state, 'ReserveNow', 'ReserveNow', request, given, context);
    },
    answered: (state, { request }, question, answer, context) =>
      inTurn(answer['status'] === 'Accepted' ? reserved(state, request, question.request, context) : state, (now) =>
        telling(now, 'ReserveNow', answer, {}, context),
      ),
    refused: (state, _exchange, _question, refusal) => notReserved(state, refusal),
  },
  { ReserveNow: ['Accepted', 'Faulted', 'Occupied', 'Rejected', 'Unavailable'] },
);

function notReserved(state: ChargePointState, refusal: Parameters<typeof refusedAs>[1]): Decision {
  return isLacking(refusal) ? rejected(state, 'NotEnabled', 'Rejected', refusal.reason) : refusedAs(state, refusal);
}

/** The same id again replaces it. */
function reserved(state: ChargePointState, request: JsonObject, asked: JsonObject, context: Context): ChargePointState {
  const id = Number(request['id']);
  const group = request['groupIdToken'] as unknown as IdToken | undefined;
  const connectorId = Number(asked['connectorId']);
  const shown = state.connectors[connectorId]?.status?.['status'] === 'Reserved';
  const reservation: Reservation = {
    id,
    token: pairOf(request['idToken'] as unknown as IdToken),
    ...(group && { group: pairOf(group) }),
    connectorId,
    expiresAt: expiry(request),
    at: context.now,
    // Some tell the status before they answer.
    ...(shown && { shown }),
  };
  const { [String(id)]: _, ...others } = stationOf(state).reservations;
  const kept = Object.entries(others)
    .sort(([, a], [, b]) => b.expiresAt - a.expiresAt)
    .slice(0, MOST_RESERVATIONS - 1);
  return withStation(state, { reservations: { ...Object.fromEntries(kept), [String(id)]: reservation } });
}

function expiry(request: JsonObject): number {
  return Date.parse(String(request['expiryDateTime']));
}

function pairOf({ idToken, type }: IdToken): IdToken {
  return { idToken, type };
}

/** The bridge may not know a reservation that was made before its time: the charge point is asked in any case. */
export const cancelReservation: StationCommand = command(
  {
    call: (state, { request }, context) =>
      asking(state, 'CancelReservation', 'CancelReservation', request, {}, context),
    answered: (state, { request }, _question, answer, context) =>
      telling(
        answer['status'] === 'Accepted' ? cancelled(state, Number(request['reservationId'])) : state,
        'CancelReservation',
        answer,
        {},
        context,
      ),
    refused: (state, _exchange, _question, refusal) => notReserved(state, refusal),
  },
  { CancelReservation: ['Accepted', 'Rejected'] },
);

function cancelled(state: ChargePointState, id: number): ChargePointState {
  const { [String(id)]: _, ...reservations } = stationOf(state).reservations;
  return withStation(state, { reservations });
}
