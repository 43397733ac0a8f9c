import { loadConfig } from '../config/load.ts';
import { configWarnings } from '../config/warnings.ts';
import { loadTranslation, sourcesOf } from '../tables.ts';

/** `check`: everything the bridge reads at its start, without starting it. */
export async function check(options: { config?: string }): Promise<void> {
  const config = loadConfig({ env: process.env, ...(options.config !== undefined && { file: options.config }) });
  const { soap, translators, profiles, downActions } = await loadTranslation(sourcesOf(config));
  const versions = [...translators.keys()].join(', ');
  process.stdout.write(
    [
      `configuration  good${options.config === undefined ? ' (environment only)' : `: ${options.config}`}`,
      `contracts      ${soap.all.length} SOAP services`,
      `tables         OCPP ${versions}; ${downActions.size} actions that a CSMS may call; ${profiles.names.length - 1} quirk profiles`,
      `near bank      ${config.soap.listen.host}:${config.soap.listen.port}`,
      `far bank       ${config.csms.url} (${config.csms.protocol})`,
      ...configWarnings(config).map((warning) => `warning        ${warning}`),
      '',
    ].join('\n'),
  );
}
