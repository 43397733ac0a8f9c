/** Which calls of 1.6 and of 2.0.1 belong together, for whoever watches both ends. */
const COUNTERPARTS: Readonly<Record<string, readonly string[]>> = {
  TransactionEvent: ['StartTransaction', 'StopTransaction', 'MeterValues', 'StatusNotification'],
  NotifyEvent: ['StatusNotification'],
  LogStatusNotification: ['DiagnosticsStatusNotification'],
  RequestStartTransaction: ['RemoteStartTransaction'],
  RequestStopTransaction: ['RemoteStopTransaction'],
  GetVariables: ['GetConfiguration'],
  SetVariables: ['ChangeConfiguration'],
  GetBaseReport: ['GetConfiguration'],
  GetReport: ['GetConfiguration'],
  GetLog: ['GetDiagnostics'],
};

/** Whether a call in JSON and one in SOAP can be the two halves of one exchange. */
export function belongTogether(json: string, soap: string): boolean {
  return json === soap || COUNTERPARTS[json]?.includes(soap) === true;
}
