/** Makes charge points of gSOAP: its tools write the code of a version from the WSDL that the bridge serves, and it is compiled. */

import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { XmlDocument, XmlElement } from 'libxml2-wasm';
import type { SoapVersion } from '../../src/base/message.ts';
import { scratch } from '../process/bridge-process.ts';
import type { Surroundings } from './peer.ts';
import { wsdlText } from './published.ts';

const run = promisify(execFile);
const PEER = fileURLToPath(new URL('gsoap_peer.c', import.meta.url));
/** Where Debian's package puts what gSOAP's tools import. */
const SHARE = '/usr/share/gsoap';
const ROLES = ['CentralSystem', 'ChargePoint'] as const;

export interface GsoapStation {
  /** Path of the executable. */
  readonly program: string;
  /** Fields that are lists, as `parent/field`: the XML that gSOAP writes does not tell a list of one. */
  readonly lists: ReadonlySet<string>;
}

export class GsoapWorkshop {
  readonly #place = scratch();
  readonly #made = new Map<string, Promise<GsoapStation>>();

  /** A charge point of a version. Made once, as long as the WSDL says the same. */
  async station(version: SoapVersion, around: Surroundings): Promise<GsoapStation> {
    const texts = await Promise.all(ROLES.map((role) => wsdlText(around, version, role)));
    const key = texts.join('\n').replaceAll(around.soapUrl, '');
    const made = this.#made.get(key) ?? this.#make(join(this.#place.path, `${version}-${this.#made.size}`), texts);
    this.#made.set(key, made);
    return made;
  }

  clear(): void {
    this.#place.remove();
  }

  async #make(directory: string, texts: readonly string[]): Promise<GsoapStation> {
    mkdirSync(directory);
    const at = { cwd: directory };
    const files = ROLES.map((role) => `${role}.wsdl`);
    for (const [index, file] of files.entries()) writeFileSync(join(directory, file), texts[index] ?? '');
    await run('wsdl2h', ['-c', '-x', '-y', '-o', 'ocpp.h', ...files], at);
    const header = readFileSync(join(directory, 'ocpp.h'), 'utf8');
    writeFileSync(join(directory, 'station.h'), `#import "wsa5.h"\n${header}`);
    writeFileSync(join(directory, 'operations.h'), operationsIn(header));
    await run('soapcpp2', ['-c', '-2', '-x', '-w', '-L', `-I${SHARE}/import:${SHARE}`, 'station.h'], at);
    const sources = [PEER, 'soapC.c', 'soapClient.c', 'soapServer.c', `${SHARE}/plugin/wsaapi.c`];
    await run(
      'cc',
      ['-w', '-I.', `-I${SHARE}/plugin`, `-I${SHARE}`, '-o', 'peer', ...sources, '-lgsoap', '-lpthread'],
      at,
    );
    return { program: join(directory, 'peer'), lists: new Set(texts.flatMap(listsIn)) };
  }
}

/** The operations as macros: `CENTRAL(Authorize, authorize)` of the central system, `POINT(Reset, reset)` of the charge point. */
function operationsIn(header: string): string {
  const found = [...header.matchAll(/^int __ns([12])__(\w)(\w+)\(/gm)];
  if (found.length === 0) throw new Error('gSOAP finds no operation in the WSDL');
  const row = ([, service, first = '', rest = '']: RegExpMatchArray): string =>
    `${service === '1' ? 'CENTRAL' : 'POINT'}(${first}${rest}, ${first.toLowerCase()}${rest})`;
  return `${found.map(row).join('\n')}\n`;
}

const XS = { xs: 'http://www.w3.org/2001/XMLSchema' };

/** The fields of a WSDL that may stand more than once, by the elements that hold them. */
function listsIn(wsdl: string): string[] {
  const document = XmlDocument.fromString(wsdl);
  const elements = (path: string): XmlElement[] => document.find(path, XS).filter((node) => node instanceof XmlElement);
  const nameOf = (node: XmlElement): string => node.attr('name')?.value ?? '';
  try {
    return elements('//xs:element[@maxOccurs and @maxOccurs != "1"]').flatMap((field) => {
      const holder = field.get('ancestor::xs:complexType[1]', XS);
      const type = holder instanceof XmlElement ? nameOf(holder) : '';
      const around = field.get('ancestor::xs:element[1]', XS);
      const parents = type === '' ? [around] : elements(`//xs:element[substring-after(@type, ":") = "${type}"]`);
      return parents.flatMap((parent) => (parent instanceof XmlElement ? [`${nameOf(parent)}/${nameOf(field)}`] : []));
    });
  } finally {
    document.dispose();
  }
}
