import { createLog } from '../../base/log.ts';
import type { CsmsProtocol } from '../../base/message.ts';
import { loadJsonContract } from '../../contract/ocppj.ts';
import { startBridge } from '../bridge.ts';
import { loadConfig } from '../config/load.ts';
import { runDemo } from '../demo/demo.ts';

/** `demo`: bridge, fleet and CSMS in one process; exit code 1 when the books of the two ends disagree. */
export async function demo({ once, protocol }: { once: boolean; protocol: CsmsProtocol }): Promise<void> {
  process.exitCode = await runDemo({
    once,
    protocol,
    out: process.stdout,
    contract: loadJsonContract(protocol),
    async startBridge({ csmsUrl, storePath, allowCallbacks }) {
      const text = JSON.stringify({
        soap: { listen: '127.0.0.1:0' },
        csms: { url: csmsUrl, protocol },
        store: { path: storePath },
        admin: { listen: '127.0.0.1:0' },
        callbacks: { allow: allowCallbacks },
      });
      const config = loadConfig({ text, env: {} });
      const bridge = await startBridge(config, createLog({ level: 'silent', redactTags: true }));
      return { ...bridge, stop: async () => void (await bridge.stop()) };
    },
  });
}
