import { z } from 'zod';
import { configSchema } from './schema.ts';
import { noSources } from './sources.ts';

/** The schema of the configuration file as JSON Schema (2020-12): editors complete and check the YAML with it. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema(noSources), { io: 'input', unrepresentable: 'any' });
  return { title: 'Configuration of ocpp-soap-bridge', ...schema };
}
