/** What the standard says in prose and no schema holds. */

/** Never written, whoever knows them: a misspelling, and a unit that only some copies of the schema have. */
export const UNWRITTEN_WORDS: readonly string[] = ['Celcius', 'Hertz'];

/** Texts whose white space and emptiness mean something. */
export const OPAQUE_FIELDS: readonly string[] = ['data', 'value'];

/** Ids of transactions: the two banks may know different ones. */
export const TRANSACTION_FIELDS: readonly string[] = ['transactionId'];

/** Messages that decide about money: never answered while nobody keeps them, never given up for an outage. */
export const TRANSACTION_MESSAGES: readonly string[] = ['MeterValues', 'StartTransaction', 'StopTransaction'];

/**
 * What a call is worth while the CSMS is away. `refuse`: only the CSMS may answer it, so the charge point must keep it (or a flow does).
 * `answer`: the bridge may say that it is there. `last`, `last-per-connector`: a state, of which the newest counts.
 */
export const WHILE_AWAY: Readonly<Record<string, 'refuse' | 'answer' | 'last' | 'last-per-connector'>> = {
  Authorize: 'refuse',
  BootNotification: 'answer',
  DataTransfer: 'refuse',
  DiagnosticsStatusNotification: 'last',
  FirmwareStatusNotification: 'last',
  Heartbeat: 'answer',
  MeterValues: 'refuse',
  StartTransaction: 'refuse',
  StatusNotification: 'last-per-connector',
  StopTransaction: 'refuse',
};

/** Tags: identify a person's card; a long one has an alias. */
export const TAG_FIELDS: readonly string[] = ['idTag', 'parentIdTag'];

/** Amounts: too large ones become the largest. Ids and positions never do. */
const AMOUNTS: readonly string[] = ['interval', 'retries', 'retryInterval', 'duration'];

export const isAmount = (name: string): boolean => AMOUNTS.includes(name);

/** The least value of a number, by operation and field. */
export function leastOf(operation: string, part: 'request' | 'answer', field: string): number | undefined {
  if (field === 'connectorId') return 0;
  // OCPP 1.6, 5.15: 0 and -1 have other meanings in GetLocalListVersion.
  if (operation === 'SendLocalList' && part === 'request' && field === 'listVersion') return 1;
  return undefined;
}
