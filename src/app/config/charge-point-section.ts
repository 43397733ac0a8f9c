import { z } from 'zod';
import { CSMS_PROTOCOLS, SOAP_VERSIONS, type SoapVersion } from '../../base/message.ts';
import { csmsIdentity } from './csms-identity.ts';
import { atMostOne, keyFile, pemFile, secretFile, secretVariable, together } from './secret-types.ts';
import type { Sources } from './sources.ts';
import { stationExceptions } from './station-section.ts';
import { duration, timezone, url } from './value-types.ts';

/** How the bridge behaves where the versions differ: for all, and as exceptions for some charge points. */
const BEHAVIOUR = {
  whenCsmsIsAway: z.enum(['refuse', 'buffer']).meta({
    description:
      'Transaction messages while the CSMS cannot be reached: `buffer` takes them over durably, answers, and delivers them in order later; `refuse` leaves them with the charge point (HTTP 503), which is right where the store is not on lasting disk.',
  }),
  stopLateRefused: z.boolean().meta({
    description:
      'With `buffer`: stop a transaction that the bridge confirmed and the CSMS did not accept when it heard of it.',
  }),
  synthesisedStatuses: z.boolean().meta({
    description: 'Tell the CSMS Charging and Finishing from transactions when the version has only Occupied.',
  }),
  connector0: z.boolean().meta({
    description: 'Report connector 0 as Available when the CSMS triggers all statuses and it was never seen.',
  }),
  fillConnector: z.boolean().meta({
    description: 'Set connectorId 1 in RemoteStartTransaction to a charge point with one connector.',
  }),
  profileRequired: z.enum(['ignore', 'reject']).meta({
    description:
      'RemoteStartTransaction with a charging profile, to a version without smart charging: start without it, or reject.',
  }),
  assumedKeys: z
    .record(z.string().min(1).max(50), z.union([z.string().max(500), z.number(), z.boolean()]).transform(String))
    .meta({
      description: 'Configuration keys to show for charge points that cannot be asked (1.2).',
      'x-type': 'key: value',
    }),
  listUnset: z.boolean().meta({
    description: 'Show the standard keys of 1.2 whose value nobody knows, without a value.',
  }),
  hasLock: z
    .boolean()
    .meta({ description: 'Whether connectors have a lock: without one, a refused unlock is NotSupported.' }),
  rebootKeys: z.array(z.string().min(1).max(50)).meta({
    description: 'Configuration keys that need a reboot: Accepted becomes RebootRequired.',
    'x-type': 'list of keys',
  }),
  strictErrors: z.boolean().meta({
    description: 'Tell Faulted with EVCommunicationError as OtherError, for a CSMS that refuses the pair.',
  }),
  allowIdentityChange: z.boolean().meta({ description: 'Let the CSMS change the key ChargePointId.' }),
  unknownInterval: duration().meta({
    description: 'Pause told to a charge point that the CSMS does not know, until its next BootNotification.',
  }),
  whilePending: z.enum(['refuse', 'hold']).meta({
    description:
      'A charge point before 1.6 that the CSMS has Pending: `refuse` tells it Rejected; `hold` tells it Accepted, so that the CSMS can configure it, repeats the BootNotification, and holds back what it says (transaction messages as `whenCsmsIsAway` says) until the CSMS accepts it.',
  }),
  whenLinkIsBack: z.enum(['missed', 'statuses', 'boot']).meta({
    description:
      'What a CSMS is told when a link is back: the statuses it `missed`, the last `statuses` of all connectors, or the last BootNotification (`boot`) and then those. A CSMS that answers SecurityError is told all of it anyway.',
  }),
  statusesAfterBoot: z.boolean().meta({
    description:
      'Tell the last statuses again when a charge point before 1.6 has booted and sends none within 30 s. They may be older than the boot.',
  }),
} as const;

const DEFAULTS = {
  whenCsmsIsAway: 'buffer',
  stopLateRefused: false,
  synthesisedStatuses: true,
  connector0: false,
  fillConnector: false,
  profileRequired: 'ignore',
  assumedKeys: {},
  listUnset: false,
  hasLock: true,
  rebootKeys: [],
  strictErrors: false,
  allowIdentityChange: false,
  unknownInterval: '300s',
  whilePending: 'refuse',
  whenLinkIsBack: 'statuses',
  statusesAfterBoot: false,
} as const;

export function behaviourSection() {
  const { synthesisedStatuses, connector0, fillConnector, profileRequired } = BEHAVIOUR;
  const { assumedKeys, listUnset, allowIdentityChange, unknownInterval } = BEHAVIOUR;
  return z.strictObject({
    whenCsmsIsAway: defaulted(BEHAVIOUR.whenCsmsIsAway, DEFAULTS.whenCsmsIsAway),
    stopLateRefused: defaulted(BEHAVIOUR.stopLateRefused, DEFAULTS.stopLateRefused),
    synthesisedStatuses: defaulted(synthesisedStatuses, DEFAULTS.synthesisedStatuses),
    connector0: defaulted(connector0, DEFAULTS.connector0),
    fillConnector: defaulted(fillConnector, DEFAULTS.fillConnector),
    profileRequired: defaulted(profileRequired, DEFAULTS.profileRequired),
    assumedKeys: defaulted(assumedKeys, DEFAULTS.assumedKeys),
    listUnset: defaulted(listUnset, DEFAULTS.listUnset),
    hasLock: defaulted(BEHAVIOUR.hasLock, DEFAULTS.hasLock),
    rebootKeys: defaulted(BEHAVIOUR.rebootKeys, [...DEFAULTS.rebootKeys]),
    strictErrors: defaulted(BEHAVIOUR.strictErrors, DEFAULTS.strictErrors),
    allowIdentityChange: defaulted(allowIdentityChange, DEFAULTS.allowIdentityChange),
    unknownInterval: defaulted(unknownInterval, DEFAULTS.unknownInterval),
    whilePending: defaulted(BEHAVIOUR.whilePending, DEFAULTS.whilePending),
    whenLinkIsBack: defaulted(BEHAVIOUR.whenLinkIsBack, DEFAULTS.whenLinkIsBack),
    statusesAfterBoot: defaulted(BEHAVIOUR.statusesAfterBoot, DEFAULTS.statusesAfterBoot),
  });
}

