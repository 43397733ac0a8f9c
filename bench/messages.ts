/** What a 1.5 charge point sends, 1 to 2 KB each. */

type Body = (identity: string, n: number, transactionId: number) => string;

const BODIES = {
  BootNotification: (identity) =>
    `<cs:bootNotificationRequest><cs:chargePointVendor>Bench</cs:chargePointVendor><cs:chargePointModel>M1</cs:chargePointModel><cs:chargePointSerialNumber>${identity}</cs:chargePointSerialNumber><cs:firmwareVersion>1.0.3</cs:firmwareVersion></cs:bootNotificationRequest>`,
  Authorize: (identity) => `<cs:authorizeRequest><cs:idTag>${identity.slice(-8)}</cs:idTag></cs:authorizeRequest>`,
  DataTransfer: (identity, n) =>
    `<cs:dataTransferRequest><cs:vendorId>com.example.bench</cs:vendorId><cs:messageId>state</cs:messageId><cs:data>${identity} ${n} temperature=41.5 door=closed fan=on</cs:data></cs:dataTransferRequest>`,
  Occupied: (_identity, n) => status('Occupied', n),
  Available: (_identity, n) => status('Available', n),
  StartTransaction: (identity, n) =>
    `<cs:startTransactionRequest><cs:connectorId>1</cs:connectorId><cs:idTag>${identity.slice(-8)}</cs:idTag><cs:timestamp>${time(n)}</cs:timestamp><cs:meterStart>${n}</cs:meterStart></cs:startTransactionRequest>`,
  MeterValues: (_identity, n, transactionId) =>
    `<cs:meterValuesRequest><cs:connectorId>1</cs:connectorId><cs:transactionId>${transactionId}</cs:transactionId><cs:values><cs:timestamp>${time(n)}</cs:timestamp><cs:value unit="Wh" measurand="Energy.Active.Import.Register" context="Sample.Periodic" format="Raw" location="Outlet">${n}</cs:value><cs:value unit="Amp" measurand="Current.Import">15.9</cs:value><cs:value unit="Volt" measurand="Voltage">231.4</cs:value></cs:values></cs:meterValuesRequest>`,
  StopTransaction: (identity, n, transactionId) =>
    `<cs:stopTransactionRequest><cs:transactionId>${transactionId}</cs:transactionId><cs:idTag>${identity.slice(-8)}</cs:idTag><cs:timestamp>${time(n)}</cs:timestamp><cs:meterStop>${n}</cs:meterStop></cs:stopTransactionRequest>`,
  Heartbeat: () => '<cs:heartbeatRequest/>',
} as const satisfies Record<string, Body>;

function status(word: string, n: number): string {
  return `<cs:statusNotificationRequest><cs:connectorId>1</cs:connectorId><cs:status>${word}</cs:status><cs:errorCode>NoError</cs:errorCode><cs:timestamp>${time(n)}</cs:timestamp></cs:statusNotificationRequest>`;
}

export type MessageName = keyof typeof BODIES;

/** What a charge point says over and over. `talk` changes nothing that must survive; `session` is a charging session. */
export const CYCLES: Readonly<Record<'talk' | 'session', readonly MessageName[]>> = {
  talk: ['Heartbeat', 'Authorize', 'DataTransfer'],
  session: [
    'Occupied',
    'StartTransaction',
    'MeterValues',
    'MeterValues',
    'MeterValues',
    'StopTransaction',
    'Available',
    'Heartbeat',
  ],
};

function time(n: number): string {
  return new Date(1_700_000_000_000 + n * 1000).toISOString();
}

/** A whole HTTP request, `n` making its content unlike any before. */
export function httpRequest(
  host: string,
  identity: string,
  name: MessageName,
  n: number,
  transactionId: number,
): Buffer {
  const body = BODIES[name](identity, n, transactionId);
  const action = name === 'Occupied' || name === 'Available' ? 'StatusNotification' : name;
  const envelope = `<?xml version="1.0" encoding="UTF-8"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:wsa5="http://www.w3.org/2005/08/addressing" xmlns:cs="urn://Ocpp/Cs/2012/06/"><SOAP-ENV:Header><cs:chargeBoxIdentity>${identity}</cs:chargeBoxIdentity><wsa5:MessageID>urn:uuid:${identity}-${n}</wsa5:MessageID><wsa5:From><wsa5:Address>http://127.0.0.1:9999/</wsa5:Address></wsa5:From><wsa5:ReplyTo SOAP-ENV:mustUnderstand="true"><wsa5:Address>http://www.w3.org/2005/08/addressing/anonymous</wsa5:Address></wsa5:ReplyTo><wsa5:To SOAP-ENV:mustUnderstand="true">http://${host}/</wsa5:To><wsa5:Action SOAP-ENV:mustUnderstand="true">/${action}</wsa5:Action></SOAP-ENV:Header><SOAP-ENV:Body>${body}</SOAP-ENV:Body></SOAP-ENV:Envelope>`;
  const head = `POST / HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: gSOAP/2.8\r\nContent-Type: application/soap+xml; charset=utf-8; action="/${action}"\r\nContent-Length: ${Buffer.byteLength(envelope)}\r\n\r\n`;
  return Buffer.from(head + envelope);
}
