import { expect } from 'vitest';
import type { ErrorCode } from '../../../../src/base/errors.ts';
import type { JsonObject } from '../../../../src/base/message.ts';
import { EMPTY_STATE } from '../../../../src/flow/state.ts';
import { transactionIdOf } from '../../../../src/flow/station/transactions/transaction-id.ts';
import { NOW } from '../../context.ts';
import { Durable } from '../../model/durable.ts';
import { keys } from '../command-states.ts';
import { answerTo } from '../conversation.ts';
import { ChargePoint, type Session, type Word } from './charge-point.ts';
import { StrictCsms } from './csms.ts';
import { type Call, Died, type Said, type Setup, Shell } from './shell.ts';

/** A charge point, a bridge that may die, and a strict CSMS, with a hand that moves everything between them. */

export type Move =
  | readonly ['charge point', Word, number]
  /** The same, and whatever can be answered is. */
  | readonly ['smoothly', Word, number]
  | readonly ['CSMS', 'accepts' | 'refuses the token' | 'says nothing of it' | 'is not ready' | 'fails' | 'is silent']
  | readonly ['link', boolean]
  | readonly ['answer', 'arrives' | 'is lost']
  | readonly ['time', number]
  | readonly ['death', 'now' | 'before commit' | 'after commit']
  | readonly ['command'];

/** Long enough for every patience and every plan of the bridge. */
const ROUND = 15_000;
const MOST_ROUNDS = 400;

export class World {
  readonly #durable = new Durable();
  readonly #setup: Setup;
  readonly csms = new StrictCsms();
  readonly point: ChargePoint;
  #shell: Shell;
  #now = NOW;
  /** By transaction of the charge point: the last cost it was told. */
  readonly #costs = new Map<unknown, number>();
  /** The call that the CSMS has and has not answered. */
  #asked: Call | undefined;

  constructor(setup: Setup) {
    this.#setup = setup;
    const configuration = keys({ CustomDisplayCostAndPrice: 'true' });
    this.#durable.commit({ ...EMPTY_STATE, configuration }, [], undefined);
    this.#shell = new Shell(this.#durable, setup, () => this.#now);
    this.point = new ChargePoint(
      () => this.#now,
      (spoken) => this.#shell.receive(spoken),
      this.#shared,
    );
  }

  get #shared(): boolean {
    return (this.#setup.settings?.evses ?? []).length > 0;
  }

  move(move: Move): void {
    this.#now += 10;
    try {
      this.#do(move);
      this.#send();
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      this.#die();
    }
  }

