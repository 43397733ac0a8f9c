import { z } from 'zod';
import { STATION_IDENTITY } from '../../uplink/identity.ts';
import { ChargePointConfigs, nameKey } from './charge-points.ts';
import type { Config } from './schema.ts';

/** Names that charge points have at their CSMS where it is not their own identity: `chargePoints.<identity>.csms.identity`. */

/** A name that every OCPP version can write. */
export function csmsIdentity() {
  return z
    .string()
    .regex(STATION_IDENTITY, '1 to 48 letters, digits or * - _ = + | @ . are wanted')
    .meta({ 'x-type': 'identity' });
}

type Entries = Readonly<Record<string, { readonly csms: { readonly identity?: string | undefined } }>>;

/** A check for `chargePoints`: a name belongs to one charge point. */
export function noNameForMany(entries: Entries, context: z.RefinementCtx): void {
  for (const [name, { csms }] of Object.entries(entries)) {
    if (csms.identity === undefined || !name.includes('*')) continue;
    const message = 'a name at the CSMS is for one charge point, not for a pattern';
    context.addIssue({ code: 'custom', message, path: [name, 'csms', 'identity'] });
  }
}

type Named = Pick<Config, 'chargePoints' | 'behaviour' | 'station' | 'csms' | 'access'>;

/** A check for the whole: no CSMS gets two charge points under one name. */
export function namesApart(config: Named, context: z.RefinementCtx): void {
  const all = new ChargePointConfigs(config);
  const seen = new Map<string, string>();
  for (const identity of listed(config)) {
    const { csms } = all.of(identity);
    if (csms.identity === undefined) seen.set(nameKey(csms.url, identity), identity);
  }
  for (const [identity, entry] of Object.entries(config.chargePoints)) {
    const name = entry.csms.identity;
    if (name === undefined || identity.includes('*')) continue;
    const key = nameKey(all.of(identity).csms.url, name);
    const other = seen.get(key);
    seen.set(key, identity);
    if (other === undefined) continue;
    const message = `the CSMS knows ${other} by this name`;
    context.addIssue({ code: 'custom', message, path: ['chargePoints', identity, 'csms', 'identity'] });
  }
}

/** Charge points that the configuration names, patterns left out. */
export function listed({ chargePoints, access }: Pick<Config, 'chargePoints' | 'access'>): string[] {
  const all = new Set([...Object.keys(chargePoints), ...(access.allow ?? [])]);
  return [...all].filter((name) => !name.includes('*'));
}
