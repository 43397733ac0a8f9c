import { errorRow, type Refusal } from '../base/errors.ts';
import type { Ids } from '../base/ids.ts';
import type { SoapObject, SoapVersion } from '../base/message.ts';
import type { Envelope } from '../codec/envelope.ts';
import { writeFault } from '../codec/fault.ts';
import { anonymousAddress, SOAP_NAMESPACES, type SoapEnvelopeVersion } from '../codec/namespaces.ts';
import { DEFAULT_STYLE, type OutHeaders, writeMessage } from '../codec/write.ts';
import type { SoapContracts, SoapOperation } from '../contract/soap-contract.ts';
import type { WireQuirks } from '../session/ports.ts';
import { faultStatus, styleFor } from './quirks.ts';
import type { Reply } from './reply.ts';

const CONTENT_TYPES = {
  '1.1': 'text/xml; charset=utf-8',
  // No action parameter: there are charge points that refuse an answer whose action is not theirs.
  '1.2': 'application/soap+xml; charset=utf-8',
} as const;

type Addressed = Pick<Envelope, 'soap' | 'addressing' | 'headers'>;

/** No identity, From or ReplyTo in answers (OCPP-S 1.6, section 3); nothing at all when the request had no addressing. */
function headersFor({ addressing, headers }: Addressed, action: string, ids: Ids): OutHeaders {
  if (addressing === undefined) return {};
  return {
    action,
    messageId: `urn:uuid:${ids()}`,
    ...(headers.messageId !== undefined && { relatesTo: headers.messageId }),
    to: anonymousAddress(addressing),
  };
}

/** The answer to a request, in the request's own SOAP and WS-Addressing versions. */
export function answerReply(
  operation: SoapOperation,
  answer: SoapObject,
  request: Addressed,
  ids: Ids,
  quirks: WireQuirks = {},
): Reply {
  const { soap, addressing } = request;
  const headers = headersFor(request, operation.answer.action, ids);
  const style = styleFor(quirks, { ...DEFAULT_STYLE, soap, addressing });
  return {
    status: 200,
    contentType: CONTENT_TYPES[soap],
    body: writeMessage(operation.answer, answer, headers, style),
  };
}

/** What is known of a request that is refused. */
export interface Refused {
  readonly bytes: Buffer | undefined;
  readonly envelope: Addressed | undefined;
  readonly version: SoapVersion | undefined;
}

const YEARS: Readonly<Record<string, SoapVersion>> = { '2010/08': '1.2', '2012/06': '1.5', '2015/10': '1.6' };
/** How far into an unreadable message its namespaces are looked for. */
const SNIFFED_BYTES = 4096;

/** The SOAP and OCPP versions of a message that cannot be read, from the namespaces that can be made out. */
function sniffed(bytes: Buffer | undefined): { soap: SoapEnvelopeVersion; version: SoapVersion } {
  const head = bytes?.toString('latin1', 0, SNIFFED_BYTES) ?? '';
  const year = /urn:\/\/Ocpp\/C[sp]\/(\d{4}\/\d{2})/i.exec(head)?.[1] ?? '';
  return { soap: head.includes(SOAP_NAMESPACES['1.1']) ? '1.1' : '1.2', version: YEARS[year] ?? '1.5' };
}

/** The Fault for a refusal; undefined when its code has none and a bare HTTP status is the answer. */
export function faultReply(
  refusal: Refusal,
  refused: Refused,
  contracts: SoapContracts,
  ids: Ids,
  quirks: WireQuirks = {},
): Reply | undefined {
  const row = errorRow(refusal.code);
  if (row.fault === undefined) return undefined;
  const seen = sniffed(refused.envelope && refused.version ? undefined : refused.bytes);
  const { soap = seen.soap, addressing } = refused.envelope ?? {};
  const { namespace } = contracts.service(refused.version ?? seen.version, 'CentralSystem');
  // WS-Addressing 1.0 SOAP binding, section 6: the action of a fault. OCPP defines none.
  const headers = refused.envelope ? headersFor(refused.envelope, `${addressing}/fault`, ids) : {};
  const style = styleFor(quirks, { ...DEFAULT_STYLE, soap, addressing });
  const body = writeFault(row.fault, refusal.reason, refusal.details, namespace, headers, style);
  return { status: faultStatus(row.fault, row.http, quirks), contentType: CONTENT_TYPES[soap], body };
}
