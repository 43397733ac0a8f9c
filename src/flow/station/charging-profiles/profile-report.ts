import type { Json, JsonObject } from '../../../base/message.ts';
import { type Context, decision, type Effect } from '../../decision.ts';
import { rejected, type StationCommand, station } from '../rules.ts';
import type { Profile } from '../state.ts';
import { profilesOf, withoutDead } from './profile-registry.ts';

/** GetChargingProfiles (OCPP 2.0.1 K09): what the CSMS has set through this bridge. A charge point of 1.6 cannot be asked. */
export const getChargingProfiles: StationCommand = {
  call(state, { request }, context) {
    const now = withoutDead(state, context);
    const found = profilesOf(now).filter((one) => wanted(one, request));
    if (found.length === 0) return rejected(now, 'NotFound', 'NoProfiles');
    return decision(
      now,
      { do: 'answer', payload: { status: 'Accepted' } },
      ...parts(found, context).map((part, at, all): Effect => {
        const payload = { ...part, requestId: Number(request['requestId']), tbc: at < all.length - 1 };
        return { do: 'call-csms', action: 'ReportChargingProfiles', payload, own: true };
      }),
    );
  },
};

function wanted({ evseId, profile }: Profile, request: JsonObject): boolean {
  const criteria = request['chargingProfile'] as JsonObject;
  const { chargingProfileId: ids, chargingLimitSource: sources } = criteria;
  if (request['evseId'] !== undefined && evseId !== request['evseId']) return false;
  // With ids nothing else counts (K09).
  if (Array.isArray(ids)) return ids.includes(profile['id'] as Json);
  if (Array.isArray(sources) && !sources.includes('CSO')) return false;
  return ['chargingProfilePurpose', 'stackLevel'].every(
    (name) => criteria[name] === undefined || criteria[name] === profile[name],
  );
}

/** By EVSE, and no part larger than the operator wants messages to be. */
function parts(profiles: readonly Profile[], context: Context): JsonObject[] {
  const { reportBytes } = station(context).settings;
  const made: { evseId: number; chargingProfile: JsonObject[] }[] = [];
  for (const { evseId, profile } of [...profiles].sort((a, b) => a.evseId - b.evseId)) {
    const last = made.at(-1);
    const fits = last?.evseId === evseId && JSON.stringify([...last.chargingProfile, profile]).length <= reportBytes;
    if (last && fits) last.chargingProfile.push(profile);
    else made.push({ evseId, chargingProfile: [profile] });
  }
  return made.map((part) => ({ chargingLimitSource: 'CSO', ...part }));
}
