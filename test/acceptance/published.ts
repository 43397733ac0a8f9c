/** Which WSDL files bridge and peers work with: the bridge's own as it serves them, or those of a directory. */

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { SoapVersion } from '../../src/base/message.ts';
import type { Surroundings } from './peer.ts';

/** With ACCEPTANCE_WSDL_DIR set, such as to the published files, everything runs on the files of that directory. */
export const WSDL_DIR = process.env['ACCEPTANCE_WSDL_DIR'] && resolve(process.env['ACCEPTANCE_WSDL_DIR']);

const DATES: Readonly<Record<SoapVersion, string>> = { '1.2': '2010/08', '1.5': '2012/06', '1.6': '2015/10' };

export function surroundings(soapUrl: string): Surroundings {
  return {
    soapUrl,
    wsdl: (version, role) => (WSDL_DIR ? fileIn(WSDL_DIR, version, role) : `${soapUrl}?wsdl=${version}-${role}`),
  };
}

/** Text of a service's WSDL, for validation. */
export async function wsdlText(around: Surroundings, version: SoapVersion, role: keyof typeof SHORT): Promise<string> {
  const place = around.wsdl(version, role);
  return place.startsWith('http') ? (await fetch(place)).text() : readFileSync(place, 'utf8');
}

const SHORT = { CentralSystem: 'Cs', ChargePoint: 'Cp' } as const;

function fileIn(dir: string, version: SoapVersion, role: keyof typeof SHORT): string {
  const namespace = `targetNamespace="urn://Ocpp/${SHORT[role]}/${DATES[version]}/"`;
  const found = readdirSync(dir).find(
    (name) => name.endsWith('.wsdl') && readFileSync(join(dir, name), 'utf8').includes(namespace),
  );
  if (!found) throw new Error(`no file in ${dir} has ${namespace}`);
  return join(dir, found);
}
