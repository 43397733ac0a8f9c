/** The near bank's door: an HTTP server that charge points take for their central system. */

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import helmet from 'helmet';
import type { Clock } from '../base/clock.ts';
import type { Ids } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { SoapContracts } from '../contract/soap-contract.ts';
import type { DeviceSide } from '../session/ports.ts';
import { ByteBudget } from './body.ts';
import type { CallbackPolicy } from './callback-policy.ts';
import { describe } from './description.ts';
import { Exchanges } from './exchange.ts';
import { leanExpress, serverFor, type TlsSettings } from './http-server.ts';
import { Identities, type IdentitySettings } from './identity.ts';
import { Networks } from './networks.ts';
import { type ChargePointObserver, noObserver } from './observer.ts';
import { Reception } from './reception.ts';
import { refuseUnparsed } from './unparsed.ts';

const REQUEST_GRACE = 10_000;
/** A fleet that comes back after an outage connects all at once. */
const BACKLOG = 4096;

export interface ListenerSettings {
  /** Bytes of a request's body, before and after decompression; default 4 MiB. */
  readonly maxBodyBytes?: number;
  /** Milliseconds from the headers to the last byte of the body; default 30 000. */
  readonly bodyTimeout?: number;
  /** Milliseconds for the headers of a request; default 15 000. */
  readonly headersTimeout?: number;
  /** Milliseconds an idle connection is kept; default 75 000. */
  readonly keepAliveTimeout?: number;
  /** Open connections; more are closed at once. Default 20 000. */
  readonly maxConnections?: number;
  /** Bytes of unfinished bodies held for all senders together; more get 429. Default 256 MiB. */
  readonly maxHeldBytes?: number;
  /** Calls being served at once; more get 429. Default 5 000. */
  readonly maxConcurrent?: number;
  /** Seconds that a refused charge point is asked to wait; default 30. */
  readonly retryAfter?: number;
  readonly identity?: IdentitySettings;
  /** The endpoint's address as charge points know it; default: what the Host header says. */
  readonly publicUrl?: string;
  /** Networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed; default none. */
  readonly trustedProxies?: readonly string[];
  readonly tls?: TlsSettings;
}

export interface ListenerDeps {
  readonly contracts: SoapContracts;
  readonly sessions: DeviceSide;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly observer?: ChargePointObserver;
  readonly callbackPolicy: CallbackPolicy;
  readonly settings: ListenerSettings;
}

export interface Listener {
  /** Port 0 takes a free one. Resolves with the address it listens at; rejects when it cannot. */
  listen(host: string, port: number): Promise<{ address: AddressInfo }>;
  /** Takes no new exchanges, and resolves when the open ones have ended. */
  drain(): Promise<void>;
  /** Cuts what is still open. */
  close(): Promise<void>;
}

/** Throws TypeError when a setting makes no sense. */
export function createListener(deps: ListenerDeps): Listener {
  const { clock, contracts, log, settings, observer = noObserver } = deps;
  const limits = {
    maxBodyBytes: settings.maxBodyBytes ?? 4 * 1024 * 1024,
    bodyTimeout: settings.bodyTimeout ?? 30_000,
    budget: new ByteBudget(settings.maxHeldBytes ?? 256 * 1024 * 1024),
  };
  const headersTimeout = settings.headersTimeout ?? 15_000;
  const trustedProxies = new Networks(settings.trustedProxies ?? []);
  const exchanges = new Exchanges({
    ...deps,
    identities: new Identities(settings.identity),
    trustedProxies,
    limits,
    maxConcurrent: settings.maxConcurrent ?? 5000,
    retryAfter: settings.retryAfter ?? 30,
  });
  const reception = new Reception({
    clock,
    log,
    observer,
    exchanges,
    limits,
    describe: (request) => describe(request, contracts, { publicUrl: settings.publicUrl, trustedProxies }),
  });

  const app = leanExpress();
  // Nobody needs scripts, frames or styles of a page that has none; HSTS is the business of whoever ends TLS.
  const harden = helmet({
    strictTransportSecurity: false,
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"] } },
  });
  app.use((request, response, next) => {
    if (request.method === 'POST') reception.post(request, response);
    else harden(request, response, next);
  });
  app.use((request, response) => {
    if (request.method === 'GET' || request.method === 'HEAD') reception.get(request, response);
    else reception.other(request, response);
  });

  const server = serverFor(
    app,
    {
      headersTimeout,
      // The clock's own limit comes first and is answered by a route; this one catches what never reaches one.
      requestTimeout: headersTimeout + limits.bodyTimeout + REQUEST_GRACE,
      keepAliveTimeout: settings.keepAliveTimeout ?? 75_000,
      maxConnections: settings.maxConnections ?? 20_000,
      ...(settings.tls && { tls: settings.tls }),
    },
    (_request, response, error) => {
      log.error({ err: error }, 'request not routed');
      response.destroy();
    },
  );
  server.on('checkContinue', (request, response) => {
    if (Number(request.headers['content-length']) > limits.maxBodyBytes) {
      reception.tooLarge(request, response);
      return;
    }
    response.writeContinue();
    server.emit('request', request, response);
  });
  refuseUnparsed(server, log);
  return lifecycle(server, reception, log);
}

function lifecycle(server: Server, reception: Reception, log: Log): Listener {
  let closed: Promise<void> | undefined;
  function stop(): Promise<void> {
    closed ??= new Promise((resolve) => {
      server.close(() => resolve());
    });
    return closed;
  }
  return {
    listen(host, port) {
      return new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host, port, backlog: BACKLOG }, () => {
          server.removeListener('error', reject);
          // Such as EMFILE while accepting: without a listener it would end the process.
          server.on('error', (error) => log.error({ err: error }, 'listener failed'));
          resolve({ address: server.address() as AddressInfo });
        });
      });
    },
    async drain() {
      void stop();
      await reception.drain();
    },
    async close() {
      const done = stop();
      server.closeAllConnections();
      await done;
    },
  };
}
