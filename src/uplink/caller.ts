import type { Clock, Timer } from '../base/clock.ts';
import { BridgeError } from '../base/errors.ts';
import type { Ids } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { JsonObject } from '../base/message.ts';
import type { JsonContract } from '../contract/json-contract.ts';
import type { CsmsRequest } from '../session/ports.ts';
import type { Complaints } from './complaints.ts';
import { type ErrorFrame, formatCall, type ResultFrame } from './frame.ts';
import type { CallOutcome, LinkObserver } from './observer.ts';
import type { Outage } from './outage.ts';
import { codeLabel, readCallError } from './refusal.ts';

/** Our CALLs on one link: one outstanding, the others wait in order; answers find their call by its id. */

export interface CallerDeps {
  readonly contract: JsonContract;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly complaints: Complaints;
  readonly observe: LinkObserver;
  readonly maxQueue: number;
}

/** The link as its caller sees it. */
export interface Line {
  readonly identity: string;
  /** True while frames can leave. */
  ready(): boolean;
  send(text: string): void;
  /** A call is over and none is outstanding. */
  settled(): void;
  /** Why `ready` is false; undefined while it is true. */
  outage(): Outage | undefined;
}

interface Call {
  readonly request: CsmsRequest;
  readonly resolve: (answer: JsonObject) => void;
  readonly reject: (error: BridgeError) => void;
  /** First `sendWithin`, then `answerWithin`. */
  timer: Timer | undefined;
  id: string;
  sentAt: number;
}

/** Calls that are over and whose answers may still come: enough to tell late and double answers from foreign ones. */
const REMEMBERED = 8;

export class Caller {
  readonly #deps: CallerDeps;
  readonly #line: Line;
  readonly #waiting: Call[] = [];
  readonly #over = new Map<string, 'late' | 'duplicate'>();
  #sent: Call | undefined;

  constructor(deps: CallerDeps, line: Line) {
    this.#deps = deps;
    this.#line = line;
  }

  /** Calls that are not sent yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  get outstanding(): boolean {
    return this.#sent !== undefined;
  }

  /** Resolves with the answer, repaired; one that breaks the schema is counted and handed on. Rejects as CsmsPort says, with Busy, or with Internal for a payload that breaks the schema. */
  call(request: CsmsRequest): Promise<JsonObject> {
    const flaw = this.#flaw(request);
    if (flaw) {
      const { identity, action, exchange } = request;
      this.#deps.observe.invalid('bridge', 'request', action);
      this.#deps.log.error(
        { identity, action, exchange, flaw },
        'the bridge made a call that breaks the schema; it is not sent',
      );
      return Promise.reject(new BridgeError('Internal', `the bridge made an invalid ${action}`, { cause: flaw }));
    }
    if (this.#waiting.length >= this.#deps.maxQueue) return Promise.reject(new BridgeError('Busy'));
    return new Promise((resolve, reject) => {
      const call: Call = { request, resolve, reject, timer: undefined, id: '', sentAt: 0 };
      this.#waiting.push(call);
      this.pump();
      if (this.#waiting.includes(call)) {
        call.timer = this.#deps.clock.after(request.sendWithin, () => this.#expire(call));
      }
    });
  }

