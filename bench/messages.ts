/** The message mix of the benchmark: what a 1.5 charge point sends over a session, 1 to 2 KB each. */

const BODIES: Readonly<Record<string, (identity: string, n: number) => string>> = {
  BootNotification: (identity) =>
    `<cs:bootNotificationRequest><cs:chargePointVendor>Bench</cs:chargePointVendor><cs:chargePointModel>M1</cs:chargePointModel><cs:chargePointSerialNumber>${identity}</cs:chargePointSerialNumber><cs:firmwareVersion>1.0.3</cs:firmwareVersion></cs:bootNotificationRequest>`,
  StatusNotification: (_identity, n) =>
    `<cs:statusNotificationRequest><cs:connectorId>1</cs:connectorId><cs:status>${n % 2 ? 'Available' : 'Occupied'}</cs:status><cs:errorCode>NoError</cs:errorCode><cs:timestamp>${time(n)}</cs:timestamp></cs:statusNotificationRequest>`,
  StartTransaction: (identity, n) =>
    `<cs:startTransactionRequest><cs:connectorId>1</cs:connectorId><cs:idTag>${identity.slice(-8)}</cs:idTag><cs:timestamp>${time(n)}</cs:timestamp><cs:meterStart>${n}</cs:meterStart></cs:startTransactionRequest>`,
  MeterValues: (_identity, n) =>
    `<cs:meterValuesRequest><cs:connectorId>1</cs:connectorId><cs:transactionId>${n}</cs:transactionId><cs:values><cs:timestamp>${time(n)}</cs:timestamp><cs:value unit="Wh" measurand="Energy.Active.Import.Register" context="Sample.Periodic" format="Raw" location="Outlet">${n}</cs:value><cs:value unit="Amp" measurand="Current.Import">15.9</cs:value><cs:value unit="Volt" measurand="Voltage">231.4</cs:value></cs:values></cs:meterValuesRequest>`,
  Heartbeat: () => '<cs:heartbeatRequest/>',
};

export const MIX = Object.keys(BODIES);

function time(n: number): string {
  return new Date(1_700_000_000_000 + n * 1000).toISOString();
}

/** A whole HTTP request, `n` making its content unlike any before. */
export function httpRequest(host: string, identity: string, action: string, n: number): Buffer {
  const body = BODIES[action]?.(identity, n) ?? '';
  const envelope = `<?xml version="1.0" encoding="UTF-8"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:wsa5="http://www.w3.org/2005/08/addressing" xmlns:cs="urn://Ocpp/Cs/2012/06/"><SOAP-ENV:Header><cs:chargeBoxIdentity>${identity}</cs:chargeBoxIdentity><wsa5:MessageID>urn:uuid:${identity}-${n}</wsa5:MessageID><wsa5:From><wsa5:Address>http://127.0.0.1:9999/</wsa5:Address></wsa5:From><wsa5:ReplyTo SOAP-ENV:mustUnderstand="true"><wsa5:Address>http://www.w3.org/2005/08/addressing/anonymous</wsa5:Address></wsa5:ReplyTo><wsa5:To SOAP-ENV:mustUnderstand="true">http://${host}/</wsa5:To><wsa5:Action SOAP-ENV:mustUnderstand="true">/${action}</wsa5:Action></SOAP-ENV:Header><SOAP-ENV:Body>${body}</SOAP-ENV:Body></SOAP-ENV:Envelope>`;
  const head = `POST / HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: gSOAP/2.8\r\nContent-Type: application/soap+xml; charset=utf-8; action="/${action}"\r\nContent-Length: ${Buffer.byteLength(envelope)}\r\n\r\n`;
  return Buffer.from(head + envelope);
}
