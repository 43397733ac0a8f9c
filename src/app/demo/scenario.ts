import type { JsonObject } from '../../base/message.ts';
import type { Connector } from '../simulate/connector.ts';
import type { Device } from '../simulate/device.ts';
import type { Conversation } from './conversation.ts';
import type { Csms } from './csms.ts';
import { CallRefused } from './csms-link.ts';
import type { Phrase, Phrases } from './phrases.ts';
import type { Watch } from './watch.ts';

/** What happens in one round of the demo: three charge points of three generations, drivers, and an operator. */

export interface Cast {
  readonly csms: Csms;
  readonly conversation: Conversation;
  readonly phrases: Phrases;
  readonly watch: Watch;
  /** Of OCPP 1.2, 1.5 and 1.6. */
  readonly devices: readonly [Device, Device, Device];
  /** Lets minutes of charging pass. */
  pass(minutes: number): Promise<void>;
  /** A moment to read. */
  breathe(): Promise<void>;
}

/** Milliseconds that anything may take before the play goes on without it. */
const PATIENCE = 5_000;
/** Tags of those who charge at each, in the order of the devices. */
const CARDS = ['04A1B2C3D4', 'APP-7731', '04E5F60718'] as const;
/** W; how a remote start charges is the charge point's own choice. */
const POWER = [7_400, 11_000, 22_000] as const;

export async function powerOn(cast: Cast): Promise<void> {
  cast.conversation.note('Three old charge points are switched on');
  for (const device of cast.devices) {
    await device.point.powerUp();
    await pause(cast);
  }
}

export async function charge(cast: Cast): Promise<void> {
  const [oslo, bern, lyon] = cast.devices;
  cast.conversation.note(`A driver charges at ${oslo.point.identity} with a card`);
  await withCard(cast, oslo, CARDS[0], POWER[0]);
  cast.conversation.note(`The CSMS starts a session at ${bern.point.identity}`);
  await command(cast, bern, cast.phrases.start(CARDS[1]));
  cast.conversation.note(`Another driver charges at ${lyon.point.identity}`);
  await withCard(cast, lyon, CARDS[2], POWER[2]);
  for (const part of ['a quarter of an hour', 'another quarter']) {
    await cast.pass(15);
    cast.conversation.note(`After ${part} the meters are read`);
    for (const device of cast.devices) await device.point.sample(firstOf(device));
    await pause(cast);
  }
  await cast.pass(10);
  for (const device of [oslo, bern]) {
    cast.conversation.note(`The driver at ${device.point.identity} unplugs`);
    await device.point.endSession(firstOf(device), 'EVDisconnected');
    await pause(cast);
  }
  cast.conversation.note(`The CSMS stops the session at ${lyon.point.identity}`);
  const running = cast.csms.ledger.sessions.findLast(
    (session) => session.identity === lyon.point.identity && session.meterStop === undefined,
  );
  await command(cast, lyon, cast.phrases.stop(running?.transactionId ?? 0));
}

export async function operate(cast: Cast): Promise<void> {
  const [oslo, bern, lyon] = cast.devices;
  cast.conversation.note('The CSMS operates its charge points');
  const { phrases } = cast;
  await command(cast, oslo, phrases.setHeartbeat(600));
  await command(cast, bern, phrases.readKeys);
  await command(cast, lyon, phrases.triggerStatus);
  for (const device of cast.devices) await command(cast, device, phrases.unlock);
  for (const phrase of phrases.more) await command(cast, lyon, phrase);
  cast.conversation.note('What an old version cannot do is refused, or done by the bridge, and never pretended');
  await command(cast, oslo, phrases.reserve(CARDS[0]));
  const status = cast.watch.answered(bern.point.identity, 'StatusNotification', PATIENCE);
  const answer = await command(cast, bern, phrases.triggerStatus);
  if (answer?.['status'] !== 'Accepted') return;
  await status;
  await pause(cast);
}

async function withCard(cast: Cast, device: Device, card: string, power: number): Promise<void> {
  if (await device.point.authorize(card)) await device.point.startSession(firstOf(device), card, power);
  await pause(cast);
}

/** A command of the CSMS, and everything that the charge point does about it. Undefined when it is refused. */
async function command(cast: Cast, device: Device, { action, payload }: Phrase): Promise<JsonObject | undefined> {
  let answer: JsonObject | undefined;
  try {
    answer = await cast.csms.call(device.point.identity, action, payload);
  } catch (error) {
    // A refusal is part of the conversation; anything else should be seen.
    if (!(error instanceof CallRefused)) cast.conversation.note(`${action}: ${String(error)}`);
  }
  await device.idle();
  await pause(cast);
  return answer;
}

async function pause(cast: Cast): Promise<void> {
  await cast.conversation.settled(PATIENCE);
  await cast.breathe();
}

function firstOf(device: Device): Connector {
  const [connector] = device.point.connectors;
  if (!connector) throw new Error(`${device.point.identity} has no connector`);
  return connector;
}
