/** Plays one sample: says what its `from-…` files hold, and wants from the bridge what its `to-…` files hold. */

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { gunzipSync, inflateSync } from 'node:zlib';
import type { Json } from '../../src/base/message.ts';
import { ask, type RawAnswer } from '../chargepoint/raw-http.ts';
import { bytesOf } from './bytes.ts';
import { jsonDifferences } from './compare-json.ts';
import { xmlDifferences } from './compare-xml.ts';
import type { CallbackRequest, Conversation } from './conversation.ts';
import type { Judge } from './judge.ts';
import { filled, fits } from './placeholders.ts';
import { readSteps, SAMPLES, type Sample, type Step } from './sample.ts';
import { headersOf, xmlTree } from './xml-tree.ts';

export interface Stage {
  /** Port of the bridge's SOAP listener. */
  readonly soapPort: number;
  readonly devicePort: number;
  /** Path of the charge point's own SOAP server. */
  readonly callbackPath: string;
  readonly judge: Judge;
  /** The CSMS is back. */
  takeLink(): void;
}

interface Post {
  readonly messageId: string | undefined;
  readonly answer: Promise<RawAnswer | undefined>;
}

const SOAP = 'application/soap+xml; charset=utf-8';
const MESSAGE_ID = /<(?:[\w-]+:)?MessageID\b[^>]*>([^<]*)</;

export class Play {
  readonly #sample: Sample;
  readonly #stage: Stage;
  readonly #conversation: Conversation;
  readonly #facts: Map<string, string>;
  /** Calls without an answer yet, oldest first. */
  readonly #posts: Post[] = [];
  readonly #callbacks: CallbackRequest[] = [];
  readonly #upCalls: { id: string; action: string }[] = [];
  readonly #downCalls: { id: string; action: string }[] = [];

