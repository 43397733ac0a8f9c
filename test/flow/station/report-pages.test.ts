import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import { NOW } from '../context.ts';
import { key, PLAIN, Point } from './point.ts';

const FULL = { requestId: 0, reportBase: 'FullInventory' };

function rowsOf(pages: readonly JsonObject[]): JsonObject[] {
  return pages.flatMap((page) => (page['reportData'] ?? []) as JsonObject[]);
}

describe('NotifyReport', () => {
  test('goes in pages that are numbered, of one instant, small, and ended once', () => {
    const point = new Point(PLAIN);
    point.ask('GetBaseReport', FULL);
    expect(point.told).toHaveLength(1);
    const pages = point.pages();
    expect(pages.length).toBeGreaterThan(3);
    expect(pages.map((page) => page['seqNo'])).toEqual(pages.map((_, index) => index));
    expect(pages.map((page) => page['tbc'])).toEqual(pages.map((_, index) => index < pages.length - 1));
    expect(new Set(pages.map((page) => page['generatedAt']))).toEqual(new Set([new Date(NOW).toISOString()]));
    expect(pages.every((page) => rowsOf([page]).length <= 20)).toBe(true);
    expect(point.state.station?.report).toBeUndefined();
  });

  test('keeps below the number of bytes that the operator sets', () => {
    const point = new Point(PLAIN, { settings: { reportBytes: 1_500, reportRows: 1_000 } });
    point.ask('GetBaseReport', FULL);
    const pages = point.pages();
    expect(Math.max(...pages.map((page) => Buffer.byteLength(JSON.stringify(page))))).toBeLessThanOrEqual(1_500);
    expect(rowsOf(pages)).toEqual(new Point(PLAIN).report(FULL));
  });

  test('sends a row alone that is larger than a page may be', () => {
    const keys = [...PLAIN, key('Huge', 'x'.repeat(500))];
    const point = new Point(keys, { settings: { reportBytes: 300 } });
    point.ask('GetBaseReport', FULL);
    expect(rowsOf(point.pages())).toEqual(new Point(keys).report(FULL));
  });

  test('sends a page that failed again, the same, and goes on', () => {
    const point = new Point(PLAIN);
    point.ask('GetBaseReport', FULL);
    const first = point.told[0];
    const pages = point.pages(['CsmsTimeout', 'CsmsAway', 'Busy']);
    expect(pages[0]).toEqual(first?.payload);
    expect(pages.at(-1)?.['tbc']).toBe(false);
  });

  test('waits longer before each time that it sends a page again', () => {
    const point = new Point(PLAIN);
    point.ask('GetBaseReport', FULL);
    const delays: (number | undefined)[] = [];
    for (let tries = 0; tries < 3; tries += 1) {
      point.refuse('CsmsTimeout');
      delays.push(point.told[0]?.delay);
    }
    expect(delays).toEqual([2_000, 4_000, 6_000]);
  });

  test('gives a report up after three more tries, so that another can be asked for', () => {
    const point = new Point(PLAIN);
    point.ask('GetBaseReport', FULL);
    expect(point.pages(['CsmsTimeout', 'CsmsTimeout', 'CsmsTimeout', 'CsmsTimeout'])).toEqual([]);
    expect(point.ask('GetBaseReport', FULL)['status']).toBe('Accepted');
  });

  test('gives a report up at once when the CSMS does not know the message', () => {
    const point = new Point(PLAIN);
    point.ask('GetBaseReport', FULL);
    expect(point.pages(['CsmsNotSupported'])).toEqual([]);
    expect(point.state.station?.report).toBeUndefined();
  });

  test('does not go on with a report that another one has replaced', () => {
    const point = new Point(PLAIN);
    point.ask('GetBaseReport', FULL);
    const old = point.told.splice(0);
    point.now += 200_000;
    point.ask('GetBaseReport', FULL);
    const current = point.told.splice(0);
    point.told.push(...old);
    expect(point.pages()).toHaveLength(1);
    point.told.push(...current);
    expect(point.pages().at(-1)?.['tbc']).toBe(false);
  });
});
