import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import helmet from 'helmet';
import { refusalOf } from '../base/errors.ts';
import type { ChargePointView } from './charge-point-view.ts';
import type { ChargePointLosses, LossTotals } from './loss-ledger.ts';
import { outboxApi } from './outbox-api.ts';
import type { OutboxView } from './outbox-view.ts';

/** What the admin port shows. */
export interface AdminView {
  /** Metrics in the text format of Prometheus, with its content type. */
  metrics(): Promise<{ contentType: string; text: string }>;
  /** Why the bridge is not ready to take exchanges; undefined when it is. */
  notReady(): string | undefined;
  /** What was lost, in all or of one charge point. */
  losses(identity: string | undefined): LossTotals | ChargePointLosses;
  /** What waits for the CSMS, and what it will never take. */
  readonly outbox?: OutboxView;
  /** Who has been heard. */
  readonly chargePoints?: ChargePointView;
}

export interface Admin {
  /** `host:port` really listened on. */
  readonly address: string;
  close(): Promise<void>;
}

/** The admin port: liveness, readiness, metrics, what was lost and what waits. Loopback by default; nothing here is for charge points. */
export async function openAdmin(listen: { host: string; port: number }, view: AdminView): Promise<Admin> {
  const app = express().disable('x-powered-by').disable('etag').use(helmet());
  app.get('/livez', (_request, response) => {
    response.type('text').send('alive\n');
  });
  app.get('/readyz', (_request, response) => {
    const reason = view.notReady();
    response
      .status(reason === undefined ? 200 : 503)
      .type('text')
      .send(`${reason ?? 'ready'}\n`);
  });
  app.get('/metrics', async (_request, response) => {
    const { contentType, text } = await view.metrics();
    response.set('Content-Type', contentType).send(text);
  });
  app.get('/api/losses', ({ query: { identity } }, response) => {
    response.json(view.losses(typeof identity === 'string' ? identity : undefined));
  });
  const { chargePoints } = view;
  if (chargePoints)
    app.get('/api/charge-points', async (_request, response) => {
      try {
        response.json({ chargePoints: await chargePoints() });
      } catch (error) {
        response.status(503).json({ message: refusalOf(error).reason });
      }
    });
  if (view.outbox) app.use('/api', outboxApi(view.outbox));
  app.use((_request, response) => {
    const places = '/livez, /readyz, /metrics, /api/charge-points, /api/losses, /api/outbox and /api/dead-letters';
    response.status(404).type('text').send(`${places} are here\n`);
  });
  const server = createServer(app);
  await listening(server, listen);
  const { address, port, family } = server.address() as AddressInfo;
  return {
    address: family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