  /** Sends the next call if the line is ready and no call is outstanding. */
  pump(): void {
    while (this.#sent === undefined && this.#waiting.length > 0 && this.#line.ready()) {
      const call = this.#waiting.shift();
      if (!call) return;
      try {
        this.#send(call);
      } catch (error) {
        call.reject(new BridgeError('Internal', undefined, { cause: error }));
        if (this.#sent === call) this.#finish(call, 'lost', () => {});
      }
    }
  }

  result(frame: ResultFrame): void {
    const call = this.#take(frame.id);
    if (!call) return;
    const { action } = call.request;
    this.#deps.observe.received('result', action);
    const { contract } = this.#deps;
    try {
      const { payload, dropped } = contract.repair(action, 'answer', frame.payload);
      if (dropped.length > 0) this.#deps.observe.repaired(action, 'answer', dropped.length);
      const violation = contract.check(action, 'answer', payload);
      // What can be used of a broken answer is for the tables to say: a start that the CSMS has booked must not be lost for a date.
      if (violation) this.#complain(call, violation.reason);
      this.#finish(call, violation ? 'invalid' : 'result', () => call.resolve(payload));
    } catch {
      // Nested too deeply to be walked, for example: the call must not wait for a second answer.
      if (this.#sent === call) this.#refuseAnswer(call, 'the payload cannot be read');
    }
  }

  error(frame: ErrorFrame): void {
    const call = this.#take(frame.id);
    if (!call) return;
    this.#deps.observe.received('error', call.request.action);
    this.#deps.observe.callError('received', codeLabel(frame.code));
    this.#finish(call, 'error', () => call.reject(readCallError(frame)));
  }

  /** Something that was meant as the answer to the call `id`, but is no OCPP-J frame. */
  malformed(id: string, reason: string): void {
    const call = this.#take(id);
    if (call) this.#refuseAnswer(call, `the frame is malformed (${reason})`);
  }

  /** The link broke: what was sent may have arrived. */
  lost(outage: Outage): void {
    this.#refuse(outage, ({ request }) => request.thisLink === true);
    const call = this.#sent;
    if (!call) return;
    this.#giveUp(call, 'lost', new BridgeError('CsmsLost', `sent, then lost: ${outage.reason}`));
  }

  /** No use in waiting. */
  refuseWaiting(outage: Outage): void {
    this.#refuse(outage, () => true);
  }

  #refuse(outage: Outage, which: (call: Call) => boolean): void {
    for (const call of this.#waiting.splice(0)) {
      if (!which(call)) {
        this.#waiting.push(call);
        continue;
      }
      call.timer?.cancel();
      call.reject(new BridgeError(outage.code, outage.reason));
    }
  }

  #flaw({ action, payload }: CsmsRequest): string | undefined {
    if (!this.#deps.contract.actions.has(action)) return 'the action is not in the contract';
    return this.#deps.contract.check(action, 'request', payload)?.reason;
  }

  #send(call: Call): void {
    const { identity, action, payload, exchange, answerWithin } = call.request;
    call.timer?.cancel();
    call.id = this.#deps.ids();
    const text = formatCall(call.id, action, payload);
    call.sentAt = this.#deps.clock.monotonic();
    this.#sent = call;
    call.timer = this.#deps.clock.after(answerWithin, () => this.#timeOut(call));
    this.#line.send(text);
    this.#deps.observe.sent('call', action);
    this.#deps.log.debug({ identity, action, exchange, uniqueId: call.id }, 'call sent to the CSMS');
  }

  /** The call an answer belongs to; everything else is counted and dropped. */
  #take(id: string): Call | undefined {
    const call = this.#sent;
    if (call?.id === id) return call;
    const stray = this.#over.get(id) ?? 'unknown';
    if (stray === 'late') this.#over.set(id, 'duplicate');
    this.#deps.observe.strayAnswer(stray);
    const about = { identity: this.#line.identity };
    this.#deps.complaints.say(
      'warn',
      `answer-${stray}`,
      about,
      `the CSMS sent an answer that nobody waits for (${stray})`,
    );
    return undefined;
  }

  #refuseAnswer(call: Call, reason: string): void {
    const { action } = call.request;
    this.#complain(call, reason);
    this.#finish(call, 'invalid', () => call.reject(new BridgeError('CsmsAnswerInvalid', `${action}: ${reason}`)));
  }

  #complain(call: Call, reason: string): void {
    const { identity, action, exchange } = call.request;
    this.#deps.observe.invalid('csms', 'answer', action);
    this.#deps.complaints.say(
      'error',
      `answer-invalid-${action}`,
      { identity, action, exchange, reason },
      'the CSMS sent an invalid answer',
    );
  }

  #timeOut(call: Call): void {
    this.#giveUp(call, 'timeout', new BridgeError('CsmsTimeout'));
  }

  #giveUp(call: Call, outcome: CallOutcome, error: BridgeError): void {
    this.#finish(call, outcome, () => call.reject(error), 'late');
  }

  #finish(
    call: Call,
    outcome: CallOutcome,
    settle: () => void,
    nextAnswerIs: 'late' | 'duplicate' = 'duplicate',
  ): void {
    call.timer?.cancel();
    this.#sent = undefined;
    this.#remember(call.id, nextAnswerIs);
    this.#deps.observe.answered(call.request.action, outcome, this.#deps.clock.monotonic() - call.sentAt);
    settle();
    this.#line.settled();
    this.pump();
  }

  #remember(id: string, nextAnswerIs: 'late' | 'duplicate'): void {
    this.#over.set(id, nextAnswerIs);
    if (this.#over.size <= REMEMBERED) return;
    for (const oldest of this.#over.keys()) {
      this.#over.delete(oldest);
      return;
    }
  }

  #expire(call: Call): void {
    const place = this.#waiting.indexOf(call);
    if (place < 0) return;
    this.#waiting.splice(place, 1);
    const outage = this.#line.outage();
    call.reject(
      new BridgeError(outage?.code ?? 'CsmsAway', outage?.reason ?? 'an earlier call still waits for its answer'),
    );
  }
}
