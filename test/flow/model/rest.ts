import { says } from './acts.ts';
import { faults, restFaults } from './laws.ts';
import type { World } from './world.ts';

const ROUNDS = 400;
const HALF_AN_HOUR = 1_800_000;

/** From now on everybody behaves, until nothing is left to do; what is wrong then, in words. */
export function rest(world: World): string[] {
  world.bridge.doom = undefined;
  // What waits is delivered though the charge point is silent. A state is told when it speaks again, or on the next link.
  for (const silent of [true, false]) {
    if (!silent) world.link(false);
    world.link(true);
    if (!silent) for (let n = 0; n < 3; n++) beat(world);
    let rounds = 0;
    do {
      behave(world);
      const found = faults(world);
      if (found.length > 0) return found;
    } while (busy(world) && rounds++ < ROUNDS);
  }
  return restFaults(world);
}

function beat(world: World): void {
  world.pass(HALF_AN_HOUR);
  world.speak('Heartbeat', {});
  behave(world);
}

/** The charge point repeats what it got no answer to, the CSMS takes what it gets, the operator gives nothing up. */
function behave(world: World): void {
  if (world.banned) world.boot();
  else for (const message of unsaid(world)) world.say(message);
  world.do((bridge) => bridge.deliver());
  for (let n = world.bridge.calls.length; n > 0; n--) {
    world.take(says('Accepted', 'Accepted'), 0);
    world.answer();
  }
  while (world.bridge.replies.length > 0) world.reply(0, true);
  world.do((bridge) => bridge.retry(0));
  world.pass(HALF_AN_HOUR);
}

function unsaid(world: World) {
  return world.repeatable().filter(({ confirmedAt }) => confirmedAt === undefined);
}

function busy(world: World): boolean {
  const { bridge, durable } = world;
  const waiting = durable.outbox.length + durable.deadLetters.length + bridge.calls.length + bridge.waiting;
  return waiting > 0 || world.banned || unsaid(world).length > 0;
}
