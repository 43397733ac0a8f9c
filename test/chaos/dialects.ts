import type { SoapVersion } from '../../src/base/message.ts';

/** What a charge point of each version says in a session, as text. */

const NAMESPACES: Readonly<Record<SoapVersion, string>> = {
  '1.2': 'urn://Ocpp/Cs/2010/08/',
  '1.5': 'urn://Ocpp/Cs/2012/06/',
  '1.6': 'urn://Ocpp/Cs/2015/10/',
};

export interface Head {
  readonly version: SoapVersion;
  readonly identity: string;
  readonly messageId: string;
}

export function envelope({ version, identity, messageId }: Head, body: string): string {
  return (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://www.w3.org/2005/08/addressing"' +
    ` xmlns:o="${NAMESPACES[version]}"><s:Header><o:chargeBoxIdentity>${identity}</o:chargeBoxIdentity>` +
    `<wsa:MessageID>${messageId}</wsa:MessageID></s:Header><s:Body>${body}</s:Body></s:Envelope>`
  );
}

function request(name: string, fields: readonly (readonly [string, string | number] | string)[]): string {
  const parts = fields.map((field) => (typeof field === 'string' ? field : element(...field)));
  return element(`${name}Request`, parts.join(''));
}

function element(name: string, content: string | number): string {
  return `<o:${name}>${content}</o:${name}>`;
}

export function boot(): string {
  return request('bootNotification', [
    ['chargePointVendor', 'Acme'],
    ['chargePointModel', 'M1'],
  ]);
}

/** 1.6 alone knows these words. */
export function status(connectorId: number, word: string, timestamp: string): string {
  return request('statusNotification', [
    ['connectorId', connectorId],
    ['status', word],
    ['errorCode', 'NoError'],
    ['timestamp', timestamp],
  ]);
}

export function start(connectorId: number, timestamp: string, meterStart: number): string {
  return request('startTransaction', [
    ['connectorId', connectorId],
    ['idTag', 'TAG1'],
    ['timestamp', timestamp],
    ['meterStart', meterStart],
  ]);
}

export function stop(transactionId: number, timestamp: string, meterStop: number): string {
  return request('stopTransaction', [
    ['transactionId', transactionId],
    ['timestamp', timestamp],
    ['meterStop', meterStop],
  ]);
}

/** One reading, Wh; 1.2 cannot say of which transaction. */
export function reading(
  version: SoapVersion,
  connectorId: number,
  transactionId: number,
  timestamp: string,
  energy: number,
): string {
  const sample = version === '1.6' ? element('sampledValue', element('value', energy)) : element('value', energy);
  return request('meterValues', [
    ['connectorId', connectorId],
    ...(version === '1.2' ? [] : [['transactionId', transactionId] as const]),
    element(version === '1.6' ? 'meterValue' : 'values', element('timestamp', timestamp) + sample),
  ]);
}
