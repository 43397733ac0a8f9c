import type { Config } from './schema.ts';

/** What a configuration may say and an operator should know: one line each, told at the start and by `check`. */
export function configWarnings({ store, behaviour, chargePoints }: Config): string[] {
  const buffers = [behaviour, ...Object.values(chargePoints).map((entry) => entry.behaviour)].some(
    ({ whenCsmsIsAway }) => whenCsmsIsAway === 'buffer',
  );
  if (!store.memory || !buffers) return [];
  return [
    'store.memory: what the bridge takes over from charge points while the CSMS is away is lost when it ends; ' +
      'use store.path, or behaviour.whenCsmsIsAway: refuse',
  ];
}
