import { setTimeout as pause } from 'node:timers/promises';
import type { Findings } from './audit.ts';
import { FAULT_KINDS, FAULTS, type FaultKind } from './faults.ts';
import type { Chance } from './random.ts';
import { Scene } from './scene.ts';
import type { Protocol } from './tongues.ts';

/**
 * A bridge, a CSMS and some charge points, each after its own fashion: killed, frozen, slow, impatient. After every round
 * all is quiet for a while, and the books of the two ends must agree.
 */

export interface Round extends Findings {
  readonly number: number;
  readonly kinds: readonly FaultKind[];
  /** What is worth telling. */
  readonly notes: readonly string[];
  /** Of this round alone; in the findings all rounds are counted. */
  readonly bookedAgain: number;
  readonly letters: number;
  readonly repeats: number;
  /** How long it took until the books agreed, ms. */
  readonly settled: number;
}

export interface Options {
  readonly rounds: number;
  readonly seed: number;
  /** What the CSMS speaks; default: ocpp1.6. */
  readonly protocol?: Protocol;
  /** Kinds of faults to choose from; default: all. */
  readonly kinds?: readonly FaultKind[];
  readonly told?: (round: Round) => void;
}

/** So long after everybody has come to rest the books may stand still and disagree: a boot is told again after a minute. */
const STILL_FOR = 80_000;
const LOOK_EVERY = 250;

/** Plays so many rounds; ends with the first whose books do not agree. */
export async function chaos(options: Options): Promise<Round[]> {
  const { rounds, seed, protocol = 'ocpp1.6', kinds = FAULT_KINDS, told } = options;
  const scene = await Scene.open(seed, protocol);
  const deck = new Deck(kinds, scene.chance);
  const done: Round[] = [];
  try {
    for (let number = 1; number <= rounds; number++) {
      const found = await play(scene, deck);
      const before = done.at(-1);
      const round: Round = { ...found, number, bookedAgain: found.repeated - (before?.repeated ?? 0) };
      done.push(round);
      told?.(round);
      if (round.faults.length > 0) break;
    }
    return done;
  } finally {
    await scene.close((done.at(-1)?.faults.length ?? 1) > 0);
  }
}

async function play(scene: Scene, deck: Deck): Promise<Omit<Round, 'number' | 'bookedAgain'>> {
  const { chance, csms } = scene;
  let over = false;
  const charging = Promise.all(scene.devices.map((device) => device.charge(() => over)));
  const kinds: FaultKind[] = [];
  const known = scene.operator.ever.size;
  scene.notes = [];
  csms.behave({ wild: true });
  for (let n = chance.between(1, 3); n > 0; n--) {
    await pause(chance.between(50, 900));
    const kind = deck.next();
    kinds.push(kind);
    const { run, uncertain } = FAULTS[kind];
    if (uncertain) await scene.uncertain(() => run(scene));
    else await run(scene);
  }
  await pause(chance.between(50, 900));
  over = true;
  csms.behave({ wild: false });
  await charging;
  const quiet = Date.now();
  let findings = await settle(scene);
  if (findings.faults.length === 0 && scene.operator.now.size > 0) {
    await scene.operator.retry(await scene.bridge);
    findings = await settle(scene, () => scene.operator.now.size === 0);
    for (const source of scene.operator.now) findings.faults.push(`${source}: put aside again`);
  }
  const { notes, repeats, operator } = scene;
  return { ...findings, kinds, notes, repeats, letters: operator.ever.size - known, settled: Date.now() - quiet };
}

/** Waits until the books agree, as long as they come nearer to it: a busy machine delivers slowly. */
async function settle(scene: Scene, done: () => boolean = () => true): Promise<Findings> {
  let fewest = Number.POSITIVE_INFINITY;
  let nearer = Date.now();
  for (;;) {
    const findings = await scene.audit();
    const open = findings.faults.length + scene.operator.waiting;
    if (findings.faults.length === 0 && done()) return findings;
    if (open < fewest) nearer = Date.now();
    fewest = Math.min(fewest, open);
    if (Date.now() - nearer > STILL_FOR) return findings;
    await pause(LOOK_EVERY);
  }
}

/** Every kind comes once before one comes again: a short run meets as many as it can. */
class Deck {
  readonly #kinds: readonly FaultKind[];
  readonly #chance: Chance;
  #left: FaultKind[] = [];

  constructor(kinds: readonly FaultKind[], chance: Chance) {
    this.#kinds = kinds;
    this.#chance = chance;
  }

  next(): FaultKind {
    if (this.#left.length === 0) this.#left = [...this.#kinds];
    const [kind = 'nothing'] = this.#left.splice(this.#chance.below(this.#left.length), 1);
    return kind;
  }
}
