import { describe, expect, test } from 'vitest';
import { openAdmin } from '../../src/app/admin.ts';
import { losses, lossPage } from '../../src/app/commands/losses.ts';
import { LossLedger } from '../../src/app/loss-ledger.ts';
import { sessionObserver } from '../../src/app/observers.ts';
import { createLog } from '../../src/base/log.ts';
import { Metrics } from '../../src/base/metrics.ts';
import type { LossRow } from '../../src/mapping/table.ts';
import { ManualClock } from '../base/manual-clock.ts';

const row = (code: string, what: string, because: string): [string, LossRow] => [
  code,
  { code, by: ['table'], what, because, where: new Map(), file: 'losses.yaml', line: 1, column: 1 },
];
const register = new Map([
  row('ts-frac', 'digits of a fraction', 'milliseconds at most'),
  row('mv-nan', 'a sample that is no number', 'a CSMS adds readings up'),
]);

function ledger(most?: number) {
  const clock = new ManualClock();
  return { clock, ledger: new LossLedger(register, clock, most) };
}

describe('the ledger of losses', () => {
  test('tells totals by code, with its explanation and its places, most frequent first', () => {
    const { ledger: book } = ledger();
    book.add('CP-1', 'ts-frac', '1.5', 'MeterValues');
    book.add('CP-1', 'mv-nan', '1.5', 'MeterValues');
    book.add('CP-2', 'mv-nan', '1.6', 'StopTransaction');
    book.add('CP-2', 'mv-nan', '1.6', 'StopTransaction');
    const { losses: lines, total, chargePoints } = book.all();
    expect(total).toBe(4);
    expect(chargePoints).toEqual({
      known: 2,
      forgotten: 0,
      most: [
        { identity: 'CP-1', count: 2 },
        { identity: 'CP-2', count: 2 },
      ],
    });
    expect(lines).toEqual([
      {
        code: 'mv-nan',
        count: 3,
        what: 'a sample that is no number',
        because: 'a CSMS adds readings up',
        in: [
          { version: '1.6', action: 'StopTransaction', count: 2 },
          { version: '1.5', action: 'MeterValues', count: 1 },
        ],
      },
      {
        code: 'ts-frac',
        count: 1,
        what: 'digits of a fraction',
        because: 'milliseconds at most',
        in: [{ version: '1.5', action: 'MeterValues', count: 1 }],
      },
    ]);
  });

  test('tells of one charge point its own losses, and when the first and the last happened', () => {
    const { ledger: book, clock } = ledger();
    const first = new Date(clock.now()).toISOString();
    book.add('CP-1', 'ts-frac', '1.5', 'MeterValues');
    book.add('CP-2', 'mv-nan', '1.5', 'MeterValues');
    clock.advance(5000);
    book.add('CP-1', 'ts-frac', '1.5', 'Heartbeat');
    const own = book.of('CP-1');
    expect(own).toMatchObject({ identity: 'CP-1', total: 2, since: first, last: new Date(clock.now()).toISOString() });
    expect(own.losses.map(({ code, count }) => [code, count])).toEqual([['ts-frac', 2]]);
    expect(book.of('CP-9')).toEqual({ identity: 'CP-9', total: 0, losses: [] });
  });

  test('gives up the charge point that was silent for longest, and keeps its losses in the totals', () => {
    const { ledger: book } = ledger(2);
    for (const identity of ['CP-1', 'CP-2', 'CP-1', 'CP-3']) book.add(identity, 'mv-nan', '1.5', 'MeterValues');
    expect(book.all()).toMatchObject({ total: 4, chargePoints: { known: 2, forgotten: 1 } });
    expect(book.of('CP-2').total).toBe(0);
    expect(book.of('CP-1').total).toBe(2);
  });

  test('is not kept fresh by looking at it', () => {
    const { ledger: book } = ledger(2);
    for (const identity of ['CP-1', 'CP-2']) book.add(identity, 'mv-nan', '1.5', 'MeterValues');
    book.of('CP-1');
    book.all();
    book.add('CP-3', 'mv-nan', '1.5', 'MeterValues');
    expect(book.of('CP-1').total).toBe(0);
    expect(book.of('CP-2').total).toBe(1);
  });
});

