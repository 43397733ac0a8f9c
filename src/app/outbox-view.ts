import { isoTime } from '../base/clock.ts';
import type { JsonObject } from '../base/message.ts';
import type { Sessions } from '../session/sessions.ts';
import type { Store } from '../store/store.ts';

/** What waits for the CSMS and what it will never take, as the admin port shows it, read from the store. */

export interface WaitingMessage {
  readonly seq: number;
  readonly action: string;
  /** When the charge point was answered, RFC 3339. */
  readonly takenOver: string;
  /** The charge point's transaction id, where the CSMS's was not known. */
  readonly transaction?: number;
  readonly refusals: number;
  readonly refusal?: string;
  /** The last error, and how often it came in a row. */
  readonly code?: string;
  readonly same?: number;
  /** The CSMS may have got it before. */
  readonly asked?: true;
  readonly payload: JsonObject;
}

export interface Queue {
  readonly identity: string;
  /** Oldest first, at most `MOST_SHOWN`. */
  readonly messages: readonly WaitingMessage[];
}

export interface OutboxView {
  /** Charge points with messages that wait, or the one named. */
  waiting(identity: string | undefined): Promise<Queue[]>;
  /** Charge points with messages that were put aside, or the one named. */
  deadLetters(identity: string | undefined): Promise<Queue[]>;
  /** False when there is no such message. */
  decide(identity: string, seq: number, what: 'retry' | 'discard'): Promise<boolean>;
}

const MOST_SHOWN = 1_000;

export function outboxView(store: Store, sessions: Sessions): OutboxView {
  const read = async (kind: string, identity: string | undefined): Promise<Queue[]> => {
    const queues: Queue[] = [];
    for (const one of identity === undefined ? await store.identities() : [identity]) {
      const rows = await store.rows(one, kind, MOST_SHOWN);
      if (rows.length > 0) queues.push({ identity: one, messages: rows.map(({ value }) => shown(value)) });
    }
    return queues;
  };
  return {
    waiting: (identity) => read('outbox', identity),
    deadLetters: (identity) => read('dead-letter', identity),
    decide: (identity, seq, what) => sessions.deadLetter(identity, seq, what),
  };
}

function shown({ at, schema: _, ...rest }: JsonObject): WaitingMessage {
  return { ...(rest as unknown as Omit<WaitingMessage, 'takenOver'>), takenOver: isoTime(Number(at)) };
}