function defaulted<S extends z.ZodType>(schema: S, value: z.input<S> & z.core.util.NoUndefined<z.input<S>>) {
  return schema.prefault(value);
}

/** One entry of `chargePoints`. */
export function chargePointSection(sources: Sources) {
  return z
    .strictObject({
      callback: z.exactOptional(url('http', 'https')).meta({
        description: 'Where its SOAP server listens, instead of what it says. `callbacks.allow` holds for it too.',
      }),
      version: z
        .exactOptional(soapVersion())
        .meta({ description: 'Its OCPP version, to call it before it has called.' }),
      timezone: z.exactOptional(timezone()).meta({
        description: 'Zone of the times it writes without one. Without this: that of its quirk profile, or UTC.',
      }),
      profile: z.exactOptional(z.string().min(1)).meta({
        description:
          'Its quirk profile, instead of the one that fits what it says of itself; `none` for none. The other keys here count more.',
      }),
      connectors: z.exactOptional(z.int().min(1).max(1000)).meta({ description: 'How many connectors it has.' }),
      csmsPasswordFile: z
        .exactOptional(secretFile(sources))
        .meta({ description: 'File with its password at the CSMS.' }),
      csmsPasswordEnv: z
        .exactOptional(secretVariable(sources))
        .meta({ description: 'Environment variable with its password at the CSMS.' }),
      basic: z.exactOptional(basic(sources)).meta({ description: 'HTTP Basic authentication at its SOAP server.' }),
      tls: z.exactOptional(deviceTls(sources)).meta({ description: 'For a callback address with https.' }),
      omitAction: z.exactOptional(z.boolean()).meta({ description: 'Call it without wsa:Action.' }),
      omitFrom: z.exactOptional(z.boolean()).meta({ description: 'Call it without wsa:From.' }),
      soapAction: z.exactOptional(z.boolean()).meta({ description: 'Send it the SOAPAction header of SOAP 1.1 too.' }),
      csms: z
        .strictObject({
          url: z.exactOptional(url('ws', 'wss')).meta({ description: 'Its CSMS, instead of `csms.url`.' }),
          protocol: z
            .exactOptional(z.enum(CSMS_PROTOCOLS))
            .meta({ description: 'What that CSMS speaks, instead of `csms.protocol`.' }),
          identity: z.exactOptional(csmsIdentity()).meta({
            description:
              'Its name there, where its identity cannot be used: OCPP 2.0.1 knows only 48 letters, digits and `*-_=+|@.`. For exact identities alone.',
          }),
        })
        .prefault({})
        .meta({ description: 'Another way than the others go: to move a fleet in waves.' }),
      station: stationExceptions().prefault({}).meta({ description: 'Exceptions from `station`.' }),
      behaviour: z.strictObject(BEHAVIOUR).partial().prefault({}).meta({ description: 'Exceptions from `behaviour`.' }),
    })
    .superRefine(atMostOne({ file: 'csmsPasswordFile', env: 'csmsPasswordEnv' }))
    .transform(({ csmsPasswordFile, csmsPasswordEnv, ...rest }) => {
      const csmsPassword = csmsPasswordFile ?? csmsPasswordEnv;
      return { ...rest, ...(csmsPassword && { csmsPassword }) };
    });
}

function soapVersion() {
  // Unquoted, 1.5 is a number in YAML.
  return z
    .union([z.enum(SOAP_VERSIONS), z.literal([1.2, 1.5, 1.6])], { error: 'one of 1.2, 1.5, 1.6 is wanted' })
    .transform((value) => String(value) as SoapVersion)
    .meta({ 'x-type': SOAP_VERSIONS.join(' | ') });
}

function basic(sources: Sources) {
  return z
    .strictObject({
      user: z.string().min(1).meta({ description: 'User name.' }),
      passwordFile: z.exactOptional(secretFile(sources)).meta({ description: 'File with the password.' }),
      passwordEnv: z
        .exactOptional(secretVariable(sources))
        .meta({ description: 'Environment variable with the password.' }),
    })
    .superRefine(atMostOne({ file: 'passwordFile', env: 'passwordEnv' }))
    .transform(({ user, passwordFile, passwordEnv }, context) => {
      const password = passwordFile ?? passwordEnv;
      if (password) return { user, password };
      context.addIssue({ code: 'custom', message: 'passwordFile or passwordEnv is missing' });
      return z.NEVER;
    });
}

function deviceTls(sources: Sources) {
  return z
    .strictObject({
      ca: z
        .exactOptional(pemFile(sources))
        .meta({ description: 'Authority to trust, or the certificate of the charge point itself, PEM.' }),
      cert: z.exactOptional(pemFile(sources)).meta({ description: 'Client certificate of the bridge, PEM.' }),
      key: z.exactOptional(keyFile(sources)).meta({ description: 'Key of the client certificate, PEM.' }),
      anyName: z.boolean().default(false).meta({ description: 'Its certificate need not name the host.' }),
      insecure: z.boolean().default(false).meta({ description: 'Take any certificate.' }),
      legacy: z
        .boolean()
        .default(false)
        .meta({ description: 'Allow TLS 1.0 and 1.1 and ciphers that are weak today.' }),
    })
    .superRefine(together('cert', 'key'));
}
