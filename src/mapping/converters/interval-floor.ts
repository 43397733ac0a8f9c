import type { Converter } from './converter.ts';

/** An interval of 0 leaves the pause to the charge point, which may then not pause at all. */
export const intervalFloor: Converter = {
  does: 'gives 300 seconds instead of less than 10 when accepted, 60 instead of 0 otherwise',
  takes: 'int',
  gives: 'int',
  args: ['status'],
  total: true,
  losses: ['interval-floor'],
  convert(value, [status], scene) {
    if (typeof value !== 'number') return undefined;
    const least = status === 'Accepted' ? 10 : 1;
    if (value >= least) return value;
    scene.lose('interval-floor', String(value));
    return status === 'Accepted' ? 300 : 60;
  },
};
