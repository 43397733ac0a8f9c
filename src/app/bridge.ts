import { systemClock } from '../base/clock.ts';
import { randomIds } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import { Metrics } from '../base/metrics.ts';
import { CallbackPolicy } from '../chargepoint/callback-policy.ts';
import { Caller } from '../chargepoint/caller.ts';
import { createListener, type Listener } from '../chargepoint/listener.ts';
import type { StationTables } from '../mapping/station/station-tables.ts';
import { Pace } from '../session/pace.ts';
import { Sessions } from '../session/sessions.ts';
import { openLmdbStore } from '../store/lmdb-store.ts';
import { MemoryStore } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';
import { Links } from '../uplink/links.ts';
import { type Admin, openAdmin } from './admin.ts';
import { chargePointView } from './charge-point-view.ts';
import { ChargePointConfigs } from './config/charge-points.ts';
import type { Config } from './config/schema.ts';
import { configWarnings } from './config/warnings.ts';
import { listeningAt } from './listening-at.ts';
import { LossLedger } from './loss-ledger.ts';
import { chargePointObserver, linkObserver, sessionObserver } from './observers.ts';
import { outboxView } from './outbox-view.ts';
import { VERSION } from './places.ts';
import { LiveTables } from './reload.ts';
import { chargePointSettings, deviceOverrides, linkSettings, listenerSettings, sessionSettings } from './settings.ts';
import { compileSources, foldersOf, loadTranslation, sourcesOf, type Translation } from './tables.ts';

/** The composition root: builds every room, wires the banks to the sessions, and takes all down again in order. */

export interface Bridge {
  /** `http://host:port/` and the admin port's, as really listened on. */
  readonly soapUrl: string;
  readonly adminUrl: string;
  /** Reads mapping tables and quirk profiles again; what is not sound changes nothing. */
  reloadTables(why: string): void;
  /** Takes nothing new, finishes what is open within the drain time, closes. True when nothing had to be cut off. */
  stop(): Promise<boolean>;
}

/** Starts everything; rejects when something cannot start, with nothing left open. */
export async function startBridge(
  config: Config,
  log: Log,
  onFatal: (error: Error) => void = () => undefined,
): Promise<Bridge> {
  const opened: (() => Promise<unknown>)[] = [];
  try {
    const translation = await loadTranslation(sourcesOf(config));
    for (const warning of configWarnings(config)) log.warn({}, warning);
    const store = config.store.memory ? new MemoryStore() : await openLmdbStore(config.store.path, { onFatal });
    opened.push(() => store.close());
    return await assemble(config, log, translation, store, opened);
  } catch (error) {
    for (const close of opened.reverse()) await close().catch(() => undefined);
    throw error;
  }
}

