import { fail } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import type { ErrorCode } from '../../src/base/errors.ts';
import type { JsonObject, SoapObject, SoapVersion } from '../../src/base/message.ts';
import { readEnvelope } from '../../src/codec/envelope.ts';
import { findOperation } from '../../src/codec/operation.ts';
import { readMessage } from '../../src/codec/read.ts';
import { DEFAULT_STYLE, writeMessage } from '../../src/codec/write.ts';
import { loadJsonContract } from '../../src/contract/ocppj.ts';
import type { ServiceRole } from '../../src/contract/soap-contract.ts';
import { memoryOf } from '../../src/flow/memory.ts';
import { repeatKey } from '../../src/session/repeat.ts';
import { NOW } from '../flow/context.ts';
import { Durable } from '../flow/model/durable.ts';
import { answerTo } from '../flow/station/conversation.ts';
import { type Call, type Said, type Setup, Shell } from '../flow/station/model/shell.ts';
import { contracts, down, up } from '../mapping/house.ts';
import { disordered, frameFaults } from './station-facts.ts';

/** One charge point that speaks SOAP, all that stands between, and a CSMS of OCPP 2.0.1 that the story moves. */

const station = loadJsonContract('ocpp2.0.1');

/** What the CSMS does with what it is asked: says yes, says anything that its schemas allow, refuses, or is silent. */
export type Mood =
  | 'yes'
  | 'silent'
  | { readonly code: ErrorCode }
  | { readonly answers: Readonly<Record<string, JsonObject>> };

/** What the charge point does with a command: any answer of its WSDL, or none. */
export type Obeys = Readonly<Record<string, SoapObject>>;

export class Road {
  readonly faults: string[] = [];
  /** XML for the charge point, by the side of it that reads. */
  readonly written: Readonly<Record<ServiceRole, string[]>> = { CentralSystem: [], ChargePoint: [] };
  readonly heard: Call[] = [];
  readonly #version: SoapVersion;
  readonly #durable = new Durable();
  readonly #shell: Shell;
  readonly #asked = new Map<string, string>();
  #refusals = 0;
  readonly #refusedWith = new Set<string>();
  now = NOW;
  mood: Mood = 'yes';
  obeys: Obeys = {};
  /** Charge point's ids of transactions, as it was given them. */
  readonly transactions: string[] = [];

