/** A charge point made of zeep, in a Python process that is told what to do line by line. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SOAP_VERSIONS } from '../../src/base/message.ts';
import { type Heard, type Peer, PeerFault, type ReadFault, type Surroundings, type Told } from './peer.ts';

const SCRIPT = fileURLToPath(new URL('zeep_peer.py', import.meta.url));

interface Reply {
  readonly trouble?: string;
  readonly fault?: ReadFault;
  readonly heard?: readonly (Heard & { readonly trouble?: string })[];
}

/** `python` is one that can import zeep. */
export async function openZeep(python: string, around: Surroundings): Promise<Peer> {
  const script = new Script(spawn(python, [SCRIPT]));
  for (const version of SOAP_VERSIONS) {
    await script.tell({
      do: 'open',
      version,
      central: around.wsdl(version, 'CentralSystem'),
      point: around.wsdl(version, 'ChargePoint'),
      endpoint: around.soapUrl,
    });
  }
  return {
    name: 'zeep',
    async call(version, identity, action, payload, { element } = {}) {
      const reply = await script.tell({ do: 'call', version, identity, action, payload, element });
      if (reply.fault) throw new PeerFault(reply.fault);
      return reply as unknown as Told;
    },
    async answer(version, action, reply) {
      await script.tell({ do: 'answer', version, action, reply });
    },
    async heard() {
      const { heard = [] } = await script.tell({ do: 'heard' });
      const trouble = heard.find((entry) => entry.trouble !== undefined);
      if (trouble) throw new Error(`zeep cannot read what the bridge wrote: ${trouble.trouble}\n${trouble.raw}`);
      return [...heard];
    },
    close: () => script.end(),
  };
}

/** One command at a time: each line in has one line out. */
class Script {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<void>;
  #complaint = '';
  #replied: ((line: string) => void) | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    this.#ended = new Promise((resolve) => child.once('close', () => resolve()));
    child.stderr.on('data', (chunk) => {
      this.#complaint += String(chunk);
    });
    createInterface({ input: child.stdout }).on('line', (line) => this.#replied?.(line));
  }

  tell(command: object): Promise<Reply> {
    const told = this.#turn.then(() => this.#ask(command));
    this.#turn = told.catch(() => undefined);
    return told;
  }

  async end(): Promise<void> {
    this.#child.stdin.end();
    await this.#ended;
  }

  async #ask(command: object): Promise<Reply> {
    const line = await new Promise<string>((resolve, reject) => {
      this.#replied = resolve;
      void this.#ended.then(() => reject(new Error(`the script ended: ${this.#complaint}`)));
      this.#child.stdin.write(`${JSON.stringify(command)}\n`);
    });
    const reply = JSON.parse(line) as Reply;
    if (reply.trouble !== undefined) throw new Error(`zeep: ${reply.trouble}`);
    return reply;
  }
}
