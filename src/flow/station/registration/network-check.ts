import type { Json, JsonObject } from '../../../base/message.ts';
import type { Context } from '../../decision.ts';
import { station } from '../rules.ts';
import type { NetworkSlot } from '../state.ts';

/** What is wrong with a network profile of the CSMS (OCPP 2.0.1 B09), as a reasonCode of the standard with a word for people. */
export type Objection = readonly [reasonCode: string, info: string];

/** Slots of the CSMS; 0 is the operator's. */
const SLOTS = [1, 2, 3, 4, 5] as const;
/** All that NetworkConfigurationPriority may name. */
export const ALL_SLOTS: readonly number[] = [0, ...SLOTS];
const CLIENT_CERTIFICATE = 3;
const TLS = 2;

/** The profile as it is kept, or why it is not. */
export function readProfile(slot: Json | undefined, data: JsonObject, context: Context): NetworkSlot | Objection {
  if (!SLOTS.some((one) => one === slot)) return ['InvalidConfSlot', `the slots are ${SLOTS.join(', ')}`];
  const { ocppVersion, ocppTransport, ocppCsmsUrl, securityProfile, apn, vpn } = data;
  if (ocppVersion !== 'OCPP20') return invalid('the bridge speaks OCPP 2.0.1 here and nothing else');
  if (ocppTransport !== 'JSON') return invalid('the bridge speaks JSON here and nothing else');
  if (apn !== undefined || vpn !== undefined) return invalid('the bridge has a network: no apn and no vpn');
  const profile = { url: String(ocppCsmsUrl), securityProfile: Number(securityProfile) };
  return objection(profile, context) ?? profile;
}

/** What is wrong with a profile that was taken once: the operator may have changed his mind. */
export function objection({ url: text, securityProfile }: NetworkSlot, context: Context): Objection | undefined {
  const { settings, link } = station(context);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^wss?:$/.test(url.protocol)) return invalid('this is no URL of a WebSocket');
  if (url.username !== '' || url.password !== '' || url.hash !== '')
    return invalid('neither user nor password nor fragment belong in the URL');
  const configured = link && new URL(link.url);
  if (!hostAllowed(url, settings.networkProfileHosts, configured)) return invalid('the operator allows no such host');
  if (securityProfile < 0 || securityProfile > CLIENT_CERTIFICATE) return invalid('there is no such security profile');
  if (securityProfile < settings.securityProfile) return NO_DOWNGRADE;
  if (configured?.protocol === 'wss:' && url.protocol === 'ws:') return NO_DOWNGRADE;
  if (securityProfile >= TLS && url.protocol === 'ws:') return invalid('this security profile needs wss');
  if (securityProfile === CLIENT_CERTIFICATE && !link?.certificate) return invalid('there is no client certificate');
  return undefined;
}

export const NO_DOWNGRADE: Objection = ['NoSecurityDowngrade', 'the link is more secure than that'];

function invalid(info: string): Objection {
  return ['InvalidNetworkConf', info];
}

/** A pattern is a host with `*` for any run of characters, and may have a port; without patterns the configured host alone. */
function hostAllowed(url: URL, patterns: readonly string[], configured: URL | undefined): boolean {
  if (patterns.length === 0) return url.hostname === configured?.hostname;
  const port = url.port || (url.protocol === 'wss:' ? '443' : '80');
  return patterns.some((pattern) => {
    const text = /:\d+$/.test(pattern) ? `${url.hostname}:${port}` : url.hostname;
    return fits(pattern.toLowerCase(), text);
  });
}

function fits(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'u').test(text);
}

export function isObjection(found: unknown): found is Objection {
  return Array.isArray(found) && typeof found[0] === 'string';
}
