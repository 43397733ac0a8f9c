/** Profiles against contracts and tables: every name is known, and the patched tables are as complete as the tables. */

import { type FaultList, nearest } from './fault.ts';
import type { MappingOptions } from './options.ts';
import { Book } from './plan.ts';
import { type Contracts, planTables, type TablePlan } from './plan-tables.ts';
import { keyOf } from './quirks-match.ts';
import { patched } from './quirks-patch.ts';
import type { Patch, PatchSet, Profile, QuirkFile, Switches } from './quirks-table.ts';
import type { Register, Table } from './table.ts';

/** A profile whose charge points are translated in their own way. */
export interface ProfilePlan {
  readonly profile: Profile;
  readonly options: MappingOptions;
  /** Undefined: the same as everyone's. */
  readonly plans: readonly TablePlan[] | undefined;
}

export interface Base {
  readonly tables: readonly Table[];
  readonly plans: readonly TablePlan[];
  readonly contracts: Contracts;
  readonly options: MappingOptions;
  readonly register: Register | undefined;
  readonly faults: FaultList;
}

export function planProfiles(files: readonly QuirkFile[], base: Base): ProfilePlan[] {
  const profiles = files.flatMap((file) => file.profiles);
  const sets = files.flatMap((file) => file.patchSets);
  checkNames(profiles, sets, base.faults);
  checkMatches(profiles, base.faults);
  for (const profile of profiles) checkDelays(profile, base);
  // Laid over tables with faults, every patch would seem to have them too.
  const sound = base.faults.size === 0;
  if (sound) for (const set of sets) plansOf(set.patches, base.options, base);
  return profiles.map((profile) => {
    const options = { ...base.options, ...optionsOf(profile.switches) };
    const patches = [
      ...profile.use.flatMap(({ name }) => sets.find((set) => set.name === name)?.patches ?? []),
      ...profile.rows,
    ];
    const own = patches.length > 0 || options.fraction !== undefined || options.tagCase !== undefined;
    return { profile, options, plans: own && sound ? plansOf(patches, options, base) : undefined };
  });
}

function optionsOf({ fraction, 'tag-case': tagCase }: Switches): Pick<MappingOptions, 'fraction' | 'tagCase'> {
  return {
    ...(fraction !== undefined && { fraction }),
    ...(tagCase !== undefined && tagCase !== 'as-is' && { tagCase }),
  };
}

function plansOf(patches: readonly Patch[], options: MappingOptions, base: Base): readonly TablePlan[] {
  if (patches.length === 0) return base.plans;
  const tables = base.tables.map((table) =>
    patches
      .filter((patch) => patch.version === table.version)
      .reduce<Table>((sofar, patch) => patched(sofar, patch, base.faults), table),
  );
  const own = tables.filter((table) => !base.tables.includes(table));
  const book = new Book(base.register, base.faults, ['table', 'profile']);
  const plans = planTables(tables, base.contracts, options, book, own);
  return base.plans.map((plan) => plans.find(({ table }) => table.version === plan.table.version) ?? plan);
}

function checkNames(profiles: readonly Profile[], sets: readonly PatchSet[], faults: FaultList): void {
  const twice = (named: readonly (Profile | PatchSet)[], what: string): void => {
    const seen = new Set<string>();
    for (const one of named) {
      if (seen.has(one.name)) faults.add(one, `there is another ${what} ${one.name}`);
      seen.add(one.name);
    }
  };
  twice(profiles, 'profile');
  twice(sets, 'patch');
  const names = sets.map((set) => set.name);
  for (const { use } of profiles) {
    for (const used of use) {
      if (!names.includes(used.name)) faults.add(used, `there is no patch "${used.name}"`, nearest(used.name, names));
    }
  }
}

function checkMatches(profiles: readonly Profile[], faults: FaultList): void {
  const seen = new Map<string, string>();
  for (const { name, for: matches } of profiles) {
    for (const match of matches) {
      if (match.patterns.size === 0) continue;
      const key = keyOf(match);
      const other = seen.get(key);
      if (other !== undefined) faults.add(match, `${other} is for the same charge points: neither is more specific`);
      seen.set(key, name);
    }
  }
}

function checkDelays({ switches, ...place }: Profile, { tables, faults }: Base): void {
  const known = new Set(tables.flatMap((table) => [...table.up.keys()]));
  for (const name of switches['answer-delay']?.keys() ?? []) {
    if (!known.has(name)) faults.add(place, `answer-delay: charge points have no call ${name}`, nearest(name, known));
  }
}
