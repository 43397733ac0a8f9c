import { BridgeError } from '../base/errors.ts';
import type { SoapObject } from '../base/message.ts';
import { type Envelope, readEnvelope } from '../codec/envelope.ts';
import { readFault } from '../codec/fault.ts';
import { readMessage } from '../codec/read.ts';
import { decodeText } from '../codec/text.ts';
import type { SoapMessage } from '../contract/soap-contract.ts';
import { charsetOf, decompress } from './body.ts';
import type { HttpAnswer } from './dial.ts';
import { refusalOfFault } from './refusal.ts';

/** Statuses that say that the charge point's application never saw the call. Others leave it open. */
const NOT_REACHED: Readonly<Record<number, string>> = {
  301: 'redirects, which are not followed',
  302: 'redirects, which are not followed',
  303: 'redirects, which are not followed',
  307: 'redirects, which are not followed',
  308: 'redirects, which are not followed',
  401: 'asks for other credentials',
  403: 'refuses access',
  404: 'knows no such path',
  405: 'takes no calls on this path',
  407: 'asks for credentials of a proxy',
  410: 'knows no such path',
  415: 'does not take SOAP',
  429: 'has too much to do',
  503: 'is not ready',
};

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

/** A page of a proxy or a login in the place of SOAP. */
function notSoap(status: number, problem: string, cause?: unknown): BridgeError {
  const options = { details: { httpStatus: String(status) }, ...(cause !== undefined && { cause }) };
  const why = NOT_REACHED[status];
  if (why !== undefined) {
    return new BridgeError('DeviceUnreachable', `the callback address ${why} (HTTP ${status} without SOAP)`, options);
  }
  return new BridgeError('DeviceAnswerInvalid', `the charge point answers HTTP ${status} ${problem}`, options);
}

async function envelopeOf({ status, headers, bytes }: HttpAnswer, maxBytes: number): Promise<Envelope> {
  let body: Buffer;
  try {
    body = await decompress(bytes, single(headers['content-encoding']), maxBytes);
  } catch (cause) {
    throw notSoap(status, 'with a body that cannot be decompressed', cause);
  }
  const text = decodeText(body, charsetOf(single(headers['content-type'])));
  if (text === '') throw notSoap(status, 'without a body');
  if (!text.startsWith('<') || /^<(?:!doctype\s+)?html\b/i.test(text))
    throw notSoap(status, 'with something that is not SOAP');
  try {
    return readEnvelope(text);
  } catch (cause) {
    const why = cause instanceof BridgeError ? `: ${cause.message}` : '';
    throw notSoap(status, `with something that is not SOAP${why}`, cause);
  }
}

/**
 * The value of a charge point's answer. A Fault counts under any status (200, 400 and 500 all occur), an answer only
 * under 2xx; headers are not looked at, since many charge points leave them out.
 * Rejects: `Device…` by the Fault, `DeviceUnreachable` when only something in front answered, `DeviceAnswerInvalid`.
 */
export async function readAnswer(
  answer: HttpAnswer,
  message: SoapMessage,
  maxBytes: number,
): Promise<{ value: SoapObject; losses: string[] }> {
  const { body } = await envelopeOf(answer, maxBytes);
  const fault = readFault(body);
  if (fault) throw refusalOfFault(fault);
  const details = { httpStatus: String(answer.status) };
  if (answer.status < 200 || answer.status > 299) {
    throw new BridgeError('DeviceAnswerInvalid', `the charge point answers HTTP ${answer.status}`, { details });
  }
  if (body.name.toLowerCase() !== message.element.toLowerCase()) {
    throw new BridgeError('DeviceAnswerInvalid', `the charge point answers with ${body.name}, not ${message.element}`, {
      details,
    });
  }
  try {
    return readMessage(body, message);
  } catch (cause) {
    const why = cause instanceof BridgeError ? `: ${cause.message}` : '';
    throw new BridgeError('DeviceAnswerInvalid', `the answer of the charge point is not usable${why}`, {
      cause,
      details,
    });
  }
}
