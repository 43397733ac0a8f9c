import { spawnSync } from 'node:child_process';

/** Real programs that tests talk to. On a user's machine one may be absent and its tests are skipped, in CI never. */

interface PeerRow {
  /** Commands that may be it, tried in this order. */
  readonly commands: readonly string[];
  /** Arguments that end with exit code 0 when the command is what we look for. */
  readonly probe: readonly string[];
  readonly install: string;
}

const PEERS = {
  // The first python3 on the PATH may be one without Debian's modules.
  zeep: {
    commands: ['python3', '/usr/bin/python3', '/usr/local/bin/python3'],
    probe: ['-c', 'import zeep'],
    install: 'python3-zeep',
  },
  // Its tools, its headers, and a compiler.
  gsoap: {
    commands: ['sh'],
    probe: ['-ec', 'wsdl2h -V; soapcpp2 -V; cc --version; echo "#include <stdsoap2.h>" | cc -E - -o /dev/null'],
    install: 'gsoap libgsoap-dev gcc libc6-dev',
  },
  promtool: { commands: ['promtool'], probe: ['--version'], install: 'prometheus' },
  openssl: { commands: ['openssl'], probe: ['version'], install: 'openssl' },
} as const satisfies Record<string, PeerRow>;

export type PeerName = keyof typeof PEERS;

export interface Peer {
  readonly available: boolean;
  /** The program to start; for zeep, a Python that can import it. */
  readonly command: string;
  /** One line that says what was found, or what is missing and how to get it. */
  readonly reason: string;
}

type Probe = (command: string, args: readonly string[]) => boolean;

const started: Probe = (command, args) => spawnSync(command, args, { stdio: 'ignore', timeout: 30_000 }).status === 0;

/** Looks for a peer. Never throws. */
export function peer(name: PeerName, probe: Probe = started): Peer {
  const row: PeerRow = PEERS[name];
  const command = row.commands.find((candidate) => probe(candidate, row.probe));
  if (command !== undefined) return { available: true, command, reason: `${name} is there: ${command}` };
  return {
    available: false,
    command: row.commands[0] ?? name,
    reason: `${name} is not installed (Debian: ${row.install}; scripts/install-peers.sh installs it)`,
  };
}

/**
 * For test files: `const zeep = needsPeer('zeep'); describe.skipIf(!zeep.available)(…)`.
 * An absent peer is said in one line; with CI=true it is an error, so that the file fails instead of being skipped.
 */
export function needsPeer(name: PeerName, environment: NodeJS.ProcessEnv = process.env, probe: Probe = started): Peer {
  const found = peer(name, probe);
  if (!found.available && environment['CI'] === 'true') throw new Error(found.reason);
  if (!found.available) console.warn(`skipped: ${found.reason}`);
  return found;
}
