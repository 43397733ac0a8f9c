import type { BridgeProcess } from '../process/bridge-process.ts';
import type { DeadLetters as Known } from './audit.ts';
import { sourceOf } from './book.ts';

/** What the operator sees and decides at the admin port. */

interface Queue {
  readonly identity: string;
  readonly messages: readonly {
    readonly seq: number;
    readonly action: string;
    readonly payload: Readonly<Record<string, unknown>>;
  }[];
}

export class Operator implements Known {
  now: ReadonlySet<string> = new Set();
  readonly ever = new Set<string>();
  #dead: readonly Queue[] = [];
  /** How many messages wait for the CSMS. */
  waiting = 0;

  /** False when nobody answers. */
  async look(bridge: BridgeProcess): Promise<boolean> {
    const waiting = await ask(bridge, '/api/outbox');
    const dead = await ask(bridge, '/api/dead-letters');
    if (waiting === undefined || dead === undefined) return false;
    this.waiting = waiting.reduce((sum, { messages }) => sum + messages.length, 0);
    this.#dead = dead;
    this.now = new Set(
      dead.flatMap(({ identity, messages }) => messages.map((message) => sourceOf({ identity, ...message }))),
    );
    for (const source of this.now) this.ever.add(source);
    return true;
  }

  /** `outbox retry` for everything seen last. */
  async retry(bridge: BridgeProcess): Promise<void> {
    for (const { identity, messages } of this.#dead)
      for (const { seq } of messages) {
        const url = `http://127.0.0.1:${bridge.adminPort}/api/dead-letters/${identity}/${seq}/retry`;
        // Who does not answer is asked again with the next look.
        await fetch(url, { method: 'POST' }).catch(() => undefined);
      }
  }
}

async function ask(bridge: BridgeProcess, path: string): Promise<Queue[] | undefined> {
  const answer = await bridge.get(path).catch(() => undefined);
  return answer?.status === 200 ? (JSON.parse(answer.text) as { chargePoints: Queue[] }).chargePoints : undefined;
}
