/** Time and timers. The only file that touches them: everything else gets a Clock through its constructor. */

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Milliseconds from a start that only ever grows: for durations. */
  monotonic(): number;
  /** Calls `run` once after `ms`. A pending timer does not keep the process alive. */
  after(ms: number, run: () => void): Timer;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, run) {
    let last: NodeJS.Immediate | undefined;
    // In a process that stood still, timers ring before it reads what has arrived meanwhile: an answer may be there, in time.
    const timer = setTimeout(() => {
      last = setImmediate(run);
      last.unref();
    }, ms);
    timer.unref();
    return {
      cancel() {
        clearTimeout(timer);
        clearImmediate(last);
      },
    };
  },
};

/** The RFC 3339 form OCPP-J wants: UTC, `Z`, milliseconds. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
