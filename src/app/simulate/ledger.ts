/** What one end knows about its charging sessions: kept by the charge points and by the central system, so that both can be laid side by side. */

export interface Session {
  readonly identity: string;
  readonly connectorId: number;
  readonly idTag: string;
  /** Wh on the meter. */
  readonly meterStart: number;
  /** Milliseconds. */
  readonly startedAt: number;
  /** As this end knows it; the two ends may use different numbers. Undefined while the charge point waits for it. */
  transactionId?: number | string;
  meterStop?: number;
  stoppedAt?: number;
  reason?: string;
  /** Meter values that were booked on it. */
  readings: number;
}

/** Wh of an ended session, undefined while it runs. */
export function energyOf(session: Session): number | undefined {
  return session.meterStop === undefined ? undefined : session.meterStop - session.meterStart;
}

export class Ledger {
  readonly #sessions: Session[] = [];
  readonly #running = new Map<string, Session>();
  readonly #oddities: string[] = [];

  start(facts: Omit<Session, 'readings' | 'meterStop' | 'stoppedAt' | 'reason'>): Session {
    const session: Session = { ...facts, readings: 0 };
    this.#sessions.push(session);
    if (facts.transactionId !== undefined) this.#running.set(key(facts.identity, facts.transactionId), session);
    return session;
  }

  /** Books the end of a transaction; undefined, and an oddity, when no such transaction runs. */
  stop(
    identity: string,
    transactionId: number | string,
    end: { meterStop: number; stoppedAt: number; reason?: string },
  ): Session | undefined {
    const session = this.#running.get(key(identity, transactionId));
    if (session === undefined) {
      this.note(`${identity}: stop of transaction ${transactionId}, which does not run`);
      return undefined;
    }
    this.#running.delete(key(identity, transactionId));
    session.meterStop = end.meterStop;
    session.stoppedAt = end.stoppedAt;
    if (end.reason !== undefined) session.reason = end.reason;
    return session;
  }

  running(identity: string, transactionId: number | string): Session | undefined {
    return this.#running.get(key(identity, transactionId));
  }

  /** Notes something that should not happen, for people and tests. */
  note(oddity: string): void {
    this.#oddities.push(oddity);
  }

  get sessions(): readonly Session[] {
    return this.#sessions;
  }

  get oddities(): readonly string[] {
    return this.#oddities;
  }

  get ended(): readonly Session[] {
    return this.#sessions.filter((session) => session.meterStop !== undefined);
  }

  /** Wh of all ended sessions. */
  get energy(): number {
    return this.#sessions.reduce((sum, session) => sum + (energyOf(session) ?? 0), 0);
  }
}

/**
 * Where two ends disagree about their sessions, one readable line each; empty when they agree. Transaction ids are not
 * compared, because a bridge may have to give a charge point an id of its own.
 */
export function compareLedgers(
  left: { name: string; sessions: readonly Session[] },
  right: { name: string; sessions: readonly Session[] },
): string[] {
  const rest = new Map<string, Session[]>();
  for (const session of right.sessions) rest.set(content(session), [...(rest.get(content(session)) ?? []), session]);
  const missing: Session[] = [];
  for (const session of left.sessions) if (rest.get(content(session))?.shift() === undefined) missing.push(session);
  const extra = [...rest.values()].flat();
  return [
    ...missing.map((session) => `only at ${left.name}: ${content(session)}`),
    ...extra.map((session) => `only at ${right.name}: ${content(session)}`),
  ];
}

function content(session: Session): string {
  const end = session.meterStop === undefined ? 'still running' : `to ${session.meterStop} Wh`;
  return `${session.identity} connector ${session.connectorId} tag ${session.idTag} from ${session.meterStart} Wh ${end}`;
}

function key(identity: string, transactionId: number | string): string {
  return `${identity} ${transactionId}`;
}
