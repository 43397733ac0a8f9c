import { isoTime } from '../base/clock.ts';
import type { CsmsProtocol } from '../base/message.ts';
import { stateOf } from '../flow/state.ts';
import type { Store } from '../store/store.ts';
import { STATION_IDENTITY } from '../uplink/identity.ts';
import type { Links } from '../uplink/links.ts';
import type { LinkState } from '../uplink/observer.ts';
import type { ChargePointConfigs } from './config/charge-points.ts';

/** One charge point that the bridge has heard, as the admin port shows it. */
export interface ChargePointRow {
  readonly identity: string;
  /** Its name at the CSMS, where that is another one. */
  readonly csmsIdentity?: string;
  /** OCPP 2.0.1 cannot write what it is called there. */
  readonly unwritable?: true;
  readonly protocol: CsmsProtocol;
  readonly version?: string;
  /** Last sign of life, RFC 3339, some minutes late. */
  readonly heard?: string;
  readonly link: LinkState;
  /** Network profile of the CSMS by which the link goes. */
  readonly slot?: number;
}

export type ChargePointView = () => Promise<ChargePointRow[]>;

export function chargePointView(
  store: Store,
  chargePoints: ChargePointConfigs,
  links: Pick<Links, 'stateOf'>,
): ChargePointView {
  const row = async (identity: string): Promise<ChargePointRow> => {
    const { protocol, identity: csmsIdentity } = chargePoints.of(identity).csms;
    const stored = await store.load(identity);
    // Neither lies in a part.
    const { version, heardAt } = stored ? stateOf(stored.state, new Map()) : {};
    const { state: link, slot } = links.stateOf(identity);
    return {
      identity,
      ...(csmsIdentity !== undefined && { csmsIdentity }),
      ...(protocol === 'ocpp2.0.1' && !STATION_IDENTITY.test(csmsIdentity ?? identity) && { unwritable: true }),
      protocol,
      ...(version !== undefined && { version }),
      ...(heardAt !== undefined && { heard: isoTime(heardAt) }),
      link,
      ...(slot > 0 && { slot }),
    };
  };
  return async () => {
    const rows: ChargePointRow[] = [];
    for (const identity of (await store.identities()).sort()) rows.push(await row(identity));
    return rows;
  };
}