  #do(move: Move): void {
    const [who, what] = move;
    if (who === 'charge point') this.point.speak(what, move[2]);
    else if (who === 'smoothly') this.#smoothly(what, move[2]);
    else if (who === 'CSMS') this.#csms(what);
    else if (who === 'link') this.#link(what);
    else if (who === 'answer') this.#reply(what === 'arrives');
    else if (who === 'time') {
      this.#now += what;
      this.#shell.tick();
    } else if (who === 'command') this.#command();
    else if (what === 'now') this.#die();
    else this.#shell.doom = what;
  }

  #smoothly(word: Word, connectorId: number): void {
    this.point.speak(word, connectorId);
    for (let i = 0; i < 6; i += 1) {
      this.#send();
      this.#csms('accepts');
      this.#reply(true);
    }
  }

  #die(): void {
    this.#asked = undefined;
    this.#shell = new Shell(this.#durable, this.#setup, () => this.#now);
  }

  #link(open: boolean): void {
    if (open === this.#shell.linked) return;
    if (open) {
      this.csms.linked();
      this.#shell.link(true);
      return;
    }
    this.#shell.link(false);
    this.#asked = undefined;
    for (const call of this.#shell.calls.splice(0)) call.end(refusal('CsmsLost'));
  }

  /** One call at a time is with the CSMS. */
  #send(): void {
    this.#shell.deliver();
    const [first] = this.#shell.calls;
    if (!this.#shell.linked || first === undefined || this.#asked === first) return;
    this.#asked = first;
    this.csms.hears(first.action, first.payload);
  }

  #csms(what: Extract<Move, readonly ['CSMS', string]>[1]): void {
    const call = this.#asked;
    if (call === undefined) return;
    this.#asked = undefined;
    this.#shell.calls.shift();
    if (this.csms.minds(call.action)) call.end(refusal('CsmsSecurityError'));
    else if (what === 'fails') call.end(refusal('CsmsInternalError'));
    else if (what === 'is silent') call.end(refusal('CsmsTimeout'));
    else {
      // One that has accepted the charge point on this link does not take it back.
      const answer = answerOf(call, what === 'is not ready' && !this.csms.minds('Heartbeat') ? 'accepts' : what);
      this.csms.answered(call.action, answer);
      call.end({ answer });
    }
  }

  #reply(arrives: boolean): void {
    const reply = this.#shell.replies.shift();
    if (reply && arrives && this.point.hears(reply)) reply.delivered();
  }

  #command(): void {
    const command = this.#shell.commands.shift();
    if (command === undefined) return;
    const { action, payload, end } = command;
    if (action === 'DataTransfer') this.#display(payload, end);
    else if (action !== 'RemoteStopTransaction') end(refusal('NoCallback'));
    else end({ answer: { status: this.point.told(Number(payload['transactionId'])) ? 'Accepted' : 'Rejected' } });
  }

  /** What a driver sees of the cost never goes back. */
  #display({ data }: JsonObject, end: (said: Said) => void): void {
    const { transactionId, cost } = JSON.parse(String(data)) as JsonObject;
    expect(Number(cost)).toBeGreaterThanOrEqual(this.#costs.get(transactionId) ?? 0);
    this.#costs.set(transactionId, Number(cost));
    end({ answer: { status: 'Accepted' } });
  }

  /** How many transactions had a cost on the display. */
  get shown(): number {
    return this.#costs.size;
  }

  /** Everything ends well: nobody dies, the CSMS is there, the charge point stops what it began. */
  settle(): void {
    this.move(['death', 'now']);
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      this.move(['link', true]);
      this.move(['time', ROUND]);
      this.move(['CSMS', 'accepts']);
      this.move(['answer', 'arrives']);
      const [charging] = this.point.charging;
      if (this.point.busy || charging) this.move(['charge point', 'stop', charging?.connectorId ?? 1]);
      else if (this.#durable.outbox.length === 0) return;
    }
    expect(this.#durable.outbox.length, 'what waits is delivered in the end').toBe(0);
    expect(this.point.busy, 'the charge point is answered in the end').toBe(false);
  }

  /** What the CSMS must know now of all that happened. */
  check(): void {
    expect(this.#durable.deadLetters).toEqual([]);
    expect(this.csms.transactions.size).toBe(this.point.sessions.length);
    for (const session of this.point.sessions) this.#checkSession(session);
    for (const transaction of Object.values(this.#shell.state.transactions)) {
      expect(transaction.waiting ?? 0, 'no message is counted that does not wait').toBe(0);
    }
  }

  #checkSession(session: Session): void {
    const { id = 0, connectorId, meterStart, meterStop, readings, forgotten } = session;
    const events = this.csms.transactions.get(transactionIdOf('CP-1', id, false)) ?? [];
    const began = energyIn(events[0], 'Transaction.Begin');
    expect(began).toBe(meterStart);
    expect(timesIn(events), 'no reading is lost that was taken').toEqual(expect.arrayContaining(readings));
    const ended = events.filter(({ eventType }) => eventType === 'Ended');
    const { sessions } = this.point;
    const later = sessions.slice(sessions.indexOf(session) + 1);
    const followed = later.some((one) => this.#shared || one.connectorId === connectorId);
    // What the charge point forgot ends when something else begins there.
    expect(ended).toHaveLength(forgotten && !followed ? 0 : 1);
    if (forgotten) return;
    expect(Number(energyIn(ended[0], 'Transaction.End')) - Number(began)).toBe(Number(meterStop) - meterStart);
  }
}

function refusal(code: ErrorCode): Said {
  return { refusal: { code, reason: code } };
}

function answerOf(call: Call, what: string): JsonObject {
  const answer = answerTo(call, { status: what === 'refuses the token' ? 'Invalid' : 'Accepted' });
  if (call.action === 'BootNotification' && what === 'is not ready')
    return { ...answer, status: 'Pending', interval: 30 };
  if (call.action !== 'TransactionEvent') return answer;
  return what === 'says nothing of it' ? {} : { ...answer, totalCost: Number(call.payload['seqNo']) / 10 };
}

function timesIn(events: readonly JsonObject[]): unknown[] {
  return events.flatMap(({ meterValue }) => ((meterValue ?? []) as JsonObject[]).map(({ timestamp }) => timestamp));
}

function energyIn(event: JsonObject | undefined, context: string): unknown {
  const readings = (event?.['meterValue'] ?? []) as JsonObject[];
  const samples = readings.flatMap(({ sampledValue }) => sampledValue as JsonObject[]);
  return samples.find((sample) => sample['context'] === context)?.['value'];
}
