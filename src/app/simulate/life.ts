import type { ChargePoint } from './charge-point.ts';
import type { Connector } from './connector.ts';
import type { Status } from './dialect.ts';
import { pick, type Random } from './random.ts';

/** What a charge point does all day, one message at a time, so that a fleet can be driven at a given rate. */

const TAGS = ['04A1B2C3D4', '04E5F60718', 'DEADBEEF01', 'RFID-2209', 'FLEET-0042'] as const;

/** Each step sends one message, or none when this version needs none; resolves when it is answered. */
export type Step = () => Promise<unknown>;

/** Boots, reports, then visits without end: authorize, start, readings, stop. */
export function* lifeOf(point: ChargePoint, random: Random): Generator<Step, never> {
  yield () => point.boot();
  if (!point.registered) yield () => point.whenRegistered();
  for (const id of [0, ...point.connectors.map((connector) => connector.id)]) yield () => point.reportStatus(id);
  for (;;) {
    const connector = point.connectors[Math.floor(random() * point.connectors.length)];
    // Somebody else may have started a session here, or taken the connector out of service.
    if (!connector || connector.session || connector.status !== 'Available') {
      yield () => point.heartbeat();
      continue;
    }
    yield* visit(point, connector, random);
    for (let beats = Math.floor(random() * 3); beats > 0; beats -= 1) yield () => point.heartbeat();
  }
}

function* visit(point: ChargePoint, connector: Connector, random: Random): Generator<Step> {
  const idTag = pick(random, TAGS);
  let welcome = false;
  yield async () => {
    welcome = await point.authorize(idTag);
  };
  if (!welcome || connector.session) return;
  yield* become(point, connector, 'Preparing');
  yield () => point.begin(connector, idTag);
  if (connector.session) yield* become(point, connector, 'Charging');
  for (let readings = 2 + Math.floor(random() * 4); readings > 0 && connector.session; readings -= 1)
    yield () => point.sample(connector);
  if (connector.session) yield () => point.end(connector, 'Local');
  yield* become(point, connector, 'Finishing');
  yield* become(point, connector, connector.scheduled ?? 'Available');
  connector.scheduled = undefined;
}

/** A change of status takes a turn only where the version has a word for it. */
function* become(point: ChargePoint, connector: Connector, status: Status): Generator<Step> {
  if (point.isNews(connector, status)) yield () => point.setStatus(connector, status);
  else connector.status = status;
}
