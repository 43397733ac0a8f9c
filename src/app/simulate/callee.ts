import type { Clock } from '../../base/clock.ts';
import { BridgeError, type FaultCode } from '../../base/errors.ts';
import type { Serve } from './callback-server.ts';
import type { ChargePoint } from './charge-point.ts';
import { COMMANDS, Notebook } from './commands.ts';
import type { SoapEvent } from './soap-event.ts';
import type { ReadCall, SoapWire } from './soap-wire.ts';

/** How a charge point is called: envelope in, command carried out, envelope out. */

export interface CalleePorts {
  readonly clock: Clock;
  readonly wire: SoapWire;
  /** Told of every command, by operation; `kind` is `ok` or the Fault. */
  readonly tally: (action: string, kind: string) => void;
  readonly watch?: (event: SoapEvent) => void;
}

export interface Callee {
  readonly serve: Serve;
  /** Resolves when everything that commands have set off is done. */
  idle(): Promise<void>;
}

export function calleeOf(point: ChargePoint, ports: CalleePorts): Callee {
  const notebook = new Notebook();
  const consequences = new Set<Promise<void>>();
  let exchanges = 0;

  const serve: Serve = (text) => {
    const exchange = `${point.identity} ${++exchanges}`;
    const watch = (part: 'call' | 'answer', action: string, shown: string) => {
      const { identity, version } = point;
      ports.watch?.({ identity, version, direction: 'down', part, action, exchange, text: shown });
    };
    const refuse = (fault: FaultCode, reason: string, call?: ReadCall) => {
      ports.tally(call?.action ?? 'unreadable', `Fault ${fault}`);
      const answer = ports.wire.writeFault(point.version, fault, reason, call?.messageId);
      watch('answer', call?.action ?? '', answer);
      return { status: 500, text: answer };
    };
    let call: ReadCall;
    try {
      call = ports.wire.readCall(point.version, text);
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      const known = error.code === 'UnknownOperation';
      return refuse(known ? 'Receiver/NotSupported' : 'Sender/ProtocolError', error.message);
    }
    watch('call', call.action, text);
    if (call.identity !== point.identity)
      return refuse('Sender/IdentityMismatch', 'this is another charge point', call);
    const command = COMMANDS.get(call.action);
    if (!command) return refuse('Receiver/NotSupported', `${call.action} is not supported`, call);
    const { answer, after } = command({ point, notebook, clock: ports.clock, value: call.value });
    ports.tally(call.action, 'ok');
    const written = ports.wire.writeAnswer(point.version, call.action, answer, call.messageId);
    watch('answer', call.action, written);
    return { status: 200, text: written, ...(after && { left: remember(after) }) };
  };

  /** A consequence counts from the moment the command is accepted, but begins when the answer has left. */
  const remember = (after: () => Promise<void>): (() => void) => {
    let begin = () => {};
    const consequence = new Promise<void>((resolve) => {
      begin = resolve;
    }).then(after);
    consequences.add(consequence);
    void consequence.finally(() => consequences.delete(consequence));
    return begin;
  };

  return {
    serve,
    async idle() {
      while (consequences.size > 0) await Promise.all(consequences);
    },
  };
}