async function assemble(
  config: Config,
  log: Log,
  translation: Translation,
  store: Store,
  opened: (() => Promise<unknown>)[],
): Promise<Bridge> {
  const { soap: contracts, json, stationJson } = translation;
  const actions = [...json.actions.keys(), ...(stationJson?.actions.keys() ?? [])];
  const metrics = new Metrics({ version: VERSION, actions });
  const chargePoints = new ChargePointConfigs(config);
  const shared = { clock: systemClock, ids: randomIds, log };
  const sources = sourcesOf(config);
  const live = new LiveTables(translation, {
    ...shared,
    metrics,
    load: () => compileSources(translation, sources),
    folders: foldersOf(sources),
    named: (identity) => chargePoints.of(identity).profile,
  });
  const ledger = new LossLedger(live.losses, systemClock);
  const policy = new CallbackPolicy(config.callbacks);
  const publicUrl = config.soap.publicUrl;

  const links = new Links({
    ...shared,
    settings: linkSettings(config, chargePoints),
    spoken: (protocol) =>
      protocol === 'ocpp2.0.1' && stationJson
        ? { contract: stationJson, downActions: commandsOf(live.station) }
        : { contract: json, downActions: live.downActions },
    random: Math.random,
    observe: linkObserver(metrics),
  });
  opened.push(() => links.drain());
  const observer = chargePointObserver(metrics);
  const { connectTimeout, timeout: totalTimeout, retryPause, maxAnswerBytes } = config.callbacks;
  const caller = new Caller({
    ...shared,
    contracts,
    policy,
    observer,
    overrides: (identity) => deviceOverrides(chargePoints.of(identity)),
    settings: {
      connectTimeout,
      totalTimeout,
      retryPause,
      maxAnswerBytes,
      ...(publicUrl !== undefined && { publicUrl }),
    },
  });
  const sessions = new Sessions({
    ...shared,
    tables: () => live.tables,
    store,
    csms: links,
    device: caller,
    pace: new Pace(systemClock, config.csms.replayRate),
    observe: sessionObserver(metrics, log, ledger),
    settings: sessionSettings(config),
    chargePoint: (identity) => chargePointSettings(config, chargePoints.of(identity), () => live.station),
  });
  links.attach(sessions);
  watch(metrics, sessions);
  // Where nobody can say, the gauge is no number, and no alert rings.
  metrics.read('storeFree', {}, () => store.health().freeBytes ?? Number.NaN);

  const listener = createListener({
    ...shared,
    contracts,
    sessions,
    observer,
    callbackPolicy: policy,
    settings: listenerSettings(config, chargePoints),
  });
  opened.push(() => listener.close());
  let draining = false;
  const opening = openAdmin(config.admin.listen, {
    metrics: async () => ({ contentType: metrics.contentType, text: await metrics.text() }),
    notReady: () => (draining ? 'draining' : store.health().trouble),
    losses: (identity) => (identity === undefined ? ledger.all() : ledger.of(identity)),
    outbox: outboxView(store, sessions),
    chargePoints: chargePointView(store, chargePoints, links),
  });
  const admin = await listeningAt('admin.listen', config.admin.listen, opening);
  opened.push(() => admin.close());
  const soapUrl = await listening(listener, config);
  live.watch();
  opened.push(async () => live.close());
  log.info({ listener: 'admin', address: admin.address }, 'admin listening');
  log.info(
    { listener: 'soap', address: new URL(soapUrl).host, versions: [...translation.translators.keys()] },
    'soap listening',
  );

  sessions.resume().catch((error: unknown) => log.error({ err: error }, 'what waits for the CSMS cannot be read'));

  let stopped: Promise<boolean> | undefined;
  return {
    soapUrl,
    adminUrl: `http://${admin.address}/`,
    reloadTables(why) {
      if (!draining) live.reload(why);
    },
    stop() {
      draining = true;
      live.close();
      stopped ??= stop({ listener, sessions, links, store, admin, within: config.drain.within, log });
      return stopped;
    },
  };
}

/** What a CSMS may call of a charging station, if only to be refused. */
function commandsOf({ actions }: StationTables): ReadonlySet<string> {
  const calls = [...actions].filter(([, { kind }]) => kind === 'flow' || kind === 'answer' || kind === 'refuse');
  return new Set(calls.map(([name]) => name));
}

async function listening(listener: Listener, { soap }: Config): Promise<string> {
  const opening = listener.listen(soap.listen.host, soap.listen.port);
  const { address } = await listeningAt('soap.listen', soap.listen, opening);
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${soap.tls ? 'https' : 'http'}://${host}:${address.port}/`;
}

function watch(metrics: Metrics, sessions: Sessions): void {
  metrics.read('sessions', {}, () => sessions.count);
  metrics.read('outboxDepth', {}, () => sessions.outbox.depth);
  metrics.read('outboxAge', {}, () => {
    const { oldest } = sessions.outbox;
    return oldest === undefined ? 0 : Math.max(0, systemClock.now() - oldest) / 1000;
  });
  metrics.read('queueDepth', { direction: 'up' }, () => sessions.waiting.up);
  metrics.read('queueDepth', { direction: 'down' }, () => sessions.waiting.down);
}

interface Running {
  readonly listener: Listener;
  readonly sessions: Sessions;
  readonly links: Links;
  readonly store: Store;
  readonly admin: Admin;
  readonly within: number;
  readonly log: Log;
}

async function stop({ listener, sessions, links, store, admin, within, log }: Running): Promise<boolean> {
  log.info({ within: within / 1000 }, 'draining');
  const answered = listener.drain();
  const done = await sessions.drain(within);
  if (done) await Promise.race([answered, pause(1000)]);
  else log.warn({ ...sessions.waiting }, 'exchanges were cut off: the drain time is over');
  await listener.close();
  await links.drain();
  await store.close();
  await admin.close();
  log.info({}, 'stopped');
  return done;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => systemClock.after(ms, resolve));
}
