import { type Decision, decision, type Effect } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { rejected, type StationCommand } from '../rules.ts';
import { object } from '../variables/variables.ts';
import { isObjection, NO_DOWNGRADE, type Objection, readProfile } from './network-check.ts';
import { activeSlot, movable, networkOf, securityProfile, waysTold, withNetwork } from './network-profiles.ts';

/** SetNetworkProfile (OCPP 2.0.1 B09): kept for the link of this charge point, which goes there when the order says so. */
export const setNetworkProfile: StationCommand = {
  call(state, { request }, context) {
    if (!movable(context)) return rejected(state, 'UnsupportedRequest');
    const slot = Number(request['configurationSlot']);
    const profile = readProfile(slot, object(request['connectionData']), context);
    if (isObjection(profile)) return refused(state, profile);
    if (profile.securityProfile < securityProfile(state, context)) return refused(state, NO_DOWNGRADE);
    const { slots } = networkOf(state);
    const before = slots[slot];
    const same = before?.url === profile.url && before.securityProfile === profile.securityProfile;
    if (slot === activeSlot(context) && !same) return refused(state, IN_USE);
    if (same) return decision(state, ...UNHEEDED, ACCEPTED);
    // A password belongs to the CSMS that set it.
    const password = before?.url === profile.url ? before.password : undefined;
    const kept = { ...profile, ...(password !== undefined && { password }) };
    const after = withNetwork(state, { slots: { ...slots, [slot]: kept } });
    return decision(after, ...UNHEEDED, ACCEPTED, ...waysTold(after, context));
  },
};

const IN_USE: Objection = ['PriorityNetworkConf', 'the link goes by this profile: write another slot'];

/** Both are required, and both are matters of the bridge. */
const UNHEEDED: readonly Effect[] = ['messageTimeout', 'ocppInterface'].map((field) => ({
  ...{ do: 'loss', code: 'network-profile', field: `connectionData.${field}` },
}));

const ACCEPTED: Effect = { do: 'answer', payload: { status: 'Accepted' } };

function refused(state: ChargePointState, [reasonCode, info]: Objection): Decision {
  return rejected(state, reasonCode, 'Rejected', info);
}
