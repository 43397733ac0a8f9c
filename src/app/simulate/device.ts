import type { Clock } from '../../base/clock.ts';
import type { Ids } from '../../base/ids.ts';
import type { SoapVersion } from '../../base/message.ts';
import type { CallbackServer } from './callback-server.ts';
import { calleeOf } from './callee.ts';
import { Caller, type Tally } from './caller.ts';
import { ChargePoint } from './charge-point.ts';
import { postTo } from './http-post.ts';
import type { Ledger } from './ledger.ts';
import type { Random } from './random.ts';
import type { SoapEvent } from './soap-event.ts';
import type { SoapWire } from './soap-wire.ts';

/** Puts a charge point together: its behaviour, its HTTP client and its place on the callback server. */

export interface DeviceSettings {
  readonly identity: string;
  readonly version: SoapVersion;
  readonly connectors: number;
  /** SOAP address of the central system. */
  readonly csms: string;
  readonly keepAlive: boolean;
  /** Milliseconds of real time to wait for an answer. */
  readonly answerWithin: number;
}

export interface DevicePorts {
  /** The charge point's own time; may run fast. */
  readonly clock: Clock;
  /** The time in which energy flows; default `clock`. */
  readonly meterClock?: Clock;
  /** Real time, for measuring. */
  readonly stopwatch: Clock;
  readonly ids: Ids;
  readonly random: Random;
  readonly wire: SoapWire;
  readonly callbacks: CallbackServer;
  readonly ledger: Ledger;
  /** Every message sent. */
  readonly said: Tally;
  /** Every command received. */
  readonly told: (action: string, kind: string) => void;
  readonly watch?: (event: SoapEvent) => void;
}

export interface Device {
  readonly point: ChargePoint;
  /** Resolves when everything that commands have set off is done. */
  idle(): Promise<void>;
  close(): void;
}

export function makeDevice(settings: DeviceSettings, ports: DevicePorts): Device {
  const { identity, version, csms } = settings;
  const { clock, wire, ids, random, ledger, callbacks } = ports;
  const post = postTo({ url: csms, keepAlive: settings.keepAlive, timeout: settings.answerWithin });
  const watch = ports.watch && { watch: ports.watch };
  const caller = new Caller(
    { identity, version, from: callbacks.urlOf(identity), to: csms },
    { clock: ports.stopwatch, ids, wire, post, tally: ports.said, ...watch },
  );
  const point = new ChargePoint(settings, { clock, meterClock: ports.meterClock ?? clock, random, caller, ledger });
  const callee = calleeOf(point, { clock, wire, tally: ports.told, ...watch });
  callbacks.serve(identity, callee.serve);
  return {
    point,
    idle: () => callee.idle(),
    close() {
      point.close();
      post.close();
    },
  };
}
