/** A SOAP 1.2 request of OCPP 1.5 around `body`, with these header elements. */
export function envelope(body: string, headers = ''): string {
  return (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing" ' +
    `xmlns:o="urn://Ocpp/Cs/2012/06/"><s:Header>${headers}</s:Header><s:Body>${body}</s:Body></s:Envelope>`
  );
}

/** A complete message in the usual dress, with a bit of everything that XML offers. */
export const SAMPLE = `<?xml version="1.0" encoding="UTF-8"?>
<!-- a station in Köln -->
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa5='http://www.w3.org/2005/08/addressing' xmlns:cs="urn://Ocpp/Cs/2012/06/">
  <SOAP-ENV:Header>
    <cs:chargeBoxIdentity SOAP-ENV:mustUnderstand="true"> CP&#45;0001 </cs:chargeBoxIdentity>
    <wsa5:MessageID>urn:uuid:1b4e28ba</wsa5:MessageID>
    <wsa5:From><wsa5:Address>http://10.0.0.7:8080/?a=1&amp;b=2</wsa5:Address></wsa5:From>
    <wsa5:Action SOAP-ENV:mustUnderstand="true">/StopTransaction</wsa5:Action>
  </SOAP-ENV:Header>
  <SOAP-ENV:Body>
    <cs:stopTransactionRequest>
      <cs:transactionId>17</cs:transactionId>
      <cs:idTag><![CDATA[A<B&C]]></cs:idTag>
      <cs:timestamp>2024-03-09T10:15:30Z</cs:timestamp>
      <cs:meterStop>4711</cs:meterStop><?pi don't?>
      <cs:transactionData><cs:values><cs:timestamp>2024-03-09T10:15:00Z</cs:timestamp>
        <cs:value unit="Wh" measurand="Energy.Active.Import.Register">4711</cs:value></cs:values></cs:transactionData>
    </cs:stopTransactionRequest>
  </SOAP-ENV:Body>
</SOAP-ENV:Envelope>
`;
