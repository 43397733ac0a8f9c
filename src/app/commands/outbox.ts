import { askAdmin } from '../admin-client.ts';
import type { Queue, WaitingMessage } from '../outbox-view.ts';

interface Options {
  readonly admin: string;
}

/** `outbox list`: the charge points for which something waits or was put aside. */
export async function list({ admin }: Options): Promise<void> {
  const { waiting, dead } = await both(admin);
  process.stdout.write(overview(waiting, dead));
}

/** `outbox show`: every message of one charge point. */
export async function show(identity: string, { admin }: Options): Promise<void> {
  const { waiting, dead } = await both(admin, identity);
  process.stdout.write(page(identity, waiting[0]?.messages ?? [], dead[0]?.messages ?? []));
}

/** `outbox retry` and `outbox discard`: what becomes of a dead letter. */
export async function decide(
  what: 'retry' | 'discard',
  identity: string,
  seq: number,
  { admin }: Options,
): Promise<void> {
  await askAdmin(new URL(`/api/dead-letters/${encodeURIComponent(identity)}/${seq}/${what}`, admin), 'POST');
  const done = what === 'retry' ? 'waits for the CSMS again' : 'is gone for good';
  process.stdout.write(`${identity}: message ${seq} ${done}.\n`);
}

async function both(admin: string, identity?: string): Promise<{ waiting: Queue[]; dead: Queue[] }> {
  const ask = async (path: string): Promise<Queue[]> => {
    const url = new URL(path, admin);
    if (identity !== undefined) url.searchParams.set('identity', identity);
    return ((await askAdmin(url)) as { chargePoints: Queue[] }).chargePoints;
  };
  const [waiting, dead] = await Promise.all([ask('/api/outbox'), ask('/api/dead-letters')]);
  return { waiting, dead };
}

export function overview(waiting: readonly Queue[], dead: readonly Queue[]): string {
  if (waiting.length + dead.length === 0) return 'Nothing waits for the CSMS, and nothing was put aside.\n';
  const identities = [...new Set([...waiting, ...dead].map(({ identity }) => identity))].sort();
  const rows = identities.map((identity) => {
    const messages = of(waiting, identity);
    const oldest = messages[0];
    const since = oldest ? `since ${oldest.takenOver}, first ${oldest.action}${refused(oldest)}` : '';
    return `${count(messages.length)}  ${count(of(dead, identity).length)}  ${identity}  ${since}`.trimEnd();
  });
  return `${['waiting    dead  charge point', ...rows].join('\n')}\n`;
}

export function page(identity: string, waiting: readonly WaitingMessage[], dead: readonly WaitingMessage[]): string {
  if (waiting.length + dead.length === 0) return `Of ${identity} nothing waits, and nothing was put aside.\n`;
  const block = (title: string, messages: readonly WaitingMessage[]) =>
    messages.length === 0 ? [] : [title, ...messages.map(line)];
  return `${[
    ...block(`Waiting for the CSMS, oldest first (${identity}):`, waiting),
    ...block(`Put aside; retry or discard with the number (${identity}):`, dead),
  ].join('\n')}\n`;
}

function line(message: WaitingMessage): string {
  const { seq, action, takenOver, payload } = message;
  return `${count(seq)}  ${takenOver}  ${action}${refused(message)}  ${JSON.stringify(payload)}`;
}

function refused({ refusals, refusal }: WaitingMessage): string {
  return refusals === 0 ? '' : `, refused ${refusals} ×${refusal === undefined ? '' : ` (${refusal})`}`;
}

function of(queues: readonly Queue[], identity: string): readonly WaitingMessage[] {
  return queues.find((queue) => queue.identity === identity)?.messages ?? [];
}

function count(value: number): string {
  return String(value).padStart(6);
}
