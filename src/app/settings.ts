import { BridgeError } from '../base/errors.ts';
import type { SoapVersion } from '../base/message.ts';
import type { DeviceOverrides } from '../chargepoint/caller.ts';
import type { ListenerSettings } from '../chargepoint/listener.ts';
import { ocpp16Flows } from '../flow/flows.ts';
import { STATION_DEFAULTS, type StationSettings } from '../flow/station/settings.ts';
import { ocpp201Flows } from '../flow/station/station-flows.ts';
import type { MappingOptions } from '../mapping/options.ts';
import type { StationTables } from '../mapping/station/station-tables.ts';
import type { ChargePointSettings, SessionSettings } from '../session/deps.ts';
import type { LinkSettings } from '../uplink/settings.ts';
import type { ChargePointConfig, ChargePointConfigs } from './config/charge-points.ts';
import type { Config } from './config/schema.ts';

/** The configuration, told to each room in its own words. */

export function listenerSettings({ soap, access }: Config, chargePoints: ChargePointConfigs): ListenerSettings {
  const { tls, identityFrom, listen: _, answerWithin: __, retryAfter, ...rest } = soap;
  return {
    ...rest,
    retryAfter: Math.ceil(retryAfter / 1000),
    identity: {
      ...identityFrom,
      ...(access.allow && { allow: access.allow }),
      taken: (identity) => chargePoints.taken(identity),
    },
    ...(tls && {
      tls: { cert: tls.cert, key: tls.key.reveal(), requestCert: tls.requestClientCert, ...(tls.ca && { ca: tls.ca }) },
    }),
  };
}

export function linkSettings(config: Config, chargePoints: ChargePointConfigs): LinkSettings {
  const { csms, limits } = config;
  const { auth, tls, connectTimeout, pingInterval, pongTimeout, backoff } = csms;
  return {
    ...{ connectTimeout, pingInterval, pongTimeout, backoff },
    route(identity) {
      // One that was heard before the name was given to another would come between that one and the CSMS.
      if (chargePoints.taken(identity)) throw new BridgeError('IdentityRefused');
      return chargePoints.of(identity).csms;
    },
    urls: [csms.url, ...Object.values(config.chargePoints).flatMap((entry) => entry.csms.url ?? [])],
    credentials(identity) {
      const { csms: route, csmsPassword: password = auth?.password } = chargePoints.of(identity);
      return password && { user: auth?.user ?? route.identity ?? identity, password: password.reveal() };
    },
    tls: {
      rejectUnauthorized: !tls.insecure,
      ...(tls.ca && { ca: tls.ca }),
      ...(tls.cert && { cert: tls.cert }),
      ...(tls.key && { key: tls.key.reveal() }),
    },
    maxFrameBytes: csms.maxFrameBytes,
    // Behind the waiting exchanges there may be as many messages of the bridge's own.
    maxQueue: 2 * limits.queuePerChargePoint,
    maxInbound: csms.maxInbound,
    maxDialling: csms.maxDialling,
  };
}

export function sessionSettings({ soap, csms, limits, presence }: Config): SessionSettings {
  return {
    answerWithin: soap.answerWithin,
    callTimeout: csms.answerTimeout,
    bufferAfter: Math.min(csms.bufferAfter, soap.answerWithin),
    outboxPause: { first: 5 * csms.backoff.first, longest: 2.5 * csms.backoff.max },
    commandWithin: limits.commandWithin,
    mostWaiting: limits.queuePerChargePoint,
    mostKept: limits.outboxPerChargePoint,
    repeatsKeptFor: limits.repeatsKeptFor,
    silenceFactor: presence.silenceFactor,
    silenceAtLeast: presence.minimum,
  };
}

/** `tables`: those towards OCPP 2.0.1 that are in force. */
export function chargePointSettings(
  { csms }: Config,
  chargePoint: ChargePointConfig,
  tables: () => StationTables,
): ChargePointSettings {
  const settings: StationSettings = { ...STATION_DEFAULTS, ...chargePoint.station };
  const { protocol, ...route } = chargePoint.csms;
  const to201 = protocol === 'ocpp2.0.1';
  const link = { ...route, certificate: csms.tls.cert !== undefined, answerTimeout: csms.answerTimeout };
  const { unknownInterval, ...behaviour } = chargePoint.behaviour;
  return {
    timezone: chargePoint.timezone,
    version: chargePoint.version as SoapVersion | undefined,
    ...(to201
      ? { flows: ocpp201Flows, station: () => ({ tables: tables(), settings, link }) }
      : { flows: ocpp16Flows }),
    flow: {
      ...behaviour,
      connectors: chargePoint.connectors,
      pingInterval: Math.round(csms.pingInterval / 1000),
      unknownInterval: Math.round(unknownInterval / 1000),
    },
  };
}

export function deviceOverrides(chargePoint: ChargePointConfig): DeviceOverrides {
  const { callback, basic, tls, omitAction, omitFrom, soapAction } = chargePoint;
  return {
    ...(callback !== undefined && { callback }),
    ...(basic && { basic: { user: basic.user, password: basic.password.reveal() } }),
    ...(tls && {
      tls: {
        ...{ anyName: tls.anyName, insecure: tls.insecure, legacy: tls.legacy },
        ...(tls.ca && { ca: tls.ca }),
        ...(tls.cert && { cert: tls.cert }),
        ...(tls.key && { key: tls.key.reveal() }),
      },
    }),
    ...(omitAction !== undefined && { omitAction }),
    ...(omitFrom !== undefined && { omitFrom }),
    ...(soapAction !== undefined && { soapAction }),
  };
}

export function mappingOptions({ mapping: { dir: _, quirksDir: __, ...options } }: Config): MappingOptions {
  return options;
}
