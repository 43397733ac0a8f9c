import type { JsonObject } from '../../src/base/message.ts';
import { loadJsonContract } from '../../src/contract/ocppj.ts';

/** What the CSMS says in each version of OCPP. */

export const PROTOCOLS = ['ocpp1.6', 'ocpp2.0.1'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export interface Tongue {
  /** What it writes into its book. */
  readonly kept: ReadonlySet<string>;
  /** What it says to a message that it finds fault with. */
  readonly complaints: readonly [string, ...string[]];
  /** OCPP 2.0.1 B01: every link begins with a BootNotification. In 1.6 one is enough as long as the CSMS runs. */
  readonly bootsOnEachLink: boolean;
  /** What is wrong with a call by its schema. */
  violation(action: string, payload: JsonObject): string | undefined;
  /** `transactionId`: given to a start. */
  answer(action: string, payload: JsonObject, transactionId: number | undefined): object;
}

const ACCEPTED = { status: 'Accepted' };

function violationOf(protocol: Protocol): Tongue['violation'] {
  const contract = loadJsonContract(protocol);
  return (action, payload) => contract.check(action, 'request', payload)?.reason;
}

function answers16(action: string, transactionId: number | undefined): object {
  const currentTime = new Date().toISOString();
  if (action === 'BootNotification') return { ...ACCEPTED, currentTime, interval: 300 };
  if (action === 'Heartbeat') return { currentTime };
  if (action === 'StartTransaction') return { transactionId, idTagInfo: ACCEPTED };
  return action === 'Authorize' ? { idTagInfo: ACCEPTED } : {};
}

function answers201(action: string, payload: JsonObject): object {
  const currentTime = new Date().toISOString();
  if (action === 'BootNotification') return { ...ACCEPTED, currentTime, interval: 300 };
  if (action === 'Heartbeat') return { currentTime };
  if (action === 'DataTransfer') return ACCEPTED;
  const judges = action === 'Authorize' || (action === 'TransactionEvent' && payload['idToken'] !== undefined);
  return judges ? { idTokenInfo: ACCEPTED } : {};
}

export const TONGUES: Readonly<Record<Protocol, () => Tongue>> = {
  'ocpp1.6': () => ({
    kept: new Set(['StartTransaction', 'MeterValues', 'StopTransaction']),
    complaints: ['PropertyConstraintViolation', 'FormationViolation', 'TypeConstraintViolation'],
    bootsOnEachLink: false,
    violation: violationOf('ocpp1.6'),
    answer: (action, _payload, transactionId) => answers16(action, transactionId),
  }),
  'ocpp2.0.1': () => ({
    kept: new Set(['TransactionEvent', 'MeterValues']),
    complaints: ['PropertyConstraintViolation', 'FormatViolation', 'TypeConstraintViolation'],
    bootsOnEachLink: true,
    violation: violationOf('ocpp2.0.1'),
    answer: (action, payload) => answers201(action, payload),
  }),
};
