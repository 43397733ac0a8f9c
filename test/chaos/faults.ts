import { setTimeout as pause } from 'node:timers/promises';
import type { BridgeProcess } from '../process/bridge-process.ts';
import { damage } from './damage.ts';
import type { Scene } from './scene.ts';

/** Everything that is done to the bridge and its neighbours, by name. */

export interface Fault {
  readonly run: (scene: Scene) => Promise<void>;
  /** Whether it may leave the bridge ignorant of what became of a call: such a call is made again. */
  readonly uncertain: boolean;
}

const HOUR = 3_600_000;
/** The store does not let the disk get fuller than this. */
const RESERVE = 64 << 20;

const kill = (bridge: BridgeProcess) => bridge.end();

async function nothing({ chance }: Scene): Promise<void> {
  await pause(chance.between(300, 2000));
}

async function bridgeKilled(scene: Scene): Promise<void> {
  await scene.restart(kill);
}

/** Once while it runs, and then in the middle of its start. */
async function bridgeKilledTwice(scene: Scene): Promise<void> {
  await scene.restart(kill, () => scene.stillborn(scene.chance.between(200, 2500)));
}

/** SIGTERM under load: what is open is finished, so nothing is uncertain. */
async function bridgeTerminated(scene: Scene): Promise<void> {
  const { code, signal } = await scene.restart((bridge) => bridge.stop());
  if (code !== 0) scene.complaints.push(`SIGTERM: ended with ${signal ?? code}`);
}

/** A second process on the same store must refuse, say who has it, and leave the first alone. */
async function secondBridge(scene: Scene): Promise<void> {
  const { pid } = await scene.bridge;
  const end = await scene.attempt();
  if (end === undefined) scene.complaints.push('a second bridge came up on the same store');
  else refusedWell(scene, 'a second bridge', end, `in use by process ${pid}`);
}

function refusedWell(
  { complaints }: Scene,
  what: string,
  { code, signal, lines }: { code: number | null; signal: string | null; lines: readonly string[] },
  word: string,
): void {
  if (code !== null && code !== 0 && lines.length === 1 && lines[0]?.includes(word)) return;
  complaints.push(`${what}: ended with ${signal ?? code} and said: ${lines.join('\n')}`);
}

async function csmsKilled({ csms, chance }: Scene): Promise<void> {
  await csms.kill();
  await pause(chance.between(0, 2500));
  await csms.start();
}

/** The links stay open and nothing comes back. */
async function csmsFrozen({ csms, chance }: Scene): Promise<void> {
  csms.freeze();
  await pause(chance.between(300, 5000));
  csms.thaw();
}

async function bridgeKilledWhileCsmsIsAway(scene: Scene): Promise<void> {
  const { csms, chance } = scene;
  await csms.kill();
  await pause(chance.between(0, 1500));
  await scene.restart(kill);
  await pause(chance.between(0, 500));
  await csms.start();
}

async function bridgeKilledWhileCsmsIsFrozen(scene: Scene): Promise<void> {
  const { csms, chance } = scene;
  csms.freeze();
  await pause(chance.between(300, 2000));
  await scene.restart(kill);
  csms.thaw();
}

/**
 * The CSMS comes back and finds fault with some of what waits, and with the same messages whenever they come: they are put
 * aside. Later it takes them, when the operator asks for it.
 */
async function csmsStrict(scene: Scene): Promise<void> {
  const { csms, chance, operator } = scene;
  await csms.kill();
  await pause(chance.between(600, 2500));
  csms.behave({ strict: chance.below(1_000_000) });
  await csms.start();
  const bridge = await scene.bridge;
  const known = operator.ever.size;
  for (let looks = 0; looks < 24 && (operator.ever.size === known || operator.waiting > 0); looks += 1) {
    await pause(250);
    await operator.look(bridge);
  }
  // Sometimes they are tried again while the CSMS is as it was.
  if (chance.percent(30)) await operator.retry(bridge);
  if (chance.percent(30)) await scene.uncertain(() => bridgeKilled(scene));
  csms.relent();
}

/** The wall clock of the bridge jumps by hours, to and fro, and may stay where it is. */
async function clockJumps({ clock, chance }: Scene): Promise<void> {
  for (let jumps = chance.between(1, 4); jumps > 0; jumps--) {
    clock.shift(chance.between(-30 * HOUR, 30 * HOUR));
    await pause(chance.between(100, 1500));
  }
  if (chance.percent(50)) clock.shift(0);
}

/** Less room than the store wants to see: it must refuse, say so, and go on when there is room again. */
async function diskNearlyFull(scene: Scene): Promise<void> {
  const { disk, chance } = scene;
  if (!disk.volume) return scene.uncertain(() => diskFull(scene));
  disk.fill(RESERVE - chance.between(1 << 20, 32 << 20));
  await saysSo(scene);
  if (chance.percent(40)) {
    await scene.uncertain(() => bridgeKilled(scene));
    await saysSo(scene);
  }
  await pause(chance.between(0, 1500));
  disk.empty();
  await eventually(scene, 'the bridge is ready when there is room again', (bridge) => bridge.ready());
}

