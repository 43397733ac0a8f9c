import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../../src/base/errors.ts';
import type { OutboxEntry } from '../../../src/flow/outbox.ts';
import { ocpp201Flows as flows } from '../../../src/flow/station/station-flows.ts';
import { NOW } from '../context.ts';
import { accepted, stationContext } from './context.ts';

/** How often a TransactionEvent is sent that the CSMS does not take (OCPP 2.0.1 E13). */

const ENTRY: OutboxEntry = {
  ...{ seq: 7, action: 'TransactionEvent', at: NOW, refusals: 0, transaction: 1 },
  payload: { eventType: 'Ended', timestamp: '2024-03-09T10:00:00Z', seqNo: 2 },
};
const OF_TRANSACTION = {
  attempts: 'OCPPCommCtrlr.MessageAttempts.TransactionEvent',
  interval: 'OCPPCommCtrlr.MessageAttemptInterval.TransactionEvent',
};

function told(written: { attempts?: string; interval?: string }, entry: OutboxEntry, codes: readonly ErrorCode[]) {
  const own = Object.fromEntries(
    Object.entries(written).map(([name, value]) => [OF_TRANSACTION[name as keyof typeof OF_TRANSACTION], value]),
  );
  let state = accepted({ own }, { outbox: { next: 8, waiting: 1, minted: 0 } });
  let now: OutboxEntry | undefined = entry;
  const said: string[] = [];
  for (const code of codes) {
    if (now === undefined) throw new Error('it was given up before');
    const decided = flows.outboxRefused(state, now, { code, reason: code }, stationContext());
    ({ state } = decided);
    for (const effect of decided.effects) {
      if (effect.do === 'outbox-put') now = effect.entry;
      else if (effect.do === 'outbox-remove') now = undefined;
      else if (effect.do === 'outbox-pause') said.push(`rests ${effect.ms / 1000} s`);
      else if (effect.do === 'loss') said.push(effect.code);
      else if (effect.do === 'dead-letter') said.push('aside');
    }
  }
  return { said, waits: now !== undefined, outbox: state.outbox?.waiting };
}

const times = (count: number, code: ErrorCode): ErrorCode[] => Array.from({ length: count }, () => code);
const updated = (): OutboxEntry => ({ ...ENTRY, payload: { ...ENTRY.payload, eventType: 'Updated' } });

describe('a TransactionEvent that the CSMS does not take', () => {
  test('is sent as often as the CSMS has written, with pauses that grow as it has written', () => {
    const got = told({ attempts: '4', interval: '20' }, ENTRY, times(4, 'CsmsInternalError'));
    expect(got).toEqual({
      said: ['rests 20 s', 'rests 40 s', 'rests 60 s', 'aside', 'dead-letter'],
      waits: false,
      outbox: 0,
    });
  });

  test('between start and end is given up then, and counted', () => {
    const got = told({ attempts: '2' }, updated(), times(2, 'CsmsInternalError'));
    expect(got).toEqual({ said: ['tx-attempts'], waits: false, outbox: 0 });
  });

  test('has been sent when the CSMS is silent, but not when the link was lost or no link was there', () => {
    expect(told({ attempts: '2' }, ENTRY, times(2, 'CsmsTimeout')).said).toContain('aside');
    const lost: ErrorCode[] = ['CsmsLost', 'CsmsTimeout', 'CsmsLost', 'CsmsAway', 'Draining'];
    expect(told({ attempts: '2' }, ENTRY, lost)).toMatchObject({ said: [], waits: true });
  });

  test('waits for the boot that the CSMS wants first, and that is no attempt', () => {
    const got = told({ attempts: '1', interval: '20' }, ENTRY, times(5, 'CsmsSecurityError'));
    expect(got).toMatchObject({ said: [], waits: true });
  });

  test('that a CSMS of no memory refuses for ever goes aside in the end', () => {
    expect(told({ attempts: '1' }, ENTRY, times(20, 'CsmsSecurityError')).said).toContain('aside');
  });

  test('is sent once at least, and rests a second at least', () => {
    expect(told({ attempts: '0' }, ENTRY, times(1, 'CsmsInternalError')).said).toContain('aside');
    expect(told({ interval: '0' }, ENTRY, times(1, 'CsmsInternalError')).said).toEqual(['rests 1 s']);
  });

  test('that is wrong is not sent more often than three times, whatever is written', () => {
    expect(told({ attempts: '9' }, ENTRY, times(3, 'CsmsProtocolError')).said).toContain('aside');
  });

  test.each([{}, { attempts: 'many', interval: '-3' }])(
    'follows the rules of the bridge while %j is written',
    (written) => {
      expect(told(written, ENTRY, times(19, 'CsmsInternalError'))).toMatchObject({ said: [], waits: true });
      expect(told(written, ENTRY, times(20, 'CsmsInternalError')).said).toEqual(['aside', 'dead-letter']);
      expect(told(written, updated(), times(20, 'CsmsInternalError')).said).toEqual(['aside', 'dead-letter']);
    },
  );
});

describe('what only informs', () => {
  const other = { ...ENTRY, action: 'LogStatusNotification', payload: { status: 'Idle' } };

  test('goes as the bridge likes, whatever is written for transactions', () => {
    const got = told({ attempts: '1', interval: '5' }, other, times(3, 'CsmsInternalError'));
    expect(got).toMatchObject({ said: [], waits: true });
  });

  test.each<ErrorCode>(['CsmsInternalError', 'CsmsTimeout'])('goes aside after twenty times %s', (code) => {
    expect(told({}, other, times(19, code))).toMatchObject({ said: [], waits: true });
    expect(told({}, other, times(20, code))).toEqual({ said: ['aside', 'dead-letter'], waits: false, outbox: 0 });
  });

  test('waits as long as there is no link', () => {
    expect(told({}, other, times(50, 'CsmsLost'))).toMatchObject({ said: [], waits: true });
  });

  test('has a lane of its own, so that transactions do not wait behind it', () => {
    expect(flows.lane?.(other)).not.toBe(flows.lane?.(ENTRY));
    expect(flows.lane?.(updated())).toBe(flows.lane?.(ENTRY));
  });
});
