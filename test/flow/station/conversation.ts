import type { ErrorCode } from '../../../src/base/errors.ts';
import type { JsonObject } from '../../../src/base/message.ts';
import type { ChargePointState } from '../../../src/flow/state.ts';
import { NOW } from '../context.ts';
import { Durable } from '../model/durable.ts';
import { type Call, type Said, type Setup, Shell } from './model/shell.ts';
import { toPoint, valid } from './valid.ts';

/** A charge point and a CSMS that speak through the rules, one message after the other. Every message is checked. */
export class Conversation {
  readonly #durable = new Durable();
  readonly #setup: Setup;
  shell: Shell;
  now = NOW;
  /** All that the CSMS heard besides boots and statuses. */
  readonly heard: { readonly action: string; readonly payload: JsonObject }[] = [];
  #messages = 0;

  constructor(setup: Setup = {}, state?: ChargePointState) {
    this.#setup = setup;
    if (state) this.#durable.commit(state, [], undefined);
    this.shell = new Shell(this.#durable, setup, () => this.now);
  }

  /** A link on which the CSMS has accepted the charge point. */
  connect(): this {
    this.now += 1000;
    this.shell.link(true);
    this.say('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
    this.now += 60_000;
    this.shell.tick();
    this.settle();
    return this;
  }

  disconnect(): this {
    this.shell.link(false);
    for (const call of this.shell.calls.splice(0)) call.end(lost('CsmsLost'));
    return this;
  }

  /** The process ends and another one goes on with what is stored. */
  restart(): this {
    this.shell = new Shell(this.#durable, this.#setup, () => this.now);
    return this;
  }

  /** What the charge point gets at once; undefined while it waits. `key` makes repeats the same message to the session. */
  ask(action: string, request: JsonObject, key?: string): Said | undefined {
    this.#messages += 1;
    const name = `${action} ${this.#messages}`;
    this.shell.receive({ name, action, request, ...(key !== undefined && { key }) });
    return this.reply(action);
  }

  /** The next answer for the charge point. */
  reply(action: string): Said | undefined {
    const reply = this.shell.replies.shift();
    if (reply === undefined) return undefined;
    reply.delivered();
    if ('answer' in reply.said) toPoint(action, [{ do: 'answer', payload: reply.said.answer }]);
    return reply.said;
  }

  /** The same, with a CSMS that says yes to everything. */
  say(action: string, request: JsonObject, key?: string): JsonObject {
    let said = this.ask(action, request, key);
    this.settle();
    said ??= this.reply(action);
    if (said === undefined || 'refusal' in said) throw new Error(`${action}: ${JSON.stringify(said)}`);
    return said.answer;
  }

  /** The next call that the CSMS gets. */
  next(): Call | undefined {
    this.shell.deliver();
    const call = this.shell.calls.shift();
    if (call === undefined) return undefined;
    valid(call.action, 'request', call.payload);
    if (!['BootNotification', 'StatusNotification', 'Heartbeat'].includes(call.action)) this.heard.push(call);
    return call;
  }

  /** The CSMS takes all there is. `info`: what it says of tokens. */
  settle(info?: JsonObject): void {
    for (let call = this.next(); call; call = this.next()) call.end({ answer: answerTo(call, info) });
  }

  get events(): JsonObject[] {
    return this.heard.flatMap(({ action, payload }) => (action === 'TransactionEvent' ? [payload] : []));
  }

  /** Commands of the bridge's own to stop a transaction. */
  get stops(): Shell['commands'] {
    return this.shell.commands.filter(({ action }) => action === 'RemoteStopTransaction');
  }

  /** What waits, unsent. */
  get outbox(): JsonObject[] {
    return this.#durable.outbox.map(({ payload }) => payload);
  }

  pass(ms: number): void {
    this.now += ms;
    this.shell.tick();
  }
}

export function lost(code: ErrorCode): Said {
  return { refusal: { code, reason: code } };
}

export function answerTo({ action, payload }: Pick<Call, 'action' | 'payload'>, info?: JsonObject): JsonObject {
  const time = new Date(NOW).toISOString();
  if (action === 'BootNotification') return { status: 'Accepted', currentTime: time, interval: 300 };
  if (action === 'Heartbeat') return { currentTime: time };
  if (action === 'Authorize') return { idTokenInfo: info ?? { status: 'Accepted' } };
  if (action === 'DataTransfer') return { status: 'Accepted' };
  return action === 'TransactionEvent' && payload['idToken'] ? { idTokenInfo: info ?? { status: 'Accepted' } } : {};
}
