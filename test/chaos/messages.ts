import type { Booked } from './book.ts';
import type { Said, Session } from './device.ts';

/** What a charge point said in a session, and what the CSMS must have of it, in the words of either version. */

type Payload = Booked['payload'];

export interface Message {
  readonly about: string;
  readonly said: Said;
  readonly fits: (payload: Payload) => boolean;
  /** The CSMS need not have it: OCPP 1.6 has no such event, and 2.0.1 none that tells nothing new. */
  readonly optional?: true;
}

/** Start, readings, stop. */
export function messagesOf(session: Session): [Message, ...Message[]] {
  const { connectorId, startedAt, stoppedAt, meterStart, meterStop, readings, statuses, start, stop } = session;
  const here = (payload: Payload) => payload['connectorId'] === connectorId;
  return [
    {
      ...{ about: `StartTransaction/${startedAt}`, said: start },
      fits: (payload) =>
        isEvent(payload)
          ? evseOf(payload) === connectorId && energyOf(payload, 'Transaction.Begin') === meterStart
          : here(payload) && payload['meterStart'] === meterStart,
    },
    ...statuses.map(
      ({ at, said }): Message => ({
        ...{ about: `MeterValues/${at}`, said, optional: true },
        fits: (payload) => payload['triggerReason'] === 'ChargingStateChanged',
      }),
    ),
    ...readings.map(
      ({ at, energy, said }): Message => ({
        ...{ about: `MeterValues/${at}`, said },
        fits: (payload) =>
          isEvent(payload)
            ? energyOf(payload) === energy
            : here(payload) && JSON.stringify(payload['meterValue']).includes(`"${energy}"`),
      }),
    ),
    {
      ...{ about: `StopTransaction/${stoppedAt}`, said: stop },
      fits: (payload) =>
        isEvent(payload) ? energyOf(payload, 'Transaction.End') === meterStop : payload['meterStop'] === meterStop,
    },
  ];
}

/** TransactionEvent. */
function isEvent(payload: Payload): boolean {
  return payload['transactionInfo'] !== undefined;
}

function evseOf(payload: Payload): number | undefined {
  return (payload['evse'] as { readonly id?: number } | undefined)?.id;
}

interface Sample {
  readonly value: number;
  readonly context?: string;
  readonly measurand?: string;
  readonly unitOfMeasure?: { readonly unit?: string; readonly multiplier?: number };
}

/** Wh; the one reading of the register with this context. */
function energyOf(payload: Payload, context?: string): number | undefined {
  const values = (payload['meterValue'] ?? []) as readonly { readonly sampledValue: readonly Sample[] }[];
  const samples = values
    .flatMap(({ sampledValue }) => sampledValue)
    .filter(({ measurand = 'Energy.Active.Import.Register' }) => measurand === 'Energy.Active.Import.Register')
    .filter((sample) => context === undefined || sample.context === context);
  const [sample] = samples;
  if (sample === undefined || samples.length > 1) return undefined;
  const { unit = 'Wh', multiplier = 0 } = sample.unitOfMeasure ?? {};
  return sample.value * 10 ** multiplier * (unit === 'kWh' ? 1000 : 1);
}

/** The CSMS's id of the transaction that it belongs to, if it says one. */
export function transactionOf({ payload, transactionId }: Booked): number | string | undefined {
  if (transactionId !== undefined) return transactionId;
  const info = payload['transactionInfo'] as { readonly transactionId: string } | undefined;
  const id = payload['transactionId'];
  return info?.transactionId ?? (id === undefined ? undefined : Number(id));
}

export function seqNoOf({ payload }: Booked): number | undefined {
  const seqNo = payload['seqNo'];
  return typeof seqNo === 'number' ? seqNo : undefined;
}

/** OCPP 2.0.1 E04: the same event may be told once live and once as one that had waited. */
export function comparable({ payload }: Booked, withoutId: boolean): string {
  const { offline: _, transactionId, ...rest } = payload;
  return JSON.stringify(withoutId || transactionId === undefined ? rest : { ...rest, transactionId });
}
