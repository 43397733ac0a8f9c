import type { RootDatabase } from 'lmdb';
import { BridgeError } from '../base/errors.ts';
import { rowKey, stateKey } from './keys.ts';
import { readRow, readState } from './record.ts';
import { hasSum, unsealed } from './seal.ts';

/** Raised when keys or records change so that older programs would misread them. */
const FORMAT = 1;
const FORMAT_KEY = Buffer.from('format');
const STATE = stateKey('')[0];
const ROW = rowKey('', '', '')[0];

/** Throws StoreFailed unless this is a store of this program, and whole. A new one is given its format. */
export async function checkContent(db: RootDatabase<string, Buffer>, path: string): Promise<void> {
  const format = db.get(FORMAT_KEY);
  if (format !== undefined && Number(format) > FORMAT) {
    const reason = `the store ${path} has format ${format}, this program knows up to ${FORMAT}: it was written by a newer one`;
    throw new BridgeError('StoreFailed', reason);
  }
  if (format !== undefined && Number(format) === FORMAT) return checkRecords(db, path);
  if (format !== undefined || db.getKeysCount({ limit: 1 }) > 0) {
    throw new BridgeError('StoreFailed', `the LMDB file in ${path} is not a store of this program`);
  }
  await db.put(FORMAT_KEY, String(FORMAT), 1);
}

/** Reads everything once: what cannot be trusted must be told before anybody relies on it. */
function checkRecords(db: RootDatabase<string, Buffer>, path: string): void {
  for (const { key, value, version } of db.getRange({ versions: true })) {
    if (key.equals(FORMAT_KEY)) continue;
    try {
      checkRecord(key, value, version);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const advice = 'restore a backup, or move the directory away and lose what it holds';
      throw new BridgeError('StoreFailed', `the store ${path} cannot be trusted: ${reason}; ${advice}`, {
        cause: error,
      });
    }
  }
}

function checkRecord(key: Buffer, text: string, version: number | undefined): void {
  unsealed(key, text);
  if (key[0] === STATE) {
    const { identity, revision } = readState(text);
    // The number beside a state decides who may write it.
    if (stateKey(identity).equals(key) && revision === version) return;
  } else if (key[0] === ROW) {
    // What lies under a sum was written by this program; to read it all costs more than anybody wants to wait.
    if (!hasSum(text)) readRow(text);
    return;
  }
  throw new BridgeError('StoreFailed', 'a stored record is damaged');
}
