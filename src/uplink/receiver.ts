import type { Clock } from '../base/clock.ts';
import { BridgeError, ERRORS, errorRow, type Refusal, refusalOf } from '../base/errors.ts';
import type { Ids } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { JsonContract } from '../contract/json-contract.ts';
import type { CsmsCall, CsmsSide } from '../session/ports.ts';
import type { Complaints } from './complaints.ts';
import { type CallFrame, formatError, formatResult } from './frame.ts';
import type { LinkObserver } from './observer.ts';
import { writeCallError } from './refusal.ts';

/** Their CALLs on one link: repaired, checked, handed to the sessions, answered. Never behind our own calls. */

export interface ReceiverDeps {
  readonly contract: JsonContract;
  readonly downActions: ReadonlySet<string>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly complaints: Complaints;
  readonly observe: LinkObserver;
  readonly maxInbound: number;
  side(): CsmsSide;
}

/** Sends on the connection the call came on; false when that is gone. */
export type Reply = (text: string) => boolean;

interface Execution {
  reply: Reply;
  /** The session has it: what it refuses, it logs itself. */
  inSession: boolean;
}

export class Receiver {
  readonly #deps: ReceiverDeps;
  readonly #identity: string;
  readonly #open = new Map<string, Execution>();

  constructor(deps: ReceiverDeps, identity: string) {
    this.#deps = deps;
    this.#identity = identity;
  }

  get busy(): boolean {
    return this.#open.size > 0;
  }

  /** Takes one CALL. Never throws; every call gets exactly one answer while its connection lives. */
  receive(frame: CallFrame, reply: Reply): void {
    const { id, action } = frame;
    const { contract, observe } = this.#deps;
    const known = contract.actions.has(action);
    observe.received('call', known ? action : 'unknown');
    const running = this.#open.get(id);
    if (running) {
      // One execution, one answer: to the connection that asked last.
      running.reply = reply;
      observe.repeatedCall(known ? action : 'unknown');
      return;
    }
    const refusal = this.#objection(action, known);
    if (refusal) {
      this.refuse(id, refusal, reply, known ? action : 'unknown');
      return;
    }
    const execution: Execution = { reply, inSession: false };
    this.#open.set(id, execution);
    this.#execute(frame, execution).catch((error: unknown) => {
      this.#deps.log.error(
        { identity: this.#identity, uniqueId: id, err: error },
        'a call of the CSMS could not be answered',
      );
    });
  }

  /** Answers a CALL, or something that was meant as one, with a CALLERROR. */
  refuse(id: string, refusal: Refusal, reply: Reply, action = 'unknown'): void {
    const { code, description, details } = writeCallError(refusal, this.#deps.contract.protocol);
    const about = { identity: this.#identity, uniqueId: id, code: refusal.code, reason: refusal.reason };
    if (this.#answer(formatError(id, code, description, details), about, reply)) {
      this.#deps.observe.sent('error', action);
      this.#deps.observe.callError('sent', code);
    }
  }

  #objection(action: string, known: boolean): Refusal | undefined {
    if (!known) return { code: 'UnknownAction', reason: ERRORS.UnknownAction.text };
    if (!this.#deps.downActions.has(action)) {
      return { code: 'NotSupported', reason: `${action} is not for a charge point to answer` };
    }
    if (this.#open.size < this.#deps.maxInbound) return undefined;
    return { code: 'Busy', reason: 'busy: too many calls to this charge point are open' };
  }

  async #execute(frame: CallFrame, execution: Execution): Promise<void> {
    const { id, action } = frame;
    const exchange = this.#deps.ids();
    try {
      const call = this.#read(frame, exchange);
      execution.inSession = true;
      const answer = await this.#deps.side().receiveCall(call);
      execution.inSession = false;
      const violation = this.#deps.contract.check(action, 'answer', answer);
      if (violation) {
        this.#deps.observe.invalid('bridge', 'answer', action);
        throw new BridgeError('Internal', `the bridge made an invalid answer to ${action}`, {
          cause: violation.reason,
        });
      }
      this.#open.delete(id);
      const about = { identity: this.#identity, action, exchange, uniqueId: id };
      if (this.#answer(formatResult(id, answer), about, execution.reply)) this.#deps.observe.sent('result', action);
    } catch (error) {
      this.#open.delete(id);
      this.#report(error, { identity: this.#identity, action, exchange, uniqueId: id }, execution.inSession);
      this.refuse(id, refusalOf(error), execution.reply, action);
    }
  }

  #read({ id, action, payload: raw }: CallFrame, exchange: string): CsmsCall {
    const { contract, clock, observe } = this.#deps;
    const { payload, dropped } = this.#repaired(action, raw);
    if (dropped.length > 0) observe.repaired(action, 'request', dropped.length);
    const violation = contract.check(action, 'request', payload);
    if (violation) {
      observe.invalid('csms', 'request', action);
      throw new BridgeError(violation.code, violation.reason);
    }
    return {
      identity: this.#identity,
      action,
      payload,
      uniqueId: id,
      exchange,
      receivedAt: clock.now(),
      since: clock.monotonic(),
      losses: dropped.map(() => 'json-unknown'),
    };
  }

  #repaired(action: string, raw: CallFrame['payload']) {
    try {
      return this.#deps.contract.repair(action, 'request', raw);
    } catch (cause) {
      this.#deps.observe.invalid('csms', 'request', action);
      // Without the cause: nested too deeply to be walked, and so is its stack.
      if (cause instanceof RangeError) throw new BridgeError('PayloadShape', 'the payload is nested too deeply');
      throw cause;
    }
  }

  #answer(text: string, about: object, reply: Reply): boolean {
    if (reply(text)) return true;
    this.#deps.complaints.say(
      'warn',
      'answer-unsent',
      about,
      'the link broke before the answer to the CSMS could leave',
    );
    return false;
  }

  #report(error: unknown, about: object, inSession: boolean): void {
    const { log } = this.#deps;
    if (!(error instanceof BridgeError)) {
      log.error({ ...about, code: 'Internal', err: error }, 'a call of the CSMS was refused');
      return;
    }
    const { code, message: reason, cause } = error;
    const level = inSession ? 'debug' : errorRow(code).level;
    log[level](
      { ...about, code, reason, ...(cause !== undefined && { err: cause }) },
      'a call of the CSMS was refused',
    );
  }
}
