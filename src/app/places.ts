import { fileURLToPath } from 'node:url';

/** The package's own folder, the same seen from src/app and from dist/app. */
export const PACKAGE_DIR = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
export const WSDL_DIR = `${PACKAGE_DIR}/wsdl`;
export const MAPPINGS_DIR = `${PACKAGE_DIR}/mappings`;
