/** Counts and times of a run, by action. */

export interface ActionFigures {
  readonly action: string;
  readonly count: number;
  readonly errors: number;
  /** Milliseconds, of the messages that were answered well. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export class Statistics {
  readonly #times = new Map<string, number[]>();
  readonly #failures = new Map<string, number>();
  readonly #kinds = new Map<string, number>();
  readonly #commands = new Map<string, number>();
  #sent = 0;
  #failed = 0;

  /** Counts one message sent and its outcome, `ok` or a short word. */
  said(action: string, kind: string, milliseconds: number): void {
    this.#sent += 1;
    const times = this.#times.get(action) ?? [];
    this.#times.set(action, times);
    if (kind === 'ok') {
      times.push(milliseconds);
      return;
    }
    this.#failed += 1;
    count(this.#failures, action);
    count(this.#kinds, kind);
  }

  /** Counts one command received. */
  told(action: string, kind: string): void {
    count(this.#commands, kind === 'ok' ? action : `${action} (${kind})`);
  }

  get sent(): number {
    return this.#sent;
  }

  get failed(): number {
    return this.#failed;
  }

  get errors(): ReadonlyMap<string, number> {
    return this.#kinds;
  }

  get commands(): ReadonlyMap<string, number> {
    return this.#commands;
  }

  /** One row for each action, and one for all of them. */
  figures(): { actions: ActionFigures[]; all: ActionFigures } {
    const actions = [...this.#times]
      .map(([action, times]) => figuresOf(action, times, this.#failures.get(action) ?? 0))
      .sort((one, other) => other.count - one.count || one.action.localeCompare(other.action));
    return { actions, all: figuresOf('all', [...this.#times.values()].flat(), this.#failed) };
  }
}

function figuresOf(action: string, times: readonly number[], errors: number): ActionFigures {
  const sorted = Float64Array.from(times).sort();
  const at = (part: number) => sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;
  const count = times.length + errors;
  return { action, count, errors, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
