import fc from 'fast-check';
import type { ErrorCode } from '../../../src/base/errors.ts';
import type { JsonObject } from '../../../src/base/message.ts';
import type { Call } from './bridge.ts';
import { faults } from './laws.ts';
import type { World } from './world.ts';

/** What may happen next. Each looks at the world as it is, so any of them may follow any other. */

type Act = fc.Command<object, World>;

class Happening implements Act {
  readonly #name: string;
  readonly #what: (world: World) => void;

  constructor(name: string, what: (world: World) => void) {
    this.#name = name;
    this.#what = what;
  }

  check(): boolean {
    return true;
  }

  run(_model: object, world: World): void {
    this.#what(world);
    const found = faults(world);
    if (found.length > 0) throw new Error(found.join('\n'));
  }

  toString(): string {
    return this.#name;
  }
}

const dial = fc.nat(99);

function act<T>(from: fc.Arbitrary<T>, name: (given: T) => string, what: (world: World, given: T) => void) {
  return from.map((given): Act => new Happening(name(given), (world) => what(world, given)));
}

function plain(name: string, what: (world: World) => void): fc.Arbitrary<Act> {
  return act(
    fc.constant(undefined),
    () => name,
    (world) => what(world),
  );
}

type Word = 'Accepted' | 'Invalid' | 'Blocked';

/** What a CSMS says to a call: `registration` to a boot, `word` to a tag. */
export function says(word: Word, registration: 'Accepted' | 'Pending' | 'Rejected') {
  return ({ action }: Call): JsonObject => {
    if (action === 'BootNotification')
      return { status: registration, currentTime: '2024-03-09T10:00:00Z', interval: 60 };
    if (action === 'Heartbeat') return { currentTime: '2024-03-09T10:00:00Z' };
    return action === 'StartTransaction' || action === 'Authorize' ? { idTagInfo: { status: word } } : {};
  };
}

const word = fc.constantFrom<Word[]>('Accepted', 'Accepted', 'Accepted', 'Invalid', 'Blocked');
const registration = fc.constantFrom('Accepted' as const, 'Accepted', 'Pending', 'Rejected');
const refusals = fc.constantFrom<ErrorCode[]>(
  ...(['CsmsInternalError', 'CsmsProtocolError', 'CsmsSecurityError', 'CsmsNotSupported'] as const),
  ...(['CsmsTimeout', 'CsmsAnswerInvalid', 'IdentityUnknown'] as const),
);

