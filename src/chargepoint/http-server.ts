import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import express, { type Express } from 'express';

export interface TlsSettings {
  /** PEM. */
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  /** PEM of the authorities that sign charge points' certificates. */
  readonly ca?: string | Buffer;
  /** Ask for a client certificate; with `ca`, refuse those it did not sign. */
  readonly requestCert?: boolean;
}

/** Milliseconds between looks at unfinished requests: how exact `headersTimeout` is. */
const CHECK_INTERVAL = 1000;
const MAX_HEADER_BYTES = 16_384;

export interface ServerSettings {
  /** Milliseconds from the first byte to the end of the headers. */
  readonly headersTimeout: number;
  /** Milliseconds from the first byte to the end of the request. */
  readonly requestTimeout: number;
  /** Milliseconds an idle connection is kept. */
  readonly keepAliveTimeout: number;
  /** Connections beyond it are closed at once. */
  readonly maxConnections: number;
  readonly tls?: TlsSettings;
}

/** An express application without what a SOAP endpoint has no use for. */
export function leanExpress(): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  return app;
}

/** Gets what no route took, in place of express's own page, which shows stacks. */
export type Unrouted = (request: IncomingMessage, response: ServerResponse, error: unknown) => void;

/**
 * A server whose requests and responses are born with the prototypes that express gives them. Express sets both
 * prototypes on every request, which makes V8 migrate two large objects; when they are already right that costs
 * nothing. Mounting a sub-application undoes it.
 */
export function serverFor(app: Express, settings: ServerSettings, unrouted: Unrouted): Server {
  class Request extends IncomingMessage {}
  class Response<T extends IncomingMessage = IncomingMessage> extends ServerResponse<T> {}
  Object.setPrototypeOf(Request.prototype, express.request);
  Object.setPrototypeOf(Response.prototype, express.response);
  Object.assign(Request.prototype, { app });
  Object.assign(Response.prototype, { app });
  Object.assign(app, { request: Request.prototype, response: Response.prototype });

  const options = {
    IncomingMessage: Request,
    ServerResponse: Response,
    headersTimeout: settings.headersTimeout,
    requestTimeout: settings.requestTimeout,
    keepAliveTimeout: settings.keepAliveTimeout,
    connectionsCheckingInterval: Math.min(CHECK_INTERVAL, settings.headersTimeout),
    maxHeaderSize: MAX_HEADER_BYTES,
    // Devices with HTTP/1.1 in name only send no Host.
    requireHostHeader: false,
    noDelay: true,
  };
  const { tls } = settings;
  const server = tls
    ? createTlsServer({
        ...options,
        minVersion: 'TLSv1.2',
        cert: tls.cert,
        key: tls.key,
        ...(tls.ca !== undefined && { ca: tls.ca }),
        requestCert: tls.requestCert ?? false,
        rejectUnauthorized: tls.requestCert === true && tls.ca !== undefined,
      })
    : createServer(options);
  server.maxConnections = settings.maxConnections;
  server.on('request', (request, response) => {
    app(request as express.Request, response as express.Response, (error?: unknown) =>
      unrouted(request, response, error),
    );
  });
  return server;
}
