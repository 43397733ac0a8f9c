import { type Context, decision } from '../../decision.ts';
import type { ChargePointState, Transaction } from '../../state.ts';
import { type Plan, stationOf, withStation } from '../rules.ts';
import type { Profile, ProfileId, RemoteStart } from '../state.ts';
import { evseOf } from '../topology.ts';

/** The charging profiles that the charge point took, as the CSMS wrote them: 1.6 cannot be asked what is installed. */

/** More than a charge point can hold; the oldest are forgotten. */
export const MOST_PROFILES = 200;
/** For copies, downwards: no CSMS counts so far. The one above is the bridge's own. */
const HIGHEST_COPY = 2_147_483_646;

export function profilesOf(state: ChargePointState): readonly Profile[] {
  return Object.values(stationOf(state).profiles);
}

/** Replaces one of the same id, and one of the same purpose and level in the same place (OCPP 2.0.1 K01). */
export function registered(state: ChargePointState, profile: Profile, context: Context): ChargePointState {
  const now = withoutDead(state, context);
  const others = profilesOf(now).filter((one) => !replaces(profile, one));
  return withProfiles(now, [...others, profile].slice(-MOST_PROFILES));
}

export function withProfiles(state: ChargePointState, profiles: readonly Profile[]): ChargePointState {
  return withStation(state, {
    profiles: Object.fromEntries(profiles.map((one) => [`#${String(one.profile['id'])}`, one])),
  });
}

/** Under which ids the charge point has a profile on the further connectors of its EVSE. */
export function copiesOf(state: ChargePointState, id: number): readonly ProfileId[] {
  return stationOf(state).profiles[`#${id}`]?.copies ?? [];
}

/** The ids under which a profile goes to these connectors: its own, and one for each copy, the same as before if there was one. */
export function idsOn(state: ChargePointState, id: number, connectors: readonly number[]): ProfileId[] {
  const before = copiesOf(state, id);
  const taken = new Set([id]);
  for (const { profile, copies = [] } of profilesOf(state))
    for (const one of [Number(profile['id']), ...copies.map((copy) => copy.id)]) taken.add(one);
  let free = HIGHEST_COPY;
  const unused = (): number => {
    while (taken.has(free)) free -= 1;
    taken.add(free);
    return free;
  };
  return connectors.map((connectorId, at) => {
    if (at === 0) return { connectorId, id };
    return { connectorId, id: before.find((one) => one.connectorId === connectorId)?.id ?? unused() };
  });
}

function replaces(fresh: Profile, old: Profile): boolean {
  if (fresh.profile['id'] === old.profile['id']) return true;
  const same = ['chargingProfilePurpose', 'stackLevel'].every((name) => fresh.profile[name] === old.profile[name]);
  return same && fresh.evseId === old.evseId && fresh.transaction === old.transaction;
}

/** A transaction takes its profiles with it (OCPP 2.0.1 K01); one that came with a start finds the transaction of that start. */
export function withoutDead(state: ChargePointState, context: Context): ChargePointState {
  const before = profilesOf(state);
  const after = before.flatMap((one) => living(state, one, context) ?? []);
  const same = after.length === before.length && after.every((one, at) => one === before[at]);
  return same ? state : withProfiles(state, after);
}

function living(state: ChargePointState, profile: Profile, context: Context): Profile | undefined {
  if (profile.profile['chargingProfilePurpose'] !== 'TxProfile') return profile;
  if (profile.transaction !== undefined) {
    const transaction = state.transactions[profile.transaction];
    return transaction !== undefined && transaction.stoppedAt === undefined ? profile : undefined;
  }
  const start = startOf(state, profile);
  if (start !== undefined && start.expiresAt > context.now) return profile;
  const transaction = Object.values(state.transactions).find((one) => begunBy(one, profile, context));
  return transaction?.events && bound(profile, transaction, transaction.events.transactionId, context);
}

function startOf(state: ChargePointState, { start }: Profile): RemoteStart | undefined {
  return start && stationOf(state).remoteStarts.find((one) => one.remoteStartId === start.remoteStartId);
}

/** Numbers of transactions grow, whatever the clock of the charge point says. */
function begunBy(
  { connectorId, device, events, idTag, stoppedAt }: Transaction,
  { evseId, start }: Profile,
  context: Context,
): boolean {
  if (stoppedAt !== undefined || events === undefined || events.foreign || start === undefined) return false;
  const here = evseId === 0 || evseId === evseOf(connectorId, context).id;
  return here && device > start.after && idTag.toLowerCase() === start.idTag.toLowerCase();
}

function bound(
  { start: _, ...rest }: Profile,
  { connectorId, device }: Transaction,
  transactionId: string,
  context: Context,
): Profile {
  const { id: evseId } = evseOf(connectorId, context);
  return { ...rest, evseId, profile: { ...rest.profile, transactionId }, transaction: device };
}

/** Profiles go with their transaction, and not only when somebody asks. */
export const profileUpkeep: Plan = {
  at(state, context) {
    if (withoutDead(state, context) !== state) return context.now;
    const waiting = profilesOf(state).flatMap((one) => startOf(state, one)?.expiresAt ?? []);
    return waiting.length === 0 ? undefined : Math.min(...waiting);
  },
  due: (state, context) => decision(withoutDead(state, context)),
};
