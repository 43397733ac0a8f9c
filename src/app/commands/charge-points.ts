import { askAdmin } from '../admin-client.ts';
import type { ChargePointRow } from '../charge-point-view.ts';

/** `charge-points`: who has been heard, under which name the CSMS knows it, and where its link goes. */
export async function chargePoints({ admin }: { readonly admin: string }): Promise<void> {
  const { chargePoints: rows } = (await askAdmin(new URL('/api/charge-points', admin))) as {
    chargePoints: ChargePointRow[];
  };
  process.stdout.write(table(rows));
}

export function table(rows: readonly ChargePointRow[]): string {
  if (rows.length === 0) return 'No charge point has been heard yet.\n';
  const lines = rows.map(({ link, slot, version = '', protocol, heard = '', identity, csmsIdentity, unwritable }) => {
    const way = slot === undefined ? link : `${link} (profile ${slot})`;
    const name = csmsIdentity === undefined ? identity : `${identity} = ${csmsIdentity}`;
    const mark = unwritable ? '  ! OCPP 2.0.1 cannot write this identity: give it csms.identity' : '';
    return `${way.padEnd(18)}  ${version.padEnd(3)}  ${protocol.padEnd(9)}  ${heard.padEnd(24)}  ${name}${mark}`;
  });
  const heading = `${'link'.padEnd(18)}  ${'is'.padEnd(3)}  ${'at CSMS'.padEnd(9)}  ${'heard'.padEnd(24)}  charge point`;
  return `${[heading, ...lines].join('\n')}\n`;
}