const starts = act(
  fc.record({ dial, tag: fc.constantFrom('TAG', 'tag', 'OTHER') }),
  (it) => `start ${it.dial} with ${it.tag}`,
  (world, it) => world.start(it.dial, it.tag),
);
const stops = act(
  dial,
  (it) => `stop ${it}`,
  (world, it) => world.stop(it),
);
const readings = act(
  fc.record({ dial, named: fc.boolean() }),
  (it) => `reading ${it.dial}${it.named ? '' : ', no transaction named'}`,
  (world, it) => world.read(it.dial, it.named),
);
const statuses = act(
  fc.record({
    connector: fc.nat(3),
    status: fc.constantFrom('Available', 'Preparing', 'Faulted', 'Unavailable'),
  }),
  (it) => `${it.connector} is ${it.status}`,
  (world, it) => world.status(it.connector, it.status, it.status === 'Faulted' ? 'EVCommunicationError' : 'NoError'),
);
const boots = plain('boot', (world) => world.boot());
const speaks = act(
  fc.constantFrom('Authorize', 'Heartbeat'),
  (it) => it,
  (world, it) => world.speak(it, it === 'Authorize' ? { idTag: 'TAG' } : {}),
);
const repeats = act(
  dial,
  (it) => `repeat ${it}`,
  (world, it) => {
    const all = world.repeatable();
    const message = all[all.length - 1 - (it % Math.max(1, all.length))];
    if (message) world.say(message);
  },
);
const takes = act(
  fc.record({ word, registration, dial }),
  (it) => `the CSMS takes a call: ${it.word}, ${it.registration}, ${it.dial}`,
  (world, it) => world.take(says(it.word, it.registration), it.dial),
);
const answers = plain('its answer arrives', (world) => world.answer());
const refuses = act(
  refusals,
  (it) => `the CSMS: ${it}`,
  (world, it) => world.refuse(it),
);
const expiries = act(
  dial,
  (it) => `call ${it} expires`,
  (world, it) => world.expire(it),
);
const closes = plain('link closes', (world) => world.link(false));
const opens = plain('link opens', (world) => world.link(true));
const deadlines = act(
  dial,
  (it) => `time is up for ${it}`,
  (world, it) => world.do((bridge) => bridge.deadline(it % Math.max(1, bridge.waiting))),
);
const replies = act(
  fc.record({ dial: fc.nat(2), arrives: fc.constantFrom(true, true, true, true, true, false) }),
  (it) => `reply ${it.dial} ${it.arrives ? 'arrives' : 'is lost'}`,
  (world, it) => world.reply(it.dial, it.arrives),
);
const delivers = plain('the outbox delivers', (world) => world.do((bridge) => bridge.deliver()));
const crashes = plain('crash', (world) => world.crash());
const dooms = act(
  fc.constantFrom('before commit' as const, 'after commit' as const),
  (it) => `the next step dies ${it}`,
  (world, it) => {
    world.bridge.doom = it;
  },
);
const retries = act(
  dial,
  (it) => `dead letter ${it} is tried again`,
  (world, it) => world.do((bridge) => bridge.retry(it % Math.max(1, world.durable.deadLetters.length))),
);
const thins = act(
  fc.nat(5),
  (it) => `at most ${it} may wait`,
  (world, it) => world.thin(it),
);
const waits = act(
  fc.constantFrom(500, 60_000, 1_800_000),
  (it) => `${it} ms pass`,
  (world, it) => world.pass(it),
);
/** A whole exchange without trouble, so that a story comes forward. */
const goesWell = act(
  fc.record({ word, dial }),
  (it) => `all goes well: ${it.word}, ${it.dial}`,
  (world, it) => {
    world.link(true);
    for (let n = 0; n < 4; n++) {
      world.do((bridge) => bridge.deliver());
      world.take(says(it.word, 'Accepted'), it.dial);
      world.answer();
      world.reply(0, true);
    }
  },
);
/** One exchange to its end, if the link is open. */
const exchanges = act(
  fc.record({ word, dial }),
  (it) => `the first call is answered: ${it.word}, ${it.dial}`,
  (world, it) => {
    world.do((bridge) => bridge.deliver());
    world.take(says(it.word, 'Accepted'), it.dial);
    world.answer();
    world.reply(0, true);
  },
);
const neverTakes = plain('the CSMS calls its first call wrong, again and again', (world) => {
  for (let n = 0; n < 3; n++) {
    world.do((bridge) => bridge.deliver());
    world.refuse('CsmsProtocolError');
  }
});

const forgets = plain('the CSMS has forgotten the charge point, and wants it to wait', (world) => {
  world.do((bridge) => bridge.deliver());
  world.refuse('CsmsSecurityError');
  for (let n = 0; n < 2; n++) {
    world.do((bridge) => bridge.deliver());
    world.take(says('Accepted', 'Pending'), 0);
    world.answer();
  }
});

const often = [starts, stops, readings, exchanges, goesWell, deadlines, replies];
const seldom = [opens, takes, answers, delivers, statuses, repeats, expiries, neverTakes, forgets];
const rare = [refuses, closes, waits, boots, speaks, crashes, dooms, retries, thins, retries];

export const acts: fc.Arbitrary<Act>[] = [often, often, often, often, seldom, seldom, rare].flat();
