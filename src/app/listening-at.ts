/** Why a listener could not be opened, in one line that names the key of the configuration to change. */

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there already',
  EADDRNOTAVAIL: 'this machine does not have that address',
  EACCES: 'this user may not listen on that port',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name cannot be resolved now',
};

/** Waits for `opening`; rejects with a readable error in place of the system's. */
export async function listeningAt<T>(key: string, at: { host: string; port: number }, opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const why = REASONS[code] ?? (error instanceof Error ? error.message : String(error));
    const host = at.host.includes(':') ? `[${at.host}]` : at.host;
    throw new Error(`${key}: cannot listen on ${host}:${at.port}: ${why}${code && ` (${code})`}`, { cause: error });
  }
}
