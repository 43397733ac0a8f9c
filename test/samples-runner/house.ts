/** Real bridges, one for each configuration that samples ask for, between the same two peers. */

import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import { type Bridge, startBridge } from '../../src/app/bridge.ts';
import { loadConfig } from '../../src/app/config/load.ts';
import type { Log } from '../../src/base/log.ts';
import { Conversation } from './conversation.ts';
import { Judge } from './judge.ts';
import { Play } from './play.ts';
import type { Sample } from './sample.ts';
import { World } from './world.ts';

type Section = Readonly<Record<string, unknown>>;

const USUAL: Readonly<Record<string, Section>> = {
  soap: { listen: '127.0.0.1:0', publicUrl: 'http://bridge.example.net:8080/ocpp' },
  store: { memory: true },
  admin: { listen: '127.0.0.1:0' },
  callbacks: { allow: ['127.0.0.0/8'], retryPause: '1ms' },
  // A sample that failed may leave an exchange open; nobody waits for its end.
  drain: { within: '1s' },
};

export class House {
  readonly #world: World;
  readonly #judge: Judge;
  readonly #bridges = new Map<string, Promise<Bridge>>();
  readonly #conversations = new Map<string, { id: string; conversation: Conversation }>();

  private constructor(world: World, judge: Judge) {
    this.#world = world;
    this.#judge = judge;
  }

  static async open(): Promise<House> {
    return new House(await World.open(), await Judge.make());
  }

  /** Plays a sample with a charge point of its own. Throws what is different. */
  async play(sample: Sample): Promise<void> {
    const { about, id } = sample;
    const mark = createHash('sha256').update(id).digest('hex').slice(0, 8);
    const conversation = new Conversation(about.identity ?? `CP-${mark.toUpperCase()}`);
    if (this.#conversations.has(conversation.identity)) throw new Error(`${conversation.identity} is another sample's`);
    this.#conversations.set(conversation.identity, { id, conversation });
    const callbackPath = `/charge-point/${mark}`;
    this.#world.enter(conversation, callbackPath, about.refuseLink);
    const { devicePort } = this.#world;
    const callback = `http://127.0.0.1:${devicePort}${callbackPath}`;
    // The only placeholder: others in braces belong to the configuration.
    const bridge = await this.#bridge(this.#configText(about.config).replaceAll('{callback}', callback));
    const soapPort = Number(new URL(bridge.soapUrl).port);
    await new Play(sample, conversation, {
      ...{ soapPort, devicePort, callbackPath, judge: this.#judge },
      takeLink: () => this.#world.takeLink(conversation.identity),
    }).run();
  }

  #configText(special: Readonly<Record<string, unknown>>): string {
    const whole: Record<string, unknown> = { ...USUAL, csms: { url: this.#world.csmsUrl, pingInterval: '0s' } };
    for (const [name, section] of Object.entries(special)) {
      whole[name] = { ...(whole[name] as Section | undefined), ...(section as Section) };
    }
    return stringify(whole);
  }

  #bridge(text: string): Promise<Bridge> {
    let bridge = this.#bridges.get(text);
    if (bridge === undefined) {
      bridge = startBridge(loadConfig({ text, env: {} }), this.#log());
      this.#bridges.set(text, bridge);
    }
    return bridge;
  }

  /** The bridge tells every loss in its log; with each goes the charge point it happened to. */
  #log(): Log {
    const nothing = (): void => undefined;
    return {
      debug: (about) => {
        const { identity, code, field } = about as { identity?: string; code?: string; field?: string };
        if (identity === undefined || code === undefined || field === undefined) return;
        this.#conversations.get(identity)?.conversation.losses.add(code);
      },
      ...{ info: nothing, warn: nothing, error: nothing },
    };
  }

  /** Ends everything in order. Answers what the bridges said after their samples had ended, one line a sample. */
  async close(): Promise<string[]> {
    for (const bridge of this.#bridges.values()) await (await bridge).stop();
    await this.#world.close();
    return [...this.#conversations.values()].flatMap(({ id, conversation }) => {
      const rest = conversation.rest();
      return rest === '' ? [] : [`${id}: ${rest}`];
    });
  }
}
