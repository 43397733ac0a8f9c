import { STATION_IDENTITY } from '../../uplink/identity.ts';
import { ChargePointConfigs } from './charge-points.ts';
import { listed } from './csms-identity.ts';
import type { Config } from './schema.ts';

/** What a configuration may say and an operator should know: one line each, told at the start and by `check`. */
export function configWarnings(config: Config): string[] {
  return [...lostOnRestart(config), ...unwritable(config)];
}

function lostOnRestart({ store, behaviour, chargePoints }: Config): string[] {
  const buffers = [behaviour, ...Object.values(chargePoints).map((entry) => entry.behaviour)].some(
    ({ whenCsmsIsAway }) => whenCsmsIsAway === 'buffer',
  );
  if (!store.memory || !buffers) return [];
  return [
    'store.memory: what the bridge takes over from charge points while the CSMS is away is lost when it ends; ' +
      'use store.path, or behaviour.whenCsmsIsAway: refuse',
  ];
}

const MOST_NAMED = 5;

/** Those the configuration names; of the others the log tells when they come. */
function unwritable(config: Config): string[] {
  const all = new ChargePointConfigs(config);
  const found = listed(config).filter((identity) => {
    const { protocol, identity: name = identity } = all.of(identity).csms;
    return protocol === 'ocpp2.0.1' && !STATION_IDENTITY.test(name);
  });
  if (found.length === 0) return [];
  const some = found.slice(0, MOST_NAMED).map((identity) => JSON.stringify(identity));
  const more = found.length > MOST_NAMED ? ` and ${found.length - MOST_NAMED} more` : '';
  return [
    `OCPP 2.0.1 cannot write the identity of ${some.join(', ')}${more}: it goes percent-encoded, which not every CSMS takes; ` +
      'give each a name with chargePoints.<identity>.csms.identity',
  ];
}
