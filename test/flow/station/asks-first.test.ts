import { describe, expect, test } from 'vitest';
import type { RemoteStart } from '../../../src/flow/station/state.ts';
import { ocpp201Flows as flows } from '../../../src/flow/station/station-flows.ts';
import { NOW, REFUSE } from '../context.ts';
import { accepted, stationContext } from './context.ts';
import { Conversation, lost } from './conversation.ts';

/**
 * Charge points that authorise and start before they answer the remote start. CitrineOS looks at nothing of a station that owes
 * it an answer, so the two would wait for each other.
 */

const TOKEN = { idToken: 'VISITOR', type: 'Local' };
const REMOTE: RemoteStart = { remoteStartId: 17, idTag: 'VISITOR', token: TOKEN, expiresAt: NOW + 900_000 };
const START = { connectorId: 1, idTag: 'VISITOR', timestamp: new Date(NOW + 61_000).toISOString(), meterStart: 0 };

function talkWith(remoteStarts: readonly RemoteStart[]): Conversation {
  return new Conversation({}, accepted({ remoteStarts: [...remoteStarts] })).connect();
}

describe('a charge point that has not answered the remote start', () => {
  test.each([
    ['briefly', [REMOTE], 2_000],
    ['as usual when it has', [{ ...REMOTE, accepted: true as const }], 10_000],
    ['as usual when nobody asked for it', [], 10_000],
  ])('waits %s for what the CSMS says of the tag', (_how, remoteStarts, within) => {
    const exchange = { id: 'x', action: 'Authorize', request: { idTag: 'visitor' } };
    const { effects } = flows.deviceCalls(accepted({ remoteStarts }), exchange, false, stationContext(), REFUSE);
    expect(effects).toContainEqual(expect.objectContaining({ do: 'call-csms', action: 'Authorize', within }));
  });

  test('may use the tag that the CSMS has named, when the CSMS says nothing of it', () => {
    const talk = talkWith([REMOTE]);
    talk.ask('Authorize', { idTag: 'visitor' });
    talk.next()?.end(lost('CsmsTimeout'));
    expect(talk.reply('Authorize')).toMatchObject({ answer: { idTagInfo: { status: 'Accepted' } } });
    expect(talk.shell.losses).toContain('auth-fallback');
    talk.ask('Authorize', { idTag: 'other' });
    talk.next()?.end(lost('CsmsTimeout'));
    expect(talk.reply('Authorize')).toMatchObject({ answer: { idTagInfo: { status: 'Invalid' } } });
  });

  test('gets its number within two seconds, and the start is told as the remote one', () => {
    const talk = talkWith([REMOTE]);
    expect(talk.ask('StartTransaction', START)).toBeUndefined();
    talk.pass(1_999);
    expect(talk.reply('StartTransaction')).toBeUndefined();
    talk.pass(1);
    expect(talk.reply('StartTransaction')).toMatchObject({ answer: { idTagInfo: { status: 'Accepted' } } });
    talk.settle();
    expect(talk.events).toMatchObject([
      { triggerReason: 'RemoteStart', idToken: TOKEN, transactionInfo: { remoteStartId: 17 } },
    ]);
  });

  test('waits for its number as usual when it has', () => {
    const talk = talkWith([{ ...REMOTE, accepted: true }]);
    talk.ask('StartTransaction', START);
    talk.pass(9_999);
    expect(talk.reply('StartTransaction')).toBeUndefined();
    talk.pass(1);
    expect(talk.reply('StartTransaction')).toBeDefined();
  });
});
