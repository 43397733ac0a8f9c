import type { Json, JsonObject } from '../../../base/message.ts';
import type { StationConverter } from './converter.ts';

/** OCPP 1.6 counts periods from startSchedule, 2.0.1 from scheduleStart: a composite schedule begins where it was asked for. */
export const shiftPeriods: StationConverter = {
  does: 'counts the periods of a schedule from where the schedule asked for begins, and ends them with it',
  takes: 'list',
  gives: 'list',
  args: ['scheduleStart', 'startSchedule', 'duration'],
  total: true,
  losses: [],
  convert(value, [scheduleStart, startSchedule, duration]) {
    if (!Array.isArray(value)) return value;
    const shift =
      typeof scheduleStart === 'string' && typeof startSchedule === 'string'
        ? Math.round((Date.parse(startSchedule) - Date.parse(scheduleStart)) / 1000)
        : 0;
    const end = typeof duration === 'number' ? duration : Number.POSITIVE_INFINITY;
    return shifted(value as JsonObject[], shift, end);
  },
};

function shifted(periods: readonly JsonObject[], shift: number, end: number): Json[] {
  const starts = periods.map((period) => Number(period['startPeriod']) + shift);
  return periods.flatMap((period, index): Json[] => {
    const start = starts[index] ?? 0;
    const next = starts[index + 1] ?? Number.POSITIVE_INFINITY;
    if (next <= 0 || start >= end) return [];
    return [{ ...period, startPeriod: Math.max(0, start) }];
  });
}
