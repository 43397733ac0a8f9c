import { BridgeError } from '../base/errors.ts';
import type { JsonObject } from '../base/message.ts';
import type { Row, Stored } from './store.ts';

/** What one stored text holds. Every record says the version of its own shape (`v`) and whose it is. */

/** Raised when the shape of a record changes; older shapes must stay readable. */
const RECORD_VERSION = 1;

interface StateRecord {
  readonly v: number;
  readonly identity: string;
  readonly revision: number;
  readonly state: JsonObject;
}

interface RowRecord {
  readonly v: number;
  readonly kind: string;
  readonly key: string;
  readonly value: JsonObject;
}

export function writeState(identity: string, revision: number, state: JsonObject): string {
  return JSON.stringify({ v: RECORD_VERSION, identity, revision, state } satisfies StateRecord);
}

export function writeRow(row: Row): string {
  return JSON.stringify({ v: RECORD_VERSION, kind: row.kind, key: row.key, value: row.value } satisfies RowRecord);
}

/** Throws StoreFailed when the text is damaged or of a newer shape. */
export function readState(text: string): Stored & { readonly identity: string } {
  const { identity, revision, state } = parsed<StateRecord>(text, 'state');
  return { identity, revision, state };
}

/** Throws StoreFailed when the text is damaged or of a newer shape. */
export function readRow(text: string): Row {
  const { kind, key, value } = parsed<RowRecord>(text, 'value');
  return { kind, key, value };
}

function parsed<T extends { readonly v: number }>(text: string, content: keyof T & string): T {
  let record: T;
  try {
    record = JSON.parse(text) as T;
  } catch (cause) {
    throw new BridgeError('StoreFailed', 'a stored record is damaged', { cause });
  }
  if (typeof record?.v !== 'number') throw new BridgeError('StoreFailed', 'a stored record is damaged');
  if (record.v > RECORD_VERSION) {
    const reason = `a stored record has version ${record.v}, this program reads up to ${RECORD_VERSION}: it was written by a newer one`;
    throw new BridgeError('StoreFailed', reason);
  }
  if (typeof record[content] !== 'object') throw new BridgeError('StoreFailed', 'a stored record is damaged');
  return record;
}

/** The refusal of every store when someone else wrote in between. */
export function revisionConflict(identity: string, revision: number): BridgeError {
  return new BridgeError('StoreFailed', `the state of ${identity} is not at revision ${revision - 1}: another writer`);
}
