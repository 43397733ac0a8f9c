/** Asks the admin port of a running bridge. Every failure is one line for people. */
export async function askAdmin(url: URL, method: 'GET' | 'POST' = 'GET'): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, { method, redirect: 'error' });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`no bridge answers at ${url.origin}: ${why} (--admin names its admin port)`, { cause: error });
  }
  if (response.ok) return response.json();
  const body: unknown = await response.json().catch(() => undefined);
  const told = typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : undefined;
  throw new Error(told ?? `${url.origin} answered ${response.status}: is it the admin port of a bridge?`);
}
