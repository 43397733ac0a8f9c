import type { Effect } from '../flow/decision.ts';
import type { ChargePointState } from '../flow/state.ts';
import { givenUp, type Head, headOf, surplus, thinTo } from '../flow/thinning.ts';
import type { Session } from './session.ts';

const MOST_KEPT = 10_000;
/** Rows read at once. */
const PAGE = 500;

/** Keeps what waits for the CSMS within its bound: gives up readings when more wait. */
export class OutboxBound {
  readonly #session: Session;
  readonly #underWay: (seq: number) => boolean;
  /** With more than so many waiting there may be readings to give up. */
  #bound: number;
  #thinning = false;

  constructor(session: Session, underWay: (seq: number) => boolean) {
    this.#session = session;
    this.#underWay = underWay;
    this.#bound = this.#most;
  }

  get #most(): number {
    return this.#session.deps.settings.mostKept ?? MOST_KEPT;
  }

  /** So many wait now. */
  look(waiting: number): void {
    if (waiting <= this.#most) this.#bound = this.#most;
    if (waiting <= this.#bound || this.#thinning) return;
    this.#thinning = true;
    this.#thin()
      .catch((error: unknown) => this.#session.deps.observe.failure(this.#session.identity, 'outbox', error))
      .finally(() => {
        this.#thinning = false;
      });
  }

  async #thin(): Promise<void> {
    let gone: Head[] = [];
    await this.#session.step(
      async (state) => {
        const heads = await this.#heads();
        const free = heads.filter(({ seq }) => !this.#underWay(seq));
        gone = surplus(free, thinTo(this.#most) - (heads.length - free.length));
        return givenUp(state, gone);
      },
      (effects, state) => this.#thinned(effects, state, gone.length),
    );
  }

  #thinned(effects: readonly Effect[], state: ChargePointState, readings: number): void {
    this.#session.act(effects, state, 'outbox');
    if (readings > 0) this.#session.deps.observe.thinned(this.#session.identity, readings);
    // What could not be freed now is not looked for again with every message.
    const room = this.#most - thinTo(this.#most);
    this.#bound = Math.max(this.#most, (state.outbox?.waiting ?? 0) + room);
  }

  /** All that wait, page by page: of each only what decides is kept. */
  async #heads(): Promise<Head[]> {
    const heads: Head[] = [];
    for (;;) {
      const page = await this.#session.record.outbox(PAGE, heads.at(-1)?.seq);
      for (const entry of page) heads.push(headOf(entry));
      if (page.length < PAGE) return heads;
    }
  }
}
