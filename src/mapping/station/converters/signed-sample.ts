import type { Json, JsonObject } from '../../../base/message.ts';
import type { Field, Leaf } from '../../../contract/model.ts';
import { isObject } from '../run.ts';
import type { StationConverter } from './converter.ts';
import { readingNumber } from './numbers.ts';

/** Of each of signedMeterData and publicKey (OCPP 2.0.1, SignedMeterValueType). */
const MOST = 2500;

const text = (maxLength: number): Leaf => ({ kind: 'leaf', base: 'string', maxLength });
const field = (name: string, type: Field['type'], min: 0 | 1): Field => ({ name, type, min, max: 1, list: false });
const SIGNED: Field = field(
  'signed',
  {
    kind: 'group',
    name: 'signed',
    fields: [
      field('signedMeterData', text(MOST), 1),
      field('signingMethod', text(50), 1),
      field('encodingMethod', text(50), 1),
      field('publicKey', text(MOST), 1),
    ],
  },
  0,
);

/**
 * Samples of format SignedData (OCA, "Signed Meter Values in OCPP"): OCPP 2.0.1 wants the signed text beside a number. The number is
 * that of the sample's twin without signature, the register given by the flow, or the reading inside of an OCMF text.
 */
export const signedSample: StationConverter = {
  does: 'gives signed samples their number: that of the same sample without a signature, of the transaction, or of the OCMF text; drops those without any',
  takes: 'list',
  gives: 'list',
  args: ['publicKey', 'register'],
  total: true,
  adds: [SIGNED],
  losses: ['mv-signed', 'mv-signature'],
  convert(value, [publicKey, register], scene) {
    if (!Array.isArray(value)) return value;
    const samples = value.filter(isObject);
    if (!samples.some(isSigned)) return value;
    const made = new Map(samples.filter((sample) => !isSigned(sample)).map((sample) => [sample, { ...sample }]));
    const free = new Map<string, JsonObject[]>();
    for (const sample of made.keys()) put(free, sample);
    for (const sample of samples.filter(isSigned)) {
      const raw = String(sample['value']);
      const signed = signedValue(raw, typeof publicKey === 'string' ? publicKey : '');
      const fits = signed['signedMeterData'].length <= MOST && signed['publicKey'].length <= MOST;
      if (!fits) scene.lose('mv-signature');
      const twin = free.get(kindOf(sample))?.[0];
      const numbered = twin === undefined ? numberOf(sample, raw, register) : made.get(twin);
      if (numbered === undefined) scene.lose('mv-signed');
      else {
        made.set(twin ?? sample, fits ? { ...numbered, signed } : numbered);
        if (fits && twin) free.get(kindOf(sample))?.shift();
        else if (!fits && !twin) put(free, sample);
      }
    }
    return samples.flatMap((sample) => made.get(sample) ?? []);
  },
};

const isSigned = (sample: JsonObject): boolean => sample['format'] === 'SignedData';
const DEFAULTS: Readonly<Record<string, string>> = {
  context: 'Sample.Periodic',
  measurand: 'Energy.Active.Import.Register',
  location: 'Outlet',
  phase: '',
};

/** Equal for the same thing measured at the same time, once with and once without a signature. */
function kindOf(sample: JsonObject): string {
  return JSON.stringify(Object.entries(DEFAULTS).map(([name, absent]) => sample[name] ?? absent));
}

/** By kind: the samples that no signature has been put beside yet, in order. */
function put(free: Map<string, JsonObject[]>, sample: JsonObject): void {
  const alike = free.get(kindOf(sample));
  if (alike) alike.push(sample);
  else free.set(kindOf(sample), [sample]);
}

interface Signed extends JsonObject {
  signedMeterData: string;
  signingMethod: string;
  encodingMethod: string;
  publicKey: string;
}

/** The JSON text of the convention, or a bare text of the meter. */
function signedValue(raw: string, publicKey: string): Signed {
  const told = parsed(raw);
  const word = (name: string): string => (typeof told?.[name] === 'string' ? told[name] : '');
  if (told && word('signedMeterData') !== '') {
    return {
      signedMeterData: inBase64(word('signedMeterData')),
      signingMethod: word('signingMethod').slice(0, 50),
      encodingMethod: word('encodingMethod').slice(0, 50),
      publicKey: inBase64(word('publicKey')) || publicKey,
    };
  }
  const encodingMethod = raw.startsWith('OCMF|') ? 'OCMF' : 'Other';
  return { signedMeterData: Buffer.from(raw).toString('base64'), signingMethod: '', encodingMethod, publicKey };
}

/** 2.0.1 wants Base64, whole and on one line; what is none of it is text that somebody forgot to write so. */
function inBase64(text: string): string {
  const written = text.replace(/\s/g, '').replace(/=+$/, '');
  if (!/^[A-Za-z0-9+/]*$/.test(written) || written.length % 4 === 1) return Buffer.from(text).toString('base64');
  return written.padEnd(Math.ceil(written.length / 4) * 4, '=');
}

/** The sample with a number of its own; undefined when none can be told. */
function numberOf(sample: JsonObject, raw: string, register: Json | undefined): JsonObject | undefined {
  const edge = sample['context'] === 'Transaction.Begin' || sample['context'] === 'Transaction.End';
  const energy = (sample['measurand'] ?? DEFAULTS['measurand']) === DEFAULTS['measurand'];
  if (edge && energy && typeof register === 'number') return { ...sample, value: String(register), unit: 'Wh' };
  const told = parsed(raw);
  const data = typeof told?.['signedMeterData'] === 'string' ? fromBase64(told['signedMeterData']) : raw;
  const reading = ocmfReading(data, sample['context']);
  return reading && { ...sample, ...reading };
}

const fromBase64 = (data: string): string =>
  data.startsWith('OCMF|') ? data : Buffer.from(data, 'base64').toString('utf8');

/** OCMF: `OCMF|{"RD":[{"TX":"B","RV":2935.6,"RU":"kWh"}]}|{…}`. TX B begins a transaction; others go on with or end it. */
function ocmfReading(data: string, context: Json | undefined): { value: string; unit: string } | undefined {
  if (!data.startsWith('OCMF|')) return undefined;
  const list = parsed(data.split('|')[1] ?? '')?.['RD'];
  const readings = (Array.isArray(list) ? list : []).filter(isObject);
  const first = readings.find((reading) => reading['TX'] === 'B');
  const reading = context === 'Transaction.Begin' ? (first ?? readings[0]) : readings.at(-1);
  const number = readingNumber(String(reading?.['RV'] ?? ''));
  const unit = reading?.['RU'];
  return number === undefined || (unit !== 'kWh' && unit !== 'Wh') ? undefined : { value: String(number), unit };
}

function parsed(raw: string): JsonObject | undefined {
  try {
    const value = JSON.parse(raw) as Json;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
