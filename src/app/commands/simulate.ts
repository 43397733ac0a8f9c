import type { SoapVersion } from '../../base/message.ts';
import { runSimulate } from '../simulate/fleet.ts';

interface Options {
  readonly csms: string;
  readonly version: SoapVersion | 'mix';
  readonly count: number;
  readonly connectors: number;
  readonly prefix: string;
  readonly rate: number;
  readonly duration: number;
  readonly messages?: number;
  readonly speed: number;
  readonly answerWithin: number;
  readonly keepAlive: boolean;
  readonly callbackHost: string;
  readonly callbackPort: number;
  readonly callbackUrl?: string;
  readonly seed: number;
  readonly wsdl?: string;
}

/** `simulate`: a fleet against any SOAP central system. Exit code 1 when a message failed or something was not delivered. */
export async function simulate(options: Options): Promise<void> {
  const { undelivered, oddities, figures } = await runSimulate({ ...options, out: process.stdout });
  process.exitCode = figures.all.errors === 0 && undelivered === 0 && oddities.length === 0 ? 0 : 1;
}
