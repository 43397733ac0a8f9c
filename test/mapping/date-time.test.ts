import { describe, expect, test } from 'vitest';
import { isPlainUtc, readTime } from '../../src/mapping/scalars/date-time.ts';

describe('a time of a charge point', () => {
  test.each([
    ['2013-02-01T15:09:18Z', '2013-02-01T15:09:18Z'],
    ['2013-02-01T15:09:18.5Z', '2013-02-01T15:09:18.5Z'],
    ['2013-02-01T15:09:18.123456789Z', '2013-02-01T15:09:18.123Z'],
    ['2013-02-01T15:09:18+01:00', '2013-02-01T14:09:18Z'],
    ['2013-02-01T15:09:18-0130', '2013-02-01T16:39:18Z'],
    ['2013-02-01T15:09:18+02', '2013-02-01T13:09:18Z'],
    ['2013-02-01T00:30:00.9999+01:00', '2013-01-31T23:30:00.999Z'],
    ['2013-12-31T24:00:00Z', '2014-01-01T00:00:00Z'],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59Z'],
    ['2012-02-29T00:00:00Z', '2012-02-29T00:00:00Z'],
    ['2013-02-01t15:09:18z', '2013-02-01T15:09:18Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59Z'],
    ['0099-03-01T00:00:00Z', '0099-03-01T00:00:00Z'],
  ])('%s is read as %s', (given, want) => {
    expect(readTime(given, 'UTC')?.text).toBe(want);
  });

  test.each([
    '2013-02-30T00:00:00Z',
    '2022-02-29T10:00:00Z',
    '1900-02-29T10:00:00Z',
    '0000-01-01T00:00:00Z',
    '2013-13-01T00:00:00Z',
    '2013-00-01T00:00:00Z',
    '2013-01-00T00:00:00Z',
    '2013-01-01T24:00:01Z',
    '2013-01-01T25:00:00Z',
    '2013-01-01T10:60:00Z',
    '2013-01-01T10:00:61Z',
    '2013-01-01T10:00:00+19:00',
    '2013-01-01T10:00:00+01:60',
    '2013-01-01',
    '2013-01-01T10:00Z',
    '1359731358',
    'yesterday',
    '9999-12-31T23:59:59-05:00',
    '',
  ])('%s is refused', (given) => {
    expect(readTime(given, 'UTC')).toBeUndefined();
    expect(isPlainUtc(given)).toBe(false);
  });

  test.each([
    ['UTC', '2013-07-01T12:00:00Z'],
    ['Europe/Berlin', '2013-07-01T10:00:00Z'],
    ['+05:30', '2013-07-01T06:30:00Z'],
    ['-0800', '2013-07-01T20:00:00Z'],
    ['UTC+2', '2013-07-01T10:00:00Z'],
    ['Nowhere/Atall', '2013-07-01T12:00:00Z'],
  ])('without a zone it is meant in the zone %s of the charge point', (zone, want) => {
    const got = readTime('2013-07-01T12:00:00', zone);
    expect(got?.text).toBe(want);
    expect(got?.zoneless).toBe(true);
  });

  test('the winter hour of the same zone is another one', () => {
    expect(readTime('2013-01-01T12:00:00', 'Europe/Berlin')?.text).toBe('2013-01-01T11:00:00Z');
  });

  test('says what it lost', () => {
    expect(readTime('2013-02-01T15:09:18.000+00:00', 'UTC')).toMatchObject({
      shifted: false,
      cut: false,
      fraction: false,
    });
    expect(readTime('2013-02-01T15:09:18.1230+01:00', 'UTC')).toMatchObject({
      shifted: true,
      cut: false,
      fraction: true,
    });
    expect(readTime('2013-02-01T15:09:18.1239Z', 'UTC')).toMatchObject({ shifted: false, cut: true, zoneless: false });
  });

  test('milliseconds come with the instant', () => {
    expect(readTime('2013-02-01T15:09:18.25Z', 'UTC')?.ms).toBe(Date.UTC(2013, 1, 1, 15, 9, 18, 250));
  });

  test('the quick look accepts only what needs no change', () => {
    expect(isPlainUtc('2013-02-01T15:09:18Z')).toBe(true);
    expect(isPlainUtc('2013-02-01T15:09:18.1Z')).toBe(true);
    expect(isPlainUtc('2013-02-01T15:09:18.123Z')).toBe(true);
    for (const other of [
      '2013-02-01T15:09:18.1234Z',
      '2013-02-01T15:09:18.Z',
      '2013-02-01T15:09:18+0Z',
      '2013-02-01T15:09:60Z',
      '2013-02-01T24:00:00Z',
      '2o13-02-01T15:09:18Z',
      '2013-02-01T15:09:18z',
      '2013-02-01 15:09:18Z',
    ]) {
      expect(isPlainUtc(other), other).toBe(false);
    }
  });
});
