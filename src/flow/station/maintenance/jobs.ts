import type { Context } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { stationOf } from '../rules.ts';
import type { Job } from '../state.ts';

/** Firmware updates and uploads of a log that the CSMS asked for: 1.6 tells their progress without saying which one it means. */

/** A charge point that says nothing more for so long has given up, ms. */
export const JOB_ENDS_AFTER = 24 * 3_600_000;

/** Whether it is still going on, as far as anyone has said. */
export function running(job: Job | undefined, context: Context): job is Job {
  return job !== undefined && job.endedAt === undefined && context.now < job.at + JOB_ENDS_AFTER;
}

export function installing(state: ChargePointState, context: Context): boolean {
  const { firmwareJob } = stationOf(state);
  return running(firmwareJob, context) && firmwareJob.status === 'Installing';
}

/** Where files are fetched from or brought to: 1.6 wants a URI, and XML carries it as it is. */
export function isUri(text: unknown): boolean {
  return typeof text === 'string' && /^[!-~]+$/.test(text) && URL.canParse(text);
}
