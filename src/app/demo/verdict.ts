import { compareLedgers, energyOf, type Ledger, type Session } from '../simulate/ledger.ts';
import type { Paint } from './paint.ts';

/** The end of a round: both ends' books side by side, and whether they agree. */

export interface Books {
  readonly devices: Ledger;
  readonly csms: Ledger;
  /** What the CSMS found wrong with messages. */
  readonly complaints: readonly string[];
}

const MOST_ROWS = 12;

/** One line for each thing that is not as it should be. */
function faultsOf({ devices, csms, complaints }: Books): string[] {
  return [
    ...compareLedgers(
      { name: 'the charge points', sessions: devices.sessions },
      { name: 'the CSMS', sessions: csms.sessions },
    ),
    ...devices.oddities,
    ...csms.oddities,
    ...complaints,
  ];
}

export function verdict(
  books: Books,
  facts: { exchanges: number; losses: ReadonlyMap<string, number>; paint: Paint },
): { text: string; faults: string[] } {
  const { paint } = facts;
  const { sessions } = books.devices;
  const rows = sessions.slice(-MOST_ROWS).map((session) => rowOf(session, books.csms));
  const earlier = sessions.length - rows.length;
  const faults = faultsOf(books);
  const losses = [...facts.losses].map(([code, count]) => `${code} ${count}`);
  const lines = [
    paint('bold', `── ${facts.exchanges} exchanges, ${sessions.length} charging sessions`),
    '',
    `  ${'charge point'.padEnd(14)}${'tag'.padEnd(14)}${'Wh there'.padStart(10)}${'Wh at the CSMS'.padStart(17)}`,
    ...(earlier > 0 ? [`  … ${earlier} earlier sessions`] : []),
    ...rows.map((row) => `  ${row}`),
    '',
    ...faults.map((fault) => paint('red', `  ✗ ${fault}`)),
    faults.length === 0 ? paint('green', '  ✓ both ends have the same books') : '',
    losses.length === 0 ? '  no information was lost' : `  lost, changed or guessed on the way: ${losses.join(', ')}`,
    '',
  ];
  return { text: `\n${lines.join('\n')}\n`, faults };
}

function rowOf(session: Session, csms: Ledger): string {
  const twin = csms.sessions.find(
    (other) =>
      other.identity === session.identity &&
      other.meterStart === session.meterStart &&
      other.startedAt === session.startedAt,
  );
  const there = shown(energyOf(session));
  const here = shown(twin && energyOf(twin));
  const sign = there === here ? '=' : '≠';
  return `${session.identity.padEnd(14)}${session.idTag.padEnd(14)}${there.padStart(10)}  ${sign} ${here.padStart(13)}`;
}

function shown(energy: number | undefined): string {
  return energy === undefined ? '—' : String(energy);
}
