import { createLog } from '../../base/log.ts';
import { startBridge } from '../bridge.ts';
import { loadConfig } from '../config/load.ts';

/** `run`: the bridge until SIGTERM or SIGINT. Exit code 0 after a clean end, 1 when exchanges had to be cut off. */
export async function run(options: { config?: string }): Promise<void> {
  const config = loadConfig({ env: process.env, ...(options.config !== undefined && { file: options.config }) });
  const log = createLog({
    level: config.log.level,
    pretty: config.log.pretty,
    redactTags: config.log.tags === 'redacted',
  });
  process.on('uncaughtException', (error) => log.error({ err: error }, 'uncaught exception'));
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));
  const bridge = await startBridge(config, log, (error) => {
    // Nothing can be kept any more: charge points must see that nobody is here.
    log.error({ err: error }, 'the store cannot be written any more; the bridge ends');
    void log.close().then(() => process.exit(1));
  });
  process.on('SIGHUP', () => bridge.reloadTables('SIGHUP'));
  const signal = await new Promise<string>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  log.info({ signal }, 'asked to stop');
  // npm, for one, hands on a signal that the terminal has sent to everybody: it must not cut off what is under way.
  for (const again of ['SIGTERM', 'SIGINT']) {
    process.on(again, () => log.info({ signal: again }, 'stopping already'));
  }
  const clean = await bridge.stop();
  await log.close();
  process.exit(clean ? 0 : 1);
}
