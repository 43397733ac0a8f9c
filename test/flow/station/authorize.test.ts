import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import { NOW } from '../context.ts';
import { accepted } from './context.ts';
import { Conversation, lost } from './conversation.ts';

const ASK = { idTag: '04a2b3c4' };
const TOKEN = { idToken: '04A2B3C4', type: 'ISO14443' };
const known = (info: JsonObject & { status: string }) =>
  accepted({ tokens: { '04a2b3c4': { ...TOKEN, known: true, info, at: NOW } } });

function asked(state = accepted(), settings = {}): Conversation {
  const talk = new Conversation({ settings }, state).connect();
  expect(talk.ask('Authorize', ASK)).toBeUndefined();
  return talk;
}

describe('Authorize towards 2.0.1', () => {
  it('asks the CSMS of the token, and gives its answer in the words of 1.6', () => {
    const talk = asked();
    const call = talk.next();
    expect(call).toMatchObject({ action: 'Authorize', payload: { idToken: TOKEN } });
    const cacheExpiryDateTime = '2030-01-01T00:00:00Z';
    const groupIdToken = { idToken: 'A-GROUP-LONGER-THAN-TWENTY-CHARS', type: 'Central' };
    call?.end({ answer: { idTokenInfo: { status: 'Accepted', cacheExpiryDateTime, groupIdToken } } });
    expect(talk.reply('Authorize')).toEqual({
      answer: {
        idTagInfo: {
          ...{ status: 'Accepted', expiryDate: cacheExpiryDateTime },
          parentIdTag: expect.stringMatching(/^A=.{18}$/) as string,
        },
      },
    });
  });

  it.each([
    ['NoCredit', 'Blocked'],
    ['NotAtThisTime', 'Blocked'],
    ['Unknown', 'Invalid'],
    ['ConcurrentTx', 'ConcurrentTx'],
  ])('tells %s as %s; a refusal for now is not to be kept', (status, word) => {
    const talk = asked();
    talk.settle({ status });
    const expiryDate = new Date(talk.now + 1000).toISOString();
    const info = word === 'Blocked' ? { status: word, expiryDate } : { status: word };
    expect(talk.reply('Authorize')).toEqual({ answer: { idTagInfo: info } });
  });

  it.each<[string, JsonObject]>([
    ['nothing', {}],
    ['no status', { idTokenInfo: {} }],
    ['a status that nobody knows', { idTokenInfo: { status: 'Perhaps' } }],
    ['something else', { idTokenInfo: 'Accepted' }],
  ])('is judged as in an outage when the CSMS answers with %s', (_what, answer) => {
    const talk = asked();
    talk.next()?.end({ answer });
    expect(talk.reply('Authorize')).toMatchObject({ answer: { idTagInfo: { status: 'Invalid' } } });
  });

  it('takes what the CSMS says of the token without a group that cannot be read', () => {
    const talk = asked();
    talk.settle({ status: 'Accepted', groupIdToken: {}, evseId: 1 });
    expect(talk.reply('Authorize')).toEqual({ answer: { idTagInfo: { status: 'Accepted' } } });
  });

  it('refuses a token that is for another EVSE than the only one there is', () => {
    const configuration = { numberofconnectors: { spelling: 'NumberOfConnectors', value: '1' } };
    const unknown = asked();
    unknown.settle({ status: 'Accepted', evseId: [2] });
    expect(unknown.reply('Authorize')).toMatchObject({ answer: { idTagInfo: { status: 'Accepted' } } });
    const talk = asked(accepted({}, { configuration }));
    talk.settle({ status: 'Accepted', evseId: [2] });
    expect(talk.reply('Authorize')).toMatchObject({ answer: { idTagInfo: { status: 'Invalid' } } });
  });

  it('tries another type once when the CSMS calls the token malformed, and remembers what worked', () => {
    const talk = new Conversation().connect();
    talk.ask('Authorize', { idTag: 'visitor' });
    talk.next()?.end(lost('CsmsProtocolError'));
    const second = talk.next();
    expect(second?.payload).toEqual({ idToken: { idToken: 'visitor', type: 'Local' } });
    second?.end({ answer: { idTokenInfo: { status: 'Accepted' } } });
    expect(talk.reply('Authorize')).toMatchObject({ answer: { idTagInfo: { status: 'Accepted' } } });
    talk.say('Authorize', { idTag: 'VISITOR' });
    expect(talk.heard.at(-1)?.payload).toEqual({ idToken: { idToken: 'visitor', type: 'Local' } });
    talk.ask('Authorize', { idTag: 'other' });
    talk.next()?.end(lost('CsmsProtocolError'));
    talk.next()?.end(lost('CsmsProtocolError'));
    expect(talk.reply('Authorize')).toMatchObject({ answer: { idTagInfo: { status: 'Invalid' } } });
  });

  it.each([
    ['the memory of an accepted token', known({ status: 'Accepted' }), {}, 'Accepted'],
    [
      'nothing once that has expired',
      known({ status: 'Accepted', cacheExpiryDateTime: '2024-01-01T00:00:00Z' }),
      {},
      'Invalid',
    ],
    ['nothing where it was refused', known({ status: 'Blocked' }), {}, 'Invalid'],
    [
      'the local list',
      accepted({ localList: { version: 1, tags: { '04a2b3c4': { status: 'Blocked' } } } }),
      {},
      'Blocked',
    ],
    ['the operator', accepted(), { authFallback: ['memory', 'accept'] }, 'Accepted'],
    ['the operator first of all', known({ status: 'Accepted' }), { authFallback: ['invalid'] }, 'Invalid'],
  ] as const)('is judged by %s when the CSMS does not answer', (_what, state, settings, status) => {
    const talk = asked(state, settings);
    talk.next()?.end(lost('CsmsTimeout'));
    expect(talk.reply('Authorize')).toMatchObject({ answer: { idTagInfo: { status } } });
    expect(talk.shell.losses).toContain('auth-fallback');
  });

  it('is left to the charge point where the operator wants that', () => {
    const talk = asked(accepted(), { authFallback: ['memory', 'drop'] });
    talk.next()?.end(lost('CsmsInternalError'));
    expect(talk.reply('Authorize')).toMatchObject({ refusal: { code: 'CsmsAway' } });
  });

  it('has its word on nothing stored but what it learnt', () => {
    const talk = asked();
    talk.settle();
    expect(talk.outbox).toEqual([]);
    expect(talk.shell.state.station?.tokens).toMatchObject({ '04a2b3c4': { ...TOKEN, known: true } });
    expect(talk.shell.state.station?.authorized).toMatchObject({ '04a2b3c4': { status: 'Accepted' } });
  });
});
