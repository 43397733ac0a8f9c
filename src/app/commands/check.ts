import { loadConfig } from '../config/load.ts';
import { mappingOptions } from '../settings.ts';
import { loadTranslation } from '../tables.ts';

/** `check`: everything the bridge reads at its start, without starting it. */
export async function check(options: { config?: string }): Promise<void> {
  const config = loadConfig({ env: process.env, ...(options.config !== undefined && { file: options.config }) });
  const { soap, translators, downActions } = await loadTranslation({
    wsdlDir: config.contracts.wsdlDir,
    tableDir: config.mapping.dir,
    options: mappingOptions(config),
  });
  const versions = [...translators.keys()].join(', ');
  process.stdout.write(
    [
      `configuration  good${options.config === undefined ? ' (environment only)' : `: ${options.config}`}`,
      `contracts      ${soap.all.length} SOAP services`,
      `tables         OCPP ${versions}; ${downActions.size} actions that a CSMS may call`,
      `near bank      ${config.soap.listen.host}:${config.soap.listen.port}`,
      `far bank       ${config.csms.url} (${config.csms.protocol})`,
      '',
    ].join('\n'),
  );
}
