import { z } from 'zod';
import { behaviourSection, chargePointSection } from './charge-point-section.ts';
import { namesApart, noNameForMany } from './csms-identity.ts';
import { csmsSection } from './csms-section.ts';
import { directory, newDirectory } from './secret-types.ts';
import { soapSection } from './soap-section.ts';
import type { Sources } from './sources.ts';
import { stationSection } from './station-section.ts';
import { byteSize, duration, identityPattern, listenAddress, network, port } from './value-types.ts';

/** What a configuration may hold. docs/config.md, the environment variables and the schema for editors all come from here. */
export function configSchema(sources: Sources) {
  return sections(sources).superRefine(namesApart);
}

function sections(sources: Sources) {
  return z.strictObject({
    soap: soapSection(sources).prefault({}).meta({ description: 'The near bank: where charge points call.' }),
    // An input without url is a fault, but one that the url itself reports.
    csms: csmsSection(sources)
      .prefault({} as { url: string })
      .meta({ description: 'The far bank: the central system.' }),
    store: storeSection(sources).prefault({}).meta({ description: 'What must survive a restart.' }),
    admin: z
      .strictObject({
        listen: listenAddress().prefault('127.0.0.1:9090').meta({
          description:
            'Where `/livez`, `/readyz`, `/metrics`, `/api/charge-points`, `/api/losses`, `/api/outbox` and `/api/dead-letters` are served.',
        }),
      })
      .prefault({})
      .meta({ description: 'The port for operators.' }),
    callbacks: callbacksSection().prefault({}).meta({ description: 'Calls to the SOAP servers of charge points.' }),
    access: z
      .strictObject({
        allow: z
          .exactOptional(z.array(identityPattern()))
          .meta({ description: 'Charge points that are served. Without it: all.' }),
      })
      .prefault({})
      .meta({ description: 'Who may come in.' }),
    chargePoints: z
      .record(identityPattern(), chargePointSection(sources))
      .superRefine(noNameForMany)
      .prefault({})
      .meta({
        description:
          'What is special about some charge points, by identity, or by pattern with `*`. All entries that fit hold; a later one overrides an earlier one, and the exact identity overrides patterns.',
      }),
    behaviour: behaviourSection()
      .prefault({})
      .meta({ description: 'How the bridge behaves where the versions differ.' }),
    station: stationSection().prefault({}).meta({
      description: 'How charge points are shown to a CSMS that speaks OCPP 2.0.1, as charging stations.',
    }),
    mapping: mappingSection(sources).prefault({}).meta({ description: 'The mapping tables and their options.' }),
    contracts: z
      .strictObject({
        wsdlDir: z
          .exactOptional(directory(sources))
          .meta({ description: 'Directory with WSDL files to use instead of the own ones.' }),
      })
      .prefault({})
      .meta({ description: 'What the OCPP versions promise.' }),
    presence: z
      .strictObject({
        silenceFactor: z.number().min(1).max(100).default(2.5).meta({
          description: 'The link closes when a charge point has been silent for this many heartbeat intervals.',
        }),
        minimum: duration().prefault('60s').meta({ description: 'It never closes after a shorter silence.' }),
      })
      .prefault({})
      .meta({ description: 'When a charge point counts as gone.' }),
    limits: limitsSection().prefault({}).meta({ description: 'How much may wait, and how long.' }),
    log: logSection().prefault({}).meta({ description: 'The log, on standard output.' }),
    drain: z
      .strictObject({
        within: duration().prefault('25s').meta({ description: 'Time to finish open exchanges after SIGTERM.' }),
      })
      .prefault({})
      .meta({ description: 'The end.' }),
  });
}

function storeSection(sources: Sources) {
  return z.strictObject({
    path: newDirectory(sources).prefault('./data').meta({
      description: 'Directory of the embedded store (LMDB); made when it is not there. One process at a time.',
    }),
    memory: z.boolean().default(false).meta({
      description:
        'Keep everything in memory instead: a restart forgets transactions, and messages taken over from charge points are lost. For trials only; else with `behaviour.whenCsmsIsAway: refuse`.',
    }),
  });
}

function callbacksSection() {
  return z.strictObject({
    allow: z.array(network()).default([]).meta({
      description:
        'Networks in which charge points may be called. Loopback, link-local and metadata addresses only when listed by their own network.',
    }),
    ports: z.exactOptional(z.array(port()).min(1)).meta({ description: 'Ports that may be called. Without it: all.' }),
    pinToPeer: z.boolean().default(false).meta({
      description: 'Take only port and path from what a charge point says, and the host from its connection.',
    }),
    connectTimeout: duration().prefault('10s').meta({ description: 'Time to connect.' }),
    timeout: duration()
      .prefault('45s')
      .meta({ description: 'Time for everything: some start the transaction before they answer.' }),
    retryPause: duration()
      .prefault('500ms')
      .meta({ description: 'Pause before the one repetition after a refused connection.' }),
    maxAnswerBytes: byteSize().prefault('4MiB').meta({ description: 'Largest answer of a charge point.' }),
  });
}

function mappingSection(sources: Sources) {
  return z.strictObject({
    dir: z
      .exactOptional(directory(sources))
      .meta({ description: 'Directory with tables to use instead of the own ones, and in `quirks` with profiles.' }),
    quirksDir: z
      .exactOptional(directory(sources))
      .meta({ description: 'Directory with more quirk profiles, beside those of the tables.' }),
    tagAliasPrefix: z
      .string()
      .regex(/^[A-Za-z0-9]{1,4}$/, '1 to 4 letters or digits are wanted')
      .default('ZZ')
      .meta({ description: 'Begins the stand-in for an idTag longer than 20 characters; must not meet real cards.' }),
    tagTooLong: z.enum(['alias', 'reject']).default('alias').meta({
      description: 'An idTag longer than 20 characters: send a stand-in, or answer Authorize with Invalid.',
    }),
    smartChargingAnswer: z.enum(['callerror', 'status']).default('callerror').meta({
      description: 'What the CSMS gets for smart charging calls to a charge point that has none.',
    }),
    keepZero: z.boolean().default(false).meta({
      description: 'Whether `transactionId` 0 in meter values and `reservationId` 0 are ids; else they mean none.',
    }),
  });
}

function limitsSection() {
  return z.strictObject({
    queuePerChargePoint: z
      .int()
      .min(1)
      .max(10_000)
      .default(32)
      .meta({ description: 'Exchanges waiting per charge point and direction; more are refused.' }),
    outboxPerChargePoint: z.int().min(10).max(1_000_000).default(10_000).meta({
      description:
        'Messages taken over per charge point that may wait for the CSMS. Above it meter values are thinned, from the oldest transaction on; starts and stops are taken and kept all the same.',
    }),
    commandWithin: duration()
      .prefault('60s')
      .meta({ description: 'How long a call of the CSMS waits for its turn at the charge point.' }),
    repeatsKeptFor: duration({ timer: false })
      .prefault('7d')
      .meta({ description: 'How long answers to transaction messages are kept for their repeats.' }),
  });
}

function logSection() {
  return z.strictObject({
    level: z
      .enum(['debug', 'info', 'warn', 'error', 'silent'])
      .default('info')
      .meta({ description: 'The least important messages to write.' }),
    pretty: z.boolean().default(false).meta({ description: 'Lines for people instead of JSON.' }),
    tags: z
      .enum(['redacted', 'plain'])
      .default('redacted')
      .meta({ description: 'Whether idTags are shortened beyond recognition.' }),
  });
}

export type Config = z.output<ReturnType<typeof sections>>;
export type ChargePointEntry = Config['chargePoints'][string];
