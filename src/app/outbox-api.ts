import { isIP } from 'node:net';
import { type Request, type Response, Router } from 'express';
import { refusalOf } from '../base/errors.ts';
import type { OutboxView } from './outbox-view.ts';

/** `/api/outbox` and `/api/dead-letters` of the admin port. */
export function outboxApi(view: OutboxView): Router {
  const router = Router();
  router.get('/outbox', async ({ query: { identity } }, response) => {
    response.json({ chargePoints: await view.waiting(typeof identity === 'string' ? identity : undefined) });
  });
  router.get('/dead-letters', async ({ query: { identity } }, response) => {
    response.json({ chargePoints: await view.deadLetters(typeof identity === 'string' ? identity : undefined) });
  });
  for (const what of ['retry', 'discard'] as const) {
    router.post(`/dead-letters/:identity/:seq/${what}`, async (request, response) => {
      if (foreign(request)) return told(response, 403, 'not from another site');
      const { identity, seq } = request.params;
      const found = /^\d+$/.test(seq) && (await view.decide(identity, Number(seq), what));
      return found ? told(response, 200, what) : told(response, 404, 'there is no such dead letter');
    });
  }
  router.use((error: unknown, _request: Request, response: Response, _next: () => void) => {
    told(response, 503, refusalOf(error).reason);
  });
  return router;
}

/**
 * A page of another site, open in the operator's browser, can send a POST here too; browsers say where it comes from. A name
 * proves nothing, for its owner can point it here.
 */
function foreign({ headers: { origin, host } }: Request): boolean {
  if (origin === undefined) return false;
  const from = URL.canParse(origin) ? new URL(origin) : undefined;
  const named =
    from === undefined || (from.hostname !== 'localhost' && isIP(from.hostname.replace(/^\[|\]$/g, '')) === 0);
  return named || from.host !== host;
}

function told(response: Response, status: number, message: string): void {
  response.status(status).json({ message });
}