async function saysSo(scene: Scene): Promise<void> {
  await eventually(scene, '/readyz tells of the full disk', async (bridge) => {
    const { status, text } = await bridge.get('/readyz');
    return status === 503 && text.includes('disk');
  });
  await eventually(scene, 'refused commits are counted', async (bridge) => {
    const { text } = await bridge.get('/metrics');
    return Number(/^ocpp_bridge_store_failures_total (\d+)/m.exec(text)?.[1]) > 0;
  });
}

async function eventually(
  { complaints, bridge }: Scene,
  what: string,
  holds: (bridge: BridgeProcess) => Promise<boolean>,
): Promise<void> {
  const until = Date.now() + 15_000;
  while (!(await holds(await bridge).catch(() => false))) {
    if (Date.now() > until) return void complaints.push(`not so: ${what}`);
    await pause(100);
  }
}

/** No byte more: writing fails. The bridge may end; it is started again, and again, until there is room. */
async function diskFull(scene: Scene): Promise<void> {
  const { disk, chance } = scene;
  const bridge = await scene.mayEnd();
  if (disk.volume) disk.fill(0);
  else if (!disk.limit(bridge.pid)) return scene.cannot('diskFull');
  const ended = await Promise.race([bridge.exited, pause(chance.between(1000, 5000))]);
  if (ended) {
    if (ended.code === null || ended.code === 0)
      scene.complaints.push(`full disk: ended with ${ended.signal ?? ended.code}`);
    scene.notes.push('the bridge ended');
  }
  if (disk.volume) disk.empty();
  else disk.unlimit(bridge.pid);
  // After a failed write nothing in the process can be trusted to be as before.
  await scene.restart(ended ? () => bridge.exited : (before) => before.stop());
}

/** Nobody may write to the store at its start: the bridge must refuse in one line, and take nothing. */
async function storeReadOnly(scene: Scene): Promise<void> {
  const { disk } = scene;
  await scene.restart(kill, async () => {
    const release = disk.freeze();
    if (release === undefined) return scene.cannot('storeReadOnly');
    const end = await scene.attempt();
    release();
    if (end === undefined) scene.complaints.push('a bridge came up on a store that it cannot write');
    else refusedWell(scene, 'a read-only store', end, disk.path);
  });
}

/**
 * The file of the store is damaged while there is no bridge. The start may work, and then the books must agree as ever, or
 * refuse in one line; then somebody puts the file back as it was.
 */
async function storeDamaged(scene: Scene): Promise<void> {
  const { chance, csms, disk } = scene;
  // So that there is much to lose.
  const away = chance.percent(60);
  if (away) {
    await csms.kill();
    await pause(chance.between(300, 1500));
  }
  await scene.restart(kill, async () => {
    for (let tries = chance.between(1, 3); tries > 0; tries--) {
      const { harm, undo } = damage(disk.path, chance);
      const end = await scene.attempt();
      if (end) refusedWell(scene, `a damaged store (${harm})`, end, disk.path);
      scene.notes.push(`${harm}: ${end ? 'refused' : 'taken'}`);
      if (end) undo();
      else break;
    }
  });
  if (away) await csms.start();
}

export const FAULTS = {
  nothing: { run: nothing, uncertain: false },
  bridgeKilled: { run: bridgeKilled, uncertain: true },
  bridgeKilledTwice: { run: bridgeKilledTwice, uncertain: true },
  bridgeTerminated: { run: bridgeTerminated, uncertain: false },
  bridgeKilledWhileCsmsIsAway: { run: bridgeKilledWhileCsmsIsAway, uncertain: true },
  bridgeKilledWhileCsmsIsFrozen: { run: bridgeKilledWhileCsmsIsFrozen, uncertain: true },
  secondBridge: { run: secondBridge, uncertain: false },
  csmsKilled: { run: csmsKilled, uncertain: true },
  csmsFrozen: { run: csmsFrozen, uncertain: true },
  csmsStrict: { run: csmsStrict, uncertain: true },
  clockJumps: { run: clockJumps, uncertain: false },
  diskNearlyFull: { run: diskNearlyFull, uncertain: false },
  diskFull: { run: diskFull, uncertain: true },
  storeReadOnly: { run: storeReadOnly, uncertain: true },
  storeDamaged: { run: storeDamaged, uncertain: true },
} as const satisfies Record<string, Fault>;

export type FaultKind = keyof typeof FAULTS;
export const FAULT_KINDS = Object.keys(FAULTS) as [FaultKind, ...FaultKind[]];