  constructor(version: SoapVersion, settings: Setup['settings'], flow: Setup['flow']) {
    this.#version = version;
    const keys = version === '1.6' ? new Map<string, string>() : new Map([['HeartbeatInterval', 'HeartBeatInterval']]);
    const table = { keys, policyOf: (action: string) => down(version, action) };
    this.#shell = new Shell(
      this.#durable,
      { version, table, ...(settings && { settings }), ...(flow && { flow }) },
      () => this.now,
    );
  }

  get linked(): boolean {
    return this.#shell.linked;
  }

  /** What the CSMS has not been told yet. */
  get waiting() {
    return this.#durable.outbox;
  }

  /** Characters of what is stored. */
  get stored(): number {
    return JSON.stringify(this.#shell.state).length;
  }

  link(open: boolean): void {
    if (open === this.#shell.linked) return;
    this.now += 1;
    this.#shell.link(open);
    if (!open) for (const call of this.#shell.calls.splice(0)) call.end(refused('CsmsLost'));
  }

  /** Through XML and the tables of its version, as the session does. */
  says(action: string, given: SoapObject): void {
    this.now += 10;
    const operation = contracts.soap.service(this.#version, 'CentralSystem').operations.get(action) ?? fail(action);
    const xml = writeMessage(
      operation.request,
      given,
      { action: operation.request.action, messageId: 'm' },
      DEFAULT_STYLE,
    );
    const { body } = readEnvelope(xml);
    const found = findOperation(contracts.soap, body, { role: 'CentralSystem' });
    const { value } = readMessage(body, found.operation.request);
    const translated = up(this.#version, action).request(value, this.#memory());
    if (translated.kind === 'answer') this.#reply(action, translated.answer);
    if (translated.kind !== 'value') return;
    const key = repeatKey({ action, payload: value, messageId: undefined });
    // The first one is still open: the session lets the repeat wait for the same answer.
    if (key?.durable && this.#open.some((name) => name.endsWith(key.key))) return;
    const name = `${this.#asked.size} ${key?.durable ? key.key : ''}`;
    this.#asked.set(name, action);
    this.#shell.receive({ name, action, request: translated.value, ...(key?.durable && { key: key.key }) });
  }

  /** Everything that can move moves, until nothing does. */
  flow(): void {
    this.#refusals = 0;
    for (let turns = 0; turns < 3000; turns += 1) {
      this.#shell.deliver();
      const moved = this.#replies() || this.#commands() || this.#calls();
      if (!moved) return;
    }
    this.faults.push(
      `they talk without end: ${this.heard
        .slice(-4)
        .map((call) => JSON.stringify(call))
        .join()}`,
    );
  }

  /** Time passes, in steps that no plan and no patience outlives. */
  pass(seconds: number): void {
    for (const step of [1, 4, 10, 45, seconds]) {
      this.now += 1000 * step;
      this.#shell.tick();
      this.flow();
    }
  }

  /** A day with a CSMS that says yes: nothing may be left to do. */
  end(): void {
    this.mood = 'yes';
    for (
      let round = 0;
      this.faults.length === 0 && round < 5 && (round < 2 || this.#durable.outbox.length > 0);
      round += 1
    ) {
      this.link(false);
      this.link(true);
      this.pass(90_000);
    }
    const { outbox, deadLetters } = this.#durable;
    for (const { action, payload } of outbox) this.faults.push(`never told: ${action} ${JSON.stringify(payload)}`);
    // What the CSMS refused again and again is put aside for people.
    for (const { action, code = '' } of deadLetters)
      if (!this.#refusedWith.has(code)) this.faults.push(`given up: ${action} ${code}`);
    if (this.#shell.waiting > 0) this.faults.push(`${this.#shell.waiting} calls were never answered`);
    if (this.#asked.size > 0 && this.#open.length > 0)
      this.faults.push(`unanswered: ${this.#open.map((name) => this.#asked.get(name)).join()}`);
    if (deadLetters.length === 0) this.faults.push(...disordered(this.heard));
    const { state } = this.#shell;
    if (!isDeepStrictEqual(JSON.parse(JSON.stringify(state)), state)) this.faults.push('the state is not clean JSON');
  }

  #memory() {
    return memoryOf(this.#shell.state, { receivedAt: this.now, timezone: 'UTC', connectors: undefined });
  }

  #replies(): boolean {
    const reply = this.#shell.replies.shift();
    if (reply === undefined) return false;
    const action = this.#asked.get(reply.message) ?? fail('a reply to nothing');
    this.#answered.add(reply.message);
    if ('answer' in reply.said) this.#reply(action, reply.said.answer);
    else if (reply.said.refusal.code === 'Internal') this.faults.push(`${action}: ${reply.said.refusal.reason}`);
    reply.delivered();
    return true;
  }

  readonly #answered = new Set<string>();

  get #open(): string[] {
    return [...this.#asked.keys()].filter((name) => !this.#answered.has(name));
  }

  /** The answer as the charge point reads it. */
  #reply(action: string, answer: JsonObject): void {
    const invalid = contracts.json.check(action, 'answer', answer);
    if (invalid) this.faults.push(`answer to ${action} ${JSON.stringify(answer)}: ${invalid.reason}`);
    const { answer: message } = contracts.soap.service(this.#version, 'CentralSystem').operations.get(action) ?? fail();
    const translated = up(this.#version, action).answer(answer, this.#memory());
    if (translated.kind !== 'value') {
      // XML has no word for some characters that a CSMS may put into its data: then it is as if it had refused.
      if (action !== 'DataTransfer') this.faults.push(`${action}: ${JSON.stringify(answer)} cannot be said`);
    } else {
      if (action === 'StartTransaction') this.transactions.push(String(translated.value['transactionId']));
      const headers = { action: message.action, relatesTo: 'm' };
      this.written.CentralSystem.push(writeMessage(message, translated.value, headers, DEFAULT_STYLE));
    }
  }

  /** A command of the bridge, answered as the story says. */
  #commands(): boolean {
    const command = this.#shell.commands.shift();
    if (command === undefined) return false;
    const { action, payload, end } = command;
    const invalid = contracts.json.check(action, 'request', payload);
    if (invalid) this.faults.push(`command ${action}: ${invalid.reason}`);
    const table = down(this.#version, action);
    const asked = table.request(payload, this.#memory());
    const said = this.obeys[action];
    if (asked.kind === 'refusal') end({ refusal: asked.refusal });
    else if (asked.kind === 'answer') end({ answer: asked.answer });
    else {
      const operation = contracts.soap.service(this.#version, 'ChargePoint').operations.get(action) ?? fail(action);
      const headers = { action: operation.request.action, messageId: 'c' };
      this.written.ChargePoint.push(writeMessage(operation.request, asked.value, headers, DEFAULT_STYLE));
      const answer = said && table.answer(said, this.#memory(), payload);
      if (answer === undefined) end(refused('DeviceUnreachable'));
      else if (answer.kind === 'refusal') end({ refusal: answer.refusal });
      else end({ answer: answer.kind === 'value' ? answer.value : answer.answer });
    }
    return true;
  }

  #calls(): boolean {
    // What is refused is told again after a pause, as the session does.
    if (!this.#shell.linked || this.mood === 'silent' || this.#refusals > 0) return false;
    const call = this.#shell.calls.shift();
    if (call === undefined) return false;
    this.heard.push(call);
    this.faults.push(...frameFaults(call.action, call.payload));
    call.end(this.#judged(call));
    return true;
  }

  #judged(call: Call): Said {
    const { mood } = this;
    if (typeof mood === 'object' && 'code' in mood) {
      this.#refusals += 1;
      this.#refusedWith.add(mood.code);
      return refused(mood.code);
    }
    const answer = (typeof mood === 'object' && mood.answers[call.action]) || answerTo(call);
    const invalid = station.check(call.action, 'answer', answer);
    if (invalid) throw new Error(`the CSMS broke its schema: ${invalid.reason}`);
    return { answer };
  }
}

function refused(code: ErrorCode): Said {
  return { refusal: { code, reason: code } };
}
