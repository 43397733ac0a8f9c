import { describe, expect, test } from 'vitest';
import { BridgeError, refusalOf } from '../../src/base/errors.ts';
import type { JsonObject } from '../../src/base/message.ts';
import type { Decision } from '../../src/flow/decision.ts';
import { deviceCalls } from '../../src/flow/flows.ts';
import { memoryOf } from '../../src/flow/memory.ts';
import {
  deadLetterDiscarded,
  deadLetterRetried,
  keep,
  type OutboxEntry,
  outboxAnswered,
  outboxCall,
  outboxRefused,
} from '../../src/flow/outbox.ts';
import { type ChargePointState, EMPTY_STATE } from '../../src/flow/state.ts';
import { context, exchange, SETTINGS } from './context.ts';

const CONTEXT = context('1.5', { settings: { ...SETTINGS, whenCsmsIsAway: 'buffer' } });
const FAULT = { refused: {}, away: 'refuse' } as const;
/** Messages in the pivot name a transaction without an id of the CSMS by the bridge's own with a minus sign. */
const FIRST = 1_900_000_000;
const STARTED = { transactionId: 42, idTagInfo: { status: 'Accepted' } };

function entryOf({ effects }: Decision): OutboxEntry {
  for (const effect of effects) if (effect.do === 'outbox-put') return effect.entry;
  throw new Error('nothing was kept');
}

function kept(state: ChargePointState, action: string, request: JsonObject) {
  const decided = keep(state, exchange(action, request), CONTEXT);
  return { state: decided.state, entry: entryOf(decided) };
}

/** A session `n` that began and ended long ago by the clock of the charge point. */
function session(state: ChargePointState, n: number) {
  const timestamp = new Date(Date.UTC(2001, 0, 1, n)).toISOString();
  const start = kept(state, 'StartTransaction', { connectorId: 1, idTag: 'TAG', meterStart: n, timestamp });
  const stop = kept(start.state, 'StopTransaction', { transactionId: -(FIRST + n), meterStop: n, timestamp });
  return { state: stop.state, start: start.entry, stop: stop.entry };
}

