import { expect } from 'vitest';
import type { Json, JsonObject } from '../../../../src/base/message.ts';
import { valid } from '../valid.ts';

/** A CSMS of 2.0.1 that forgives nothing: whatever it hears out of order, twice or too early fails the run. */
export class StrictCsms {
  /** By transactionId: events as they came first, in order. */
  readonly transactions = new Map<string, JsonObject[]>();
  #accepted = false;

  linked(): void {
    this.#accepted = false;
  }

  /** What it calls a SecurityError, as CSMSs do: it has not accepted the charge point on this link. */
  minds(action: string): boolean {
    return action !== 'BootNotification' && !this.#accepted;
  }

  hears(action: string, payload: JsonObject): void {
    valid(action, 'request', payload);
    // A driver does not wait for a CSMS that thinks about the boot; too early a question costs nothing but its answer.
    if (action !== 'BootNotification')
      expect(this.#accepted || action === 'Authorize', `${action} too early`).toBe(true);
    if (action === 'TransactionEvent') this.#event(payload);
  }

  answered(action: string, answer: JsonObject): void {
    valid(action, 'answer', answer);
    if (action === 'BootNotification') this.#accepted = answer['status'] === 'Accepted';
  }

  /** Transactions that have begun on this EVSE and not ended. */
  #running(evse: Json | undefined): string[] {
    const open = [...this.transactions].filter(([, events]) => events.at(-1)?.['eventType'] !== 'Ended');
    return open.filter(([, [first]]) => evseIn(first?.['evse']) === evseIn(evse)).map(([id]) => id);
  }

  #event(payload: JsonObject): void {
    const id = String((payload['transactionInfo'] as JsonObject)['transactionId']);
    const before = this.transactions.get(id) ?? [];
    const again = before.find(({ seqNo }) => seqNo === payload['seqNo']);
    if (again) {
      expect(withoutOffline(payload), 'a repeat says the same').toEqual(withoutOffline(again));
      return;
    }
    expect(payload['seqNo'], 'numbers without a gap').toBe(before.length);
    expect(payload['eventType'] === 'Started', `${String(payload['eventType'])} comes first`).toBe(before.length === 0);
    expect(before.at(-1)?.['eventType'], 'nothing follows the end').not.toBe('Ended');
    if (before.length === 0) expect(this.#running(payload['evse']), 'one transaction at a time on an EVSE').toEqual([]);
    this.transactions.set(id, [...before, payload]);
  }
}

/** Which EVSE an event names; only the first one does. */
function evseIn(evse: Json | undefined): Json | undefined {
  return (evse as JsonObject | undefined)?.['id'];
}

function withoutOffline({ offline: _, ...rest }: JsonObject): JsonObject {
  return rest;
}
