import { describe, expect, it } from 'vitest';
import { createLog, type LogSettings, tagForLog } from '../../src/base/log.ts';

function logging(settings: Partial<LogSettings> = {}) {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) };
  return { log: createLog({ level: 'debug', redactTags: true, stream, ...settings }), lines };
}

describe('The log', () => {
  it('writes one JSON line with an ISO time, the level as a word and the fields', () => {
    const { log, lines } = logging();
    log.warn({ exchange: 'e1', n: 2 }, 'something odd');
    const line = JSON.parse(lines[0] ?? '');
    expect(line).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      exchange: 'e1',
      n: 2,
      msg: 'something odd',
    });
  });

  it('leaves out what is below its level', () => {
    const { log, lines } = logging({ level: 'warn' });
    log.info({}, 'no');
    log.error({}, 'yes');
    expect(lines).toHaveLength(1);
  });

  it('shortens tags wherever they stand, and leaves the caller its object', () => {
    const { log, lines } = logging();
    const about = {
      idTag: '04A2B3C4D5E6F7',
      payload: { list: [{ parentIdTag: 'GROUP-0001' }] },
      raw: 'CARD-1234567890',
    };
    log.info(about, 'm');
    log.child?.({ idTag: '04A2B3C4D5E6F7' }).info({}, 'm');
    const text = lines.join('');
    for (const tag of ['04A2B3C4D5E6F7', 'GROUP-0001', 'CARD-1234567890']) expect(text).not.toContain(tag);
    expect(text.split(tagForLog('04A2B3C4D5E6F7'))).toHaveLength(3);
    expect(about.payload.list[0]?.parentIdTag).toBe('GROUP-0001');
  });

  it('shows tags when told so', () => {
    const { log, lines } = logging({ redactTags: false });
    log.info({ idTag: '04A2B3C4D5E6F7' }, 'm');
    expect(lines[0]).toContain('04A2B3C4D5E6F7');
  });

  it.each([true, false])('never writes secrets (tags redacted: %s)', (redactTags) => {
    const { log, lines } = logging({ redactTags });
    log.info(
      { password: 'hunter2', headers: { authorization: 'Basic hunter2' }, keys: { AuthorizationKey: 'hunter2' } },
      'm',
    );
    expect(lines[0]).not.toContain('hunter2');
    expect(lines[0]).toContain('[redacted]');
  });

  it('writes errors with message and stack', () => {
    const { log, lines } = logging();
    log.error({ err: new Error('broken', { cause: new Error('why') }) }, 'm');
    expect(JSON.parse(lines[0] ?? '').err).toMatchObject({
      message: expect.stringContaining('broken'),
      stack: expect.any(String),
    });
  });

  it('writes readable lines when pretty', () => {
    const { log, lines } = logging({ pretty: true });
    log.info({ port: 8080, what: 'two words' }, 'listening');
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} info {2}listening {2}port=8080 {2}what="two words"\n$/);
  });
});

describe('A tag in the log', () => {
  it('keeps two characters and is the same for the same tag in any case', () => {
    expect(tagForLog('04A2B3C4')).toMatch(/^04…[0-9a-f]{4}$/);
    expect(tagForLog('abcdef').slice(2)).toBe(tagForLog('ABCDEF').slice(2));
    expect(tagForLog('04A2B3C4')).not.toBe(tagForLog('04A2B3C5'));
  });

  it('shows nothing of a short tag', () => {
    expect(tagForLog('1234')).toMatch(/^…[0-9a-f]{4}$/);
  });
});
