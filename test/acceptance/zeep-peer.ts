/** A charge point made of zeep, in a Python process that is told what to do line by line. */

import { fileURLToPath } from 'node:url';
import { SOAP_VERSIONS } from '../../src/base/message.ts';
import { type Heard, type Peer, PeerFault, type ReadFault, type Surroundings, type Told } from './peer.ts';
import { Script } from './script.ts';

const SCRIPT = fileURLToPath(new URL('zeep_peer.py', import.meta.url));

interface Reply {
  readonly trouble?: string;
  readonly fault?: ReadFault;
  readonly heard?: readonly (Heard & { readonly trouble?: string })[];
}

/** `python` is one that can import zeep. */
export async function openZeep(python: string, around: Surroundings): Promise<Peer> {
  const script = new Script(python, [SCRIPT]);
  const tell = async (command: object): Promise<Reply> => {
    const reply = (await script.tell(JSON.stringify(command))) as Reply;
    if (reply.trouble !== undefined) throw new Error(`zeep: ${reply.trouble}`);
    return reply;
  };
  for (const version of SOAP_VERSIONS) {
    await tell({
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
      const reply = await tell({ do: 'call', version, identity, action, payload, element });
      if (reply.fault) throw new PeerFault(reply.fault);
      return reply as unknown as Told;
    },
    async answer(version, action, reply) {
      await tell({ do: 'answer', version, action, reply });
    },
    async heard() {
      const { heard = [] } = await tell({ do: 'heard' });
      const trouble = heard.find((entry) => entry.trouble !== undefined);
      if (trouble) throw new Error(`zeep cannot read what the bridge wrote: ${trouble.trouble}\n${trouble.raw}`);
      return [...heard];
    },
    close: () => script.end(),
  };
}
