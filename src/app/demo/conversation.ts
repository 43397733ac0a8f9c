import type { Clock } from '../../base/clock.ts';
import type { SoapEvent } from '../simulate/soap-event.ts';
import { type Exchange, ExchangePairing } from './exchange-pairing.ts';
import { type Block, clip, columns, stacked } from './layout.ts';
import type { Screen } from './paint.ts';
import { prettyFrame } from './pretty-frame.ts';
import { prettyBody } from './pretty-xml.ts';
import type { JsonEvent, Tap } from './tap.ts';

/** Tells the conversation to a person: each exchange once, with its SOAP and the JSON it became. */

export interface ConversationOptions {
  readonly screen: Screen;
  readonly clock: Clock;
  /** Lines of one message before it is cut; default 14. */
  readonly maxLines?: number;
  /** Milliseconds to wait for a late JSON half; default 300. */
  readonly grace?: number;
}

export class Conversation implements Tap {
  readonly #screen: Screen;
  readonly #clock: Clock;
  readonly #maxLines: number;
  readonly #pairing: ExchangePairing;
  #told = 0;

  constructor(options: ConversationOptions) {
    this.#screen = options.screen;
    this.#clock = options.clock;
    this.#maxLines = options.maxLines ?? 14;
    this.#pairing = new ExchangePairing({
      clock: options.clock,
      grace: options.grace ?? 300,
      emit: (exchange) => this.#tell(exchange),
    });
  }

  soap(event: SoapEvent): void {
    this.#pairing.soap(event);
  }

  json(event: JsonEvent): void {
    this.#pairing.json(event);
  }

  /** How many exchanges were told. */
  get told(): number {
    return this.#told;
  }

  /** A stage direction between two exchanges. */
  note(text: string): void {
    const rule = '─'.repeat(Math.max(2, this.#screen.width() - text.length - 5));
    this.#screen.out.write(`\n${this.#screen.paint('bold', `── ${text} ${rule}`)}\n`);
  }

  /** Resolves when everything seen so far has been told; after `patience` ms at the latest, with the rest told as it is. */
  async settled(patience: number): Promise<void> {
    const timer = this.#clock.after(patience, () => this.#pairing.flush());
    await this.#pairing.settled();
    timer.cancel();
  }

  #tell(exchange: Exchange): void {
    this.#told += 1;
    const width = this.#screen.width();
    const wide = width >= 120;
    const room = wide ? Math.floor((width - 7) / 2) : width - 11;
    const blocks = this.#blocks(exchange, room);
    const body = (wide ? columns : stacked)(blocks, room, this.#screen.paint);
    this.#screen.out.write(`\n${this.#title(exchange, width)}\n${body.join('\n')}\n`);
  }

  #title(exchange: Exchange, width: number): string {
    const { paint } = this.#screen;
    const version = exchange.version ? `OCPP ${exchange.version}` : 'OCPP';
    const who = `${exchange.identity} (${version})`;
    const route = exchange.direction === 'up' ? `${who} ▶ CSMS` : `CSMS ▶ ${who}`;
    const took = `${Math.max(0, Math.round(exchange.endedAt - exchange.startedAt))} ms`;
    const gap = ' '.repeat(Math.max(2, width - route.length - exchange.action.length - took.length - 2));
    const style = exchange.direction === 'up' ? 'green' : 'yellow';
    return `${paint(style, route)}  ${paint('bold', exchange.action)}${gap}${paint('dim', took)}`;
  }

  #blocks(exchange: Exchange, room: number): Block[] {
    const up = exchange.direction === 'up';
    const soap = (text: string | undefined, part: Block['part']): Block[] =>
      text === undefined
        ? []
        : [this.#block({ side: 'soap', part, up, bad: isFault(text) }, prettyBody(text, room), room)];
    const json = (frame: Exchange['json'], part: 'call' | 'answer'): Block[] => {
      const value = frame?.[part];
      return value
        ? [this.#block({ side: 'json', part, up, bad: value[0] === 4 }, prettyFrame(value, room), room)]
        : [];
    };
    const soapHalves = exchange.soap.flatMap((half) => [...soap(half.call, 'call'), ...soap(half.answer, 'answer')]);
    const jsonHalves = [...json(exchange.json, 'call'), ...json(exchange.json, 'answer')];
    const [outer, inner] = up ? [soapHalves, jsonHalves] : [jsonHalves, soapHalves];
    if (outer.length > 0 && inner.length > 0) return [...outer.slice(0, 1), ...inner, ...outer.slice(1)];
    const remark: Block = {
      side: jsonHalves.length > 0 ? 'soap' : 'json',
      part: 'remark',
      lines: clip([remarkOn(exchange)], room, 1),
      bad: false,
      up,
    };
    const [call, ...answers] = [...outer, ...inner];
    return call ? [call, remark, ...answers] : [remark];
  }

  #block(facts: Omit<Block, 'lines'>, lines: readonly string[], room: number): Block {
    return { ...facts, lines: clip(lines, room, this.#maxLines) };
  }
}

function isFault(text: string): boolean {
  return /<(?:[\w-]+:)?Fault[\s>]/.test(text) || !text.includes('<');
}

/** Why one side of the page is empty. */
function remarkOn(exchange: Exchange): string {
  if (exchange.direction === 'up') {
    if (exchange.soap.length === 0) return 'the bridge says this for the charge point';
    return isFault(exchange.soap.at(-1)?.answer ?? '') ? 'it did not reach the CSMS' : 'the bridge answers by itself';
  }
  return exchange.soap.length === 0
    ? 'the charge point is not asked: the bridge answers'
    : 'the bridge asks on its own';
}