  constructor(sample: Sample, conversation: Conversation, stage: Stage) {
    this.#sample = sample;
    this.#stage = stage;
    this.#conversation = conversation;
    const { devicePort, callbackPath } = stage;
    this.#facts = new Map([
      ['identity', conversation.identity],
      ['callback', `http://127.0.0.1:${devicePort}${callbackPath}`],
      ['callback-port', String(devicePort)],
      ['callback-path', callbackPath],
    ]);
  }

  /** Throws at the first step at which the bridge does something else, with all differences of that step. */
  async run(): Promise<void> {
    const { about, id } = this.#sample;
    for (const part of about.before ?? usualBeginning(id)) await this.#before(part);
    this.#conversation.losses.clear();
    for (const step of this.#sample.steps) {
      if (step.number === about.linkBackAt) this.#stage.takeLink();
      await this.#take(step, `${id}/${step.file}`);
    }
    await this.#end();
  }

  async #before(part: string): Promise<void> {
    const faults: string[] = [];
    const steps = readSteps(join(SAMPLES, 'before', part), faults);
    if (faults.length > 0 || steps.length === 0) throw new Error(`before/${part}: ${faults.join('; ') || 'is empty'}`);
    for (const step of steps) await this.#take(step, `before/${part}/${step.file}`);
  }

  async #take(step: Step, where: string): Promise<void> {
    const differences = await this.#does(step).catch((error: unknown) => [
      error instanceof Error ? error.message : String(error),
    ]);
    if (differences.length > 0) throw new Error(`${where}\n${differences.map((line) => `  - ${line}`).join('\n')}`);
  }

  #does(step: Step): Promise<string[]> {
    switch (step.name) {
      case 'from-charge-point.call':
        return this.#chargePointCalls(step);
      case 'to-charge-point.result':
      case 'to-charge-point.fault':
      case 'to-charge-point.refusal':
        return this.#chargePointIsAnswered(step);
      case 'to-charge-point.call':
        return this.#chargePointIsCalled(step);
      case 'from-charge-point.result':
      case 'from-charge-point.fault':
      case 'from-charge-point.refusal':
        return this.#chargePointAnswers(step);
      case 'from-csms.call':
        return this.#csmsCalls(step);
      case 'to-csms.result':
      case 'to-csms.error':
        return this.#csmsIsAnswered(step);
      case 'to-csms.call':
        return this.#csmsIsCalled(step);
      case 'from-csms.result':
      case 'from-csms.error':
        return this.#csmsAnswers(step);
      default:
        return Promise.resolve([`${step.name} is not something that happens`]);
    }
  }

  async #chargePointCalls({ text = '', http }: Step): Promise<string[]> {
    const body = filled(text, this.#facts);
    const faults = text === '' ? [] : this.#ownFaults(body);
    const { method, version } = http;
    const headers: Record<string, string> = { 'Content-Type': SOAP };
    for (const [name, value] of Object.entries(http.headers)) {
      const same = Object.keys(headers).find((other) => other.toLowerCase() === name.toLowerCase());
      headers[same ?? name] = value;
    }
    const post = { method, target: filled(http.path, this.#facts), version, headers, body: bytesOf(body, http) };
    this.#posts.push({
      messageId: MESSAGE_ID.exec(body)?.[1]?.trim() || undefined,
      // Where nobody is listening any more there is no answer either.
      answer: ask(this.#stage.soapPort, post).catch(() => undefined),
    });
    return faults;
  }

  async #chargePointIsAnswered(step: Step): Promise<string[]> {
    const post = this.#posts.shift();
    if (post === undefined) return ['the charge point has no open call'];
    const got: { ended?: true; answer?: RawAnswer | undefined } = {};
    void post.answer.then((answer) => {
      got.answer = answer;
      got.ended = true;
      this.#conversation.changed();
    });
    await this.#conversation.until(() => got.ended, 'the answer to the charge point');
    const { answer } = got;
    if (answer === undefined) return ['the connection ended without an answer'];
    const usual = step.name === 'to-charge-point.fault' ? 500 : 200;
    const body = textOf(answer);
    const faults = this.#httpDifferences(step, usual, answer.status, answer.headers);
    if (step.name === 'to-charge-point.refusal') {
      if (/Envelope/.test(body)) faults.push('the refusal has a SOAP envelope');
      if (step.text !== undefined && !fits(step.text.trim(), body.trim(), this.#facts))
        faults.push(`the body is ${body}`);
      return shown(faults, `HTTP ${answer.status} ${body}`);
    }
    faults.push(...this.#xmlFaults(step, body));
    if (faults.length === 0) {
      if (this.#sample.about.beyondSchema === undefined) {
        faults.push(...this.#stage.judge.schemaFaults(body, 'CentralSystem'));
      }
      faults.push(...this.#stage.judge.addressingFaults(body, post.messageId));
    }
    return shown(faults, `HTTP ${answer.status}\n${body}`);
  }

  async #chargePointIsCalled(step: Step): Promise<string[]> {
    const call = await this.#conversation.next('charge-point.call', 'a call to the charge point');
    this.#callbacks.push(call);
    const faults = [
      ...this.#httpDifferences(step, undefined, undefined, call.headers),
      ...this.#xmlFaults(step, call.text),
      ...this.#stage.judge.schemaFaults(call.text, 'ChargePoint'),
      ...this.#stage.judge.callbackFaults(call.text, this.#conversation.identity, this.#facts.get('callback') ?? ''),
    ];
    this.#facts.set('message-id', headersOf(xmlTree(call.text)).get('MessageID')?.text ?? '');
    return shown(faults, call.text);
  }

  async #chargePointAnswers({ name, text = '', http }: Step): Promise<string[]> {
    const call = this.#callbacks.shift();
    if (call === undefined) return ['the charge point has not been called'];
    if (http.hangUp) {
      call.hangUp();
      return [];
    }
    const body = filled(text, this.#facts);
    const faults = name === 'from-charge-point.result' ? this.#ownFaults(body) : [];
    const status = http.status ?? (name === 'from-charge-point.result' ? 200 : 500);
    call.answer(status, { 'Content-Type': SOAP, ...http.headers }, bytesOf(body, http));
    return faults;
  }

  async #csmsCalls({ text = '' }: Step): Promise<string[]> {
    const tell = await this.#conversation.until(() => this.#conversation.tell, 'the link to open');
    const id = randomUUID();
    const frame = this.#frame(text, id);
    this.#downCalls.push({ id, action: String(frame[2]) });
    const faults = this.#isStrict ? this.#stage.judge.callFaults(frame) : [];
    tell(JSON.stringify(frame));
    return faults;
  }

  async #csmsIsAnswered(step: Step): Promise<string[]> {
    const call = this.#downCalls.shift();
    if (call === undefined) return ['the CSMS has no open call'];
    const frame = await this.#conversation.next('csms.answer', `the answer to ${call.action}`);
    const faults = [
      ...this.#jsonFaults(step, frame, call.id),
      ...this.#stage.judge.answerFaults(frame, call.id, call.action),
    ];
    return shown(faults, JSON.stringify(frame));
  }

  async #csmsIsCalled(step: Step): Promise<string[]> {
    const frame = await this.#conversation.next('csms.call', 'a call to the CSMS');
    this.#upCalls.push({ id: String(frame[1]), action: String(frame[2]) });
    const faults = [...this.#jsonFaults(step, frame, '{uuid}'), ...this.#stage.judge.callFaults(frame)];
    return shown(faults, JSON.stringify(frame));
  }

  async #csmsAnswers({ name, text = '' }: Step): Promise<string[]> {
    const call = this.#upCalls.shift();
    if (call === undefined) return ['the CSMS has not been called'];
    const frame = this.#frame(text, call.id);
    this.#conversation.tell?.(JSON.stringify(frame));
    if (name === 'from-csms.error' || !this.#isStrict) return [];
    return this.#stage.judge.answerFaults(frame, call.id, call.action);
  }

  /** Nothing may be left: no open call, no word that no step asked for, no loss that about.yaml does not name. */
  async #end(): Promise<void> {
    const { about, id } = this.#sample;
    const faults: string[] = [];
    const rest = this.#conversation.rest();
    if (rest !== '') faults.push(`the bridge said more than the sample has:\n${rest}`);
    if (this.#posts.length > 0) faults.push('a call of the charge point has no step for its answer');
    if (this.#downCalls.length > 0) faults.push('a call of the CSMS has no step for its answer');
    const [want, have] = [about.losses, [...this.#conversation.losses]].map((codes) => codes.toSorted().join(', '));
    if (want !== have) faults.push(`losses: wanted [${want}], got [${have}]`);
    const path = about.linkPath ?? `/ocpp/${encodeURIComponent(this.#conversation.identity)}`;
    const arrived = this.#conversation.linkPath;
    if (arrived !== undefined && arrived !== path) faults.push(`the link arrived at ${arrived}, wanted ${path}`);
    if (faults.length > 0) throw new Error(`${id}\n${faults.map((line) => `  - ${line}`).join('\n')}`);
  }

  /** Plain samples follow the schemas in what the runner plays, too, unless they say why not. */
  get #isStrict(): boolean {
    return this.#sample.id.startsWith('ocpp') && this.#sample.about.broken === undefined;
  }

  #ownFaults(xml: string): string[] {
    if (!this.#isStrict) return [];
    return this.#stage.judge.schemaFaults(xml).map((line) => `the sample itself: ${line}`);
  }

  #frame(text: string, id: string): Json[] {
    return JSON.parse(filled(text, new Map([...this.#facts, ['id', id]]))) as Json[];
  }

  #jsonFaults({ text = '' }: Step, got: readonly Json[], id: string): string[] {
    const wanted = JSON.parse(text.replaceAll('"{id}"', JSON.stringify(id))) as Json;
    return jsonDifferences(wanted, [...got], this.#facts);
  }

  #xmlFaults({ text = '' }: Step, got: string): string[] {
    try {
      return xmlDifferences(xmlTree(text), xmlTree(got), this.#facts);
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
  }

  #httpDifferences(
    { http }: Step,
    usual: number | undefined,
    status: number | undefined,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): string[] {
    const faults: string[] = [];
    const wanted = http.status ?? usual;
    if (wanted !== status) faults.push(`HTTP status: wanted ${wanted}, got ${status}`);
    for (const [name, value] of Object.entries(http.headers)) {
      const got = headers[name.toLowerCase()];
      if (!fits(value, String(got), this.#facts)) faults.push(`HTTP header ${name}: wanted ${value}, got ${got}`);
    }
    return faults;
  }
}

/** What came before a call of the CSMS: the charge point must have been heard, or nobody could call it. */
function usualBeginning(id: string): string[] {
  const version = /^(ocpp[\d.]+)\/down\//.exec(id)?.[1];
  return version === undefined ? [] : [`${version}-heartbeat`];
}

function textOf({ body, headers }: RawAnswer): string {
  const encoding = headers['content-encoding'];
  if (encoding === 'gzip') return gunzipSync(body).toString('utf8');
  return (encoding === 'deflate' ? inflateSync(body) : body).toString('utf8');
}

function shown(faults: string[], got: string): string[] {
  return faults.length === 0 ? [] : [...faults, `what the bridge wrote:\n${got}`];
}