describe('a transaction whose messages wait', () => {
  test('is known until the last of them is delivered, however many began since and whatever its clock says', () => {
    const first = session(EMPTY_STATE, 0);
    let { state } = outboxAnswered(first.state, first.start, STARTED, CONTEXT);
    for (let n = 1; n < 40; n++) ({ state } = session(state, n));
    expect(outboxCall(state, first.stop)).toMatchObject({ transactionId: 42 });
    ({ state } = outboxAnswered(state, first.stop, {}, CONTEXT));
    ({ state } = session(state, 40));
    expect(state.transactions[FIRST]).toBeUndefined();
    expect(state.transactions[FIRST + 1]).toBeDefined();
  });

  test('has no id at all when the CSMS will never take its start', () => {
    const { state, start, stop } = session(EMPTY_STATE, 0);
    const refusal = refusalOf(new BridgeError('CsmsProtocolError', 'no'));
    const after = outboxRefused(state, { ...start, refusals: 2, code: 'CsmsProtocolError', same: 2 }, refusal);
    expect(after.effects.map((effect) => effect.do)).toContain('dead-letter');
    expect(outboxCall(after.state, stop)).toMatchObject({ transactionId: -1 });
    const empty = outboxAnswered(after.state, stop, {}, CONTEXT).state;
    const now = deviceCalls(empty, exchange('StopTransaction', stop.payload), false, CONTEXT, FAULT).effects;
    expect(now).toContainEqual({ do: 'call-csms', action: 'StopTransaction', payload: outboxCall(empty, stop) });
  });

  test('is told from another one to which the CSMS gives the very id that the bridge gave this one', () => {
    const first = session(EMPTY_STATE, 0);
    const second = session(first.state, 1);
    const clash = { ...STARTED, transactionId: FIRST + 1 };
    const { state } = outboxAnswered(second.state, first.start, clash, CONTEXT);
    const ids = memoryOf(state, { receivedAt: 0, timezone: 'UTC', connectors: undefined });
    const late = { meterStop: 9, timestamp: '2001-01-01T09:00:00Z' };
    const ofFirst = kept(state, 'StopTransaction', { ...late, transactionId: ids.csmsTransaction(FIRST) });
    const ofSecond = kept(state, 'StopTransaction', { ...late, transactionId: ids.csmsTransaction(FIRST + 1) });
    expect(outboxCall(ofFirst.state, ofFirst.entry)).toMatchObject({ transactionId: FIRST + 1 });
    expect(ofSecond.entry.transaction).toBe(FIRST + 1);
    expect(ofFirst.entry.transaction).toBeUndefined();
  });

  test('is known as long as one of them is put aside', () => {
    const first = session(EMPTY_STATE, 0);
    const refusal = refusalOf(new BridgeError('CsmsProtocolError', 'no'));
    const letter = { ...first.stop, refusals: 2, code: 'CsmsProtocolError', same: 2 };
    const told = outboxAnswered(first.state, first.start, STARTED, CONTEXT).state;
    const aside = outboxRefused(told, letter, refusal).state;
    const later = (state: ChargePointState) => {
      let after = state;
      for (let n = 1; n < 40; n++) {
        const next = session(after, n);
        after = outboxAnswered(next.state, next.start, STARTED, CONTEXT).state;
        after = outboxAnswered(after, next.stop, {}, CONTEXT).state;
      }
      return after;
    };
    const retried = deadLetterRetried(later(aside), letter).state;
    expect(outboxCall(later(retried), first.stop)).toMatchObject({ transactionId: 42 });
    const delivered = outboxAnswered(retried, first.stop, {}, CONTEXT).state;
    expect(later(delivered).transactions[FIRST]).toBeUndefined();
    const discarded = deadLetterDiscarded(later(aside), letter).state;
    expect(later(discarded).transactions[FIRST]).toBeUndefined();
  });

  test('is not known for ever when nobody ever looks at what is put aside', () => {
    const refusal = refusalOf(new BridgeError('CsmsProtocolError', 'no'));
    let state: ChargePointState = EMPTY_STATE;
    for (let n = 0; n < 300; n++) {
      const next = session(state, n);
      const last = { refusals: 2, code: 'CsmsProtocolError', same: 2 };
      state = [next.start, next.stop].reduce(
        (now, entry) => outboxRefused(now, { ...entry, ...last }, refusal).state,
        next.state,
      );
    }
    expect(state.outbox?.waiting).toBe(0);
    expect(Object.keys(state.transactions)).toHaveLength(200 + 1);
  });

  test('has the id of the CSMS when an operator has its start tried again, also in what came meanwhile', () => {
    const first = session(EMPTY_STATE, 0);
    const refusal = refusalOf(new BridgeError('CsmsProtocolError', 'no'));
    const letter = { ...first.start, refusals: 2, code: 'CsmsProtocolError', same: 2 };
    const aside = outboxRefused(first.state, letter, refusal).state;
    const id = memoryOf(aside, { receivedAt: 0, timezone: 'UTC', connectors: undefined }).csmsTransaction(FIRST);
    const later = kept(aside, 'StopTransaction', {
      transactionId: id,
      meterStop: 9,
      timestamp: '2001-01-01T09:00:00Z',
    });
    const { state } = outboxAnswered(deadLetterRetried(later.state, letter).state, letter, STARTED, CONTEXT);
    expect(outboxCall(state, first.stop)).toMatchObject({ transactionId: 42 });
    expect(outboxCall(state, later.entry)).toMatchObject({ transactionId: 42 });
  });
});

test('a start that the CSMS took with an answer that nobody can read may be its second when it is sent again', () => {
  const { state, start } = session(EMPTY_STATE, 0);
  const after = outboxRefused(state, { ...start, asked: true }, refusalOf(new BridgeError('CsmsAnswerInvalid')));
  expect(after.effects).toMatchObject([{ do: 'outbox-put', entry: { refusals: 1, asked: true } }]);
});

test('a fault of the CSMS itself is given more tries than a message that it calls wrong', () => {
  const { state, stop } = session(EMPTY_STATE, 0);
  const third = { ...stop, refusals: 2 };
  const passing = outboxRefused(state, third, refusalOf(new BridgeError('CsmsInternalError')));
  expect(passing.effects).toMatchObject([{ do: 'outbox-put', entry: { refusals: 3 } }]);
  const away = outboxRefused(state, third, refusalOf(new BridgeError('CsmsLost')));
  expect(away).toEqual({ state, effects: [] });
});