describe('losses on the admin port', () => {
  async function admin() {
    const { ledger: book } = ledger();
    book.add('CP 1&2', 'mv-nan', '1.5', 'MeterValues');
    book.add('CP-2', 'ts-frac', '1.6', 'Heartbeat');
    const open = await openAdmin(
      { host: '127.0.0.1', port: 0 },
      {
        metrics: async () => ({ contentType: 'text/plain', text: '' }),
        notReady: () => undefined,
        losses: (identity) => (identity === undefined ? book.all() : book.of(identity)),
      },
    );
    return { book, ...open, url: `http://${open.address}` };
  }

  test('are served as JSON, of all charge points and of one', async () => {
    const { book, url, close } = await admin();
    try {
      const all = await fetch(`${url}/api/losses`);
      expect(all.headers.get('content-type')).toMatch('application/json');
      expect(await all.json()).toEqual(book.all());
      const one = await fetch(`${url}/api/losses?identity=${encodeURIComponent('CP 1&2')}`);
      expect(await one.json()).toEqual(book.of('CP 1&2'));
    } finally {
      await close();
    }
  });

  test('are what the command prints', async () => {
    const { book, url, close } = await admin();
    const printed: string[] = [];
    const { write } = process.stdout;
    process.stdout.write = (text: string | Uint8Array) => printed.push(String(text)) > 0;
    try {
      await losses({ admin: url });
      await losses({ admin: `${url}/`, identity: 'CP 1&2' });
    } finally {
      process.stdout.write = write;
      await close();
    }
    expect(printed).toEqual([lossPage(book.all()), lossPage(book.of('CP 1&2'))]);
  });

  test('cannot be printed of a bridge that is not there, and the command says so in one line', async () => {
    const { url, close } = await admin();
    await close();
    await expect(losses({ admin: url })).rejects.toThrow(
      /^no bridge answers at http:.*--admin names its admin port\)$/,
    );
  });
});

describe('the page of losses', () => {
  test('explains each code and says where it happened', () => {
    const { ledger: book } = ledger();
    for (let times = 0; times < 12; times += 1) book.add('CP-1', 'mv-nan', '1.5', 'MeterValues');
    book.add('CP-2', 'mv-nan', '1.5', 'StopTransaction');
    const page = lossPage(book.all());
    expect(page).toContain('13 losses since');
    expect(page).toContain('Most of it at CP-1 (12), CP-2 (1);');
    expect(page).toContain(
      [
        '   13  mv-nan: a sample that is no number',
        '       a CSMS adds readings up',
        '       OCPP 1.5: MeterValues 12, StopTransaction 1',
      ].join('\n'),
    );
  });

  test('says when nothing was lost', () => {
    const { ledger: book } = ledger();
    expect(lossPage(book.all())).toMatch(/^Nothing was lost since \d{4}-/);
    expect(lossPage(book.of('CP-1'))).toBe('Of CP-1 no loss is known.\n');
  });
});

describe('the log of losses', () => {
  function told(raw: string, secret?: true): string {
    const lines: string[] = [];
    const log = createLog({ level: 'debug', redactTags: true, stream: { write: (line) => void lines.push(line) } });
    const { ledger: book } = ledger();
    const observe = sessionObserver(new Metrics({ version: '0', actions: ['Authorize'] }), log, book);
    observe.loss('tag-alias', '1.5', 'Authorize', { identity: 'CP-1', field: 'idTag', raw, ...(secret && { secret }) });
    expect(book.of('CP-1').total).toBe(1);
    return lines.join('');
  }

  test('never shows what may be a tag', () => {
    expect(told('CARD-1234567890-1234567890', true)).not.toContain('1234567890');
  });

  test('shows what else stood there, so that it can be repaired', () => {
    expect(told('2013-13-45T00:00:00Z')).toContain('2013-13-45T00:00:00Z');
  });
});
