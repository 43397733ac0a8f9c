import { ask, type Post, type RawAnswer } from '../chargepoint/raw-http.ts';

/** SOAP of OCPP 1.5 as text, so that a test can write what no library would. */

const SOAP = 'http://www.w3.org/2003/05/soap-envelope';
const OCPP = 'urn://Ocpp/Cs/2012/06/';
const ADDRESSING = 'http://www.w3.org/2005/08/addressing';

export interface Message {
  /** Written as it is: references and markup too. */
  readonly identity?: string;
  readonly from?: string;
  readonly messageId?: string;
  /** Before the Envelope. */
  readonly prolog?: string;
}

export function envelope(body: string, { identity = 'CP-1', from, messageId, prolog = '' }: Message = {}): string {
  const address = from === undefined ? '' : `<wsa:From><wsa:Address>${from}</wsa:Address></wsa:From>`;
  const id = messageId === undefined ? '' : `<wsa:MessageID>${messageId}</wsa:MessageID>`;
  return (
    `${prolog}<s:Envelope xmlns:s="${SOAP}" xmlns:wsa="${ADDRESSING}" xmlns:o="${OCPP}">` +
    `<s:Header><o:chargeBoxIdentity>${identity}</o:chargeBoxIdentity>${address}${id}</s:Header>` +
    `<s:Body>${body}</s:Body></s:Envelope>`
  );
}

export const heartbeat = '<o:heartbeatRequest/>';

export function boot(vendor = 'Acme'): string {
  return (
    `<o:bootNotificationRequest><o:chargePointVendor>${vendor}</o:chargePointVendor>` +
    '<o:chargePointModel>M1</o:chargePointModel></o:bootNotificationRequest>'
  );
}

export function authorize(idTag: string): string {
  return `<o:authorizeRequest><o:idTag>${idTag}</o:idTag></o:authorizeRequest>`;
}

export function status(connectorId: string | number, word = 'Available'): string {
  return (
    `<o:statusNotificationRequest><o:connectorId>${connectorId}</o:connectorId><o:status>${word}</o:status>` +
    '<o:errorCode>NoError</o:errorCode></o:statusNotificationRequest>'
  );
}

export function start(connectorId: number, idTag: string, meterStart: number | string, timestamp: string): string {
  return (
    `<o:startTransactionRequest><o:connectorId>${connectorId}</o:connectorId><o:idTag>${idTag}</o:idTag>` +
    `<o:timestamp>${timestamp}</o:timestamp><o:meterStart>${meterStart}</o:meterStart></o:startTransactionRequest>`
  );
}

export function stop(transactionId: number, meterStop: number, timestamp: string): string {
  return (
    `<o:stopTransactionRequest><o:transactionId>${transactionId}</o:transactionId><o:timestamp>${timestamp}</o:timestamp>` +
    `<o:meterStop>${meterStop}</o:meterStop></o:stopTransactionRequest>`
  );
}

export function meterValues(
  connectorId: number,
  transactionId: number | undefined,
  values: readonly string[],
  timestamp: string,
): string {
  const id = transactionId === undefined ? '' : `<o:transactionId>${transactionId}</o:transactionId>`;
  const samples = values.map((value) => `<o:value>${value}</o:value>`).join('');
  return (
    `<o:meterValuesRequest><o:connectorId>${connectorId}</o:connectorId>${id}` +
    `<o:values><o:timestamp>${timestamp}</o:timestamp>${samples}</o:values></o:meterValuesRequest>`
  );
}

const XML_HEADERS = { 'Content-Type': 'application/soap+xml; charset=utf-8' };

/** Posts on a connection of its own; undefined when it ended without an answer. */
export function post(port: number, body: string | Buffer, more: Post = {}): Promise<RawAnswer | undefined> {
  return ask(port, { target: '/ws', ...more, headers: { ...XML_HEADERS, ...more.headers }, body });
}

/** The text of the first element of this local name. */
export function textOf(xml: string, name: string): string | undefined {
  return new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?>([^<]*)<`).exec(xml)?.[1];
}
