import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The package's own folder, the same seen from src/app and from dist/app. */
const PACKAGE_DIR = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
export const WSDL_DIR = `${PACKAGE_DIR}/wsdl`;
export const MAPPINGS_DIR = `${PACKAGE_DIR}/mappings`;

/** The version of this package. */
export const VERSION = (JSON.parse(readFileSync(`${PACKAGE_DIR}/package.json`, 'utf8')) as { version: string }).version;
