import type { SoapVersion } from '../../base/message.ts';
import { runSimulate } from '../simulate/fleet.ts';

interface Options {
  readonly csms: string;
  readonly version: SoapVersion | 'mix';
  readonly count: number;
  readonly rate: number;
  readonly duration: number;
  readonly callbackHost: string;
  readonly callbackPort: number;
  readonly callbackUrl?: string;
  readonly seed: number;
}

/** `simulate`: a fleet against any SOAP central system. Exit code 1 when something was not delivered. */
export async function simulate(options: Options): Promise<void> {
  const result = await runSimulate({ ...options, out: process.stdout });
  process.exitCode = result.undelivered === 0 && result.oddities.length === 0 ? 0 : 1;
}
