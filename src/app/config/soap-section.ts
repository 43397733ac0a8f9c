import { z } from 'zod';
import { Identities } from '../../chargepoint/identity.ts';
import { keyFile, pemFile, together } from './secret-types.ts';
import type { Sources } from './sources.ts';
import { byteSize, duration, listenAddress, network, textAs, url } from './value-types.ts';

/** `soap`: the near bank, where charge points call. */
export function soapSection(sources: Sources) {
  return z.strictObject({
    listen: listenAddress()
      .prefault('127.0.0.1:8080')
      .meta({ description: 'Where charge points call, on any path. Port 0 takes a free one; the log names it.' }),
    publicUrl: z.exactOptional(url('http', 'https')).meta({
      description:
        'The address as charge points know it, for the WSDL and for wsa:From. Without it: what the Host header says, and no wsa:From.',
    }),
    answerWithin: duration().prefault('20s').meta({
      description:
        'A charge point gets its answer within this time, whatever the CSMS does. Keep it below the time-out of the charge points.',
    }),
    maxBodyBytes: byteSize()
      .prefault('4MiB')
      .meta({ description: 'Largest body of a request, before and after decompression.' }),
    headersTimeout: duration().prefault('15s').meta({ description: 'Time for the headers of a request.' }),
    bodyTimeout: duration()
      .prefault('30s')
      .meta({ description: 'Time from the headers to the last byte of the body.' }),
    keepAliveTimeout: duration().prefault('75s').meta({ description: 'How long an idle connection is kept.' }),
    maxConnections: z.int().min(1).default(20_000).meta({ description: 'Open connections; more are closed at once.' }),
    maxConcurrent: z.int().min(1).default(5_000).meta({ description: 'Requests served at once; more get HTTP 429.' }),
    retryAfter: duration()
      .prefault('30s')
      .meta({ description: 'How long a charge point is asked to wait when it gets HTTP 429 or 503.' }),
    trustedProxies: z
      .array(network())
      .default([])
      .meta({ description: 'Networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.' }),
    identityFrom: identityFrom(),
    tls: z.exactOptional(serverTls(sources)).meta({ description: 'Serve https instead of http.' }),
  });
}

function identityFrom() {
  return z
    .strictObject({
      fallback: z
        .array(z.enum(['path', 'query']))
        .default([])
        .meta({ description: 'Where to look, in this order, when the header chargeBoxIdentity is missing.' }),
      path: z
        .exactOptional(
          textAs('path', 'a path with {identity}', (text) => {
            new Identities({ path: text });
            return text;
          }),
        )
        .meta({
          description: 'For `path`: the path of the request with one step `{identity}`, such as `/ocpp/{identity}`.',
        }),
      query: z
        .string()
        .min(1)
        .default('chargeBoxIdentity')
        .meta({ description: 'For `query`: the name of the parameter.' }),
    })
    .superRefine((value, context) => {
      if (!value.fallback.includes('path') || value.path !== undefined) return;
      context.addIssue({ code: 'custom', message: 'is missing: fallback names path', path: ['path'] });
    })
    .prefault({})
    .meta({
      description: 'Where the identity of a charge point stands. The header chargeBoxIdentity always comes first.',
    });
}

function serverTls(sources: Sources) {
  return z
    .strictObject({
      cert: pemFile(sources).meta({ description: 'Certificate with its chain, PEM.' }),
      key: keyFile(sources).meta({ description: 'Private key, PEM.' }),
      ca: z
        .exactOptional(pemFile(sources))
        .meta({ description: 'Authorities that sign the certificates of charge points, PEM.' }),
      requestClientCert: z
        .boolean()
        .default(false)
        .meta({ description: 'Ask for a client certificate; with `ca`, refuse those it did not sign.' }),
    })
    .superRefine(together('cert', 'key'));
}
