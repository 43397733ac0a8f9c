import { z } from 'zod';
import { CSMS_PROTOCOLS } from '../../base/message.ts';
import { atMostOne, keyFile, pemFile, secretFile, secretVariable, together } from './secret-types.ts';
import type { Sources } from './sources.ts';
import { byteSize, duration, url } from './value-types.ts';

/** `csms`: the far bank, one WebSocket for each charge point. */
export function csmsSection(sources: Sources) {
  return z.strictObject({
    url: url('ws', 'wss').meta({
      description: 'Address of the CSMS. The link of a charge point goes to this URL + `/` + its identity.',
    }),
    protocol: z
      .enum(CSMS_PROTOCOLS)
      .default('ocpp1.6')
      .meta({ description: 'The WebSocket subprotocol the CSMS speaks.' }),
    auth: z.exactOptional(auth(sources)).meta({ description: 'HTTP Basic authentication at the CSMS.' }),
    tls: clientTls(sources),
    connectTimeout: duration().prefault('10s').meta({ description: 'Time to open a link, TLS and upgrade included.' }),
    answerTimeout: duration().prefault('120s').meta({
      description: 'How long a call is kept open; a late answer still serves the repeat of the charge point.',
    }),
    bufferAfter: duration().prefault('5s').meta({
      description:
        'With `whenCsmsIsAway: buffer`: how long a transaction message waits for the link before the bridge takes it over.',
    }),
    replayRate: z.number().min(0.1).max(10_000).default(100).meta({
      description: 'Messages per second that waited for the CSMS and are delivered now, all charge points together.',
    }),
    pingInterval: duration({ zero: true })
      .prefault('60s')
      .meta({ description: 'Pause between pings of a link; `0s` = no pings. A CSMS may change it per charge point.' }),
    pongTimeout: duration()
      .prefault('20s')
      .meta({ description: 'A link without a pong in this time is dialled again.' }),
    backoff: backoff(),
    maxFrameBytes: byteSize().prefault('1MiB').meta({ description: 'Largest frame of the CSMS.' }),
    maxInbound: z.int().min(1).default(16).meta({ description: 'Calls of the CSMS being worked on per link.' }),
    maxDialling: z.int().min(1).default(256).meta({
      description: 'Links that dial at the same time, so that a fleet does not storm a CSMS that comes back.',
    }),
  });
}

function backoff() {
  return z
    .strictObject({
      first: duration().prefault('1s').meta({ description: 'Longest pause before the second dial.' }),
      max: duration().prefault('2m').meta({ description: 'Longest pause of all.' }),
      factor: z
        .number()
        .min(1)
        .max(10)
        .default(2)
        .meta({ description: 'By how much the pause grows with each failure.' }),
    })
    .superRefine((value, context) => {
      if (value.first <= value.max) return;
      context.addIssue({ code: 'custom', message: 'must not be shorter than first', path: ['max'] });
    })
    .prefault({})
    .meta({
      description:
        'Pauses between dials: random, and longer with each failure. Five of `first`, up to two and a half of `max`, pass before the outbox tries a refused message again.',
    });
}

function auth(sources: Sources) {
  return z
    .strictObject({
      user: z
        .exactOptional(z.string().min(1))
        .meta({ description: 'User name; without it the identity of the charge point.' }),
      passwordFile: z
        .exactOptional(secretFile(sources))
        .meta({ description: 'File with the password of all charge points that have none of their own.' }),
      passwordEnv: z
        .exactOptional(secretVariable(sources))
        .meta({ description: 'Environment variable with that password.' }),
    })
    .superRefine(atMostOne({ file: 'passwordFile', env: 'passwordEnv' }))
    .transform(({ user, passwordFile, passwordEnv }) => {
      const password = passwordFile ?? passwordEnv;
      return { ...(user !== undefined && { user }), ...(password && { password }) };
    });
}

function clientTls(sources: Sources) {
  return z
    .strictObject({
      ca: z
        .exactOptional(pemFile(sources))
        .meta({ description: 'Authorities to trust instead of the usual ones, PEM.' }),
      cert: z.exactOptional(pemFile(sources)).meta({ description: 'Client certificate, PEM.' }),
      key: z.exactOptional(keyFile(sources)).meta({ description: 'Key of the client certificate, PEM.' }),
      insecure: z.boolean().default(false).meta({ description: 'Take any certificate of the CSMS. For trials only.' }),
    })
    .superRefine(together('cert', 'key'))
    .prefault({})
    .meta({ description: 'For wss.' });
}
