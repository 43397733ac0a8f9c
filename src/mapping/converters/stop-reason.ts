import type { Converter } from './converter.ts';

const WORDS = ['Remote', 'HardReset', 'SoftReset', 'UnlockCommand', 'DeAuthorized'] as const;

/** OCPP 1.2 and 1.5 tell no reason; 1.6 reads an absent one as `Local`. */
export const stopReason: Converter = {
  does: 'names why a transaction stopped, when the bridge itself knows it',
  takes: 'none',
  gives: 'word',
  args: ['transactionId'],
  words: WORDS,
  total: false,
  losses: ['reason-none'],
  convert(_value, [transactionId], scene) {
    const reason = typeof transactionId === 'number' ? scene.memory.stopReason(transactionId) : undefined;
    const word = WORDS.find((known) => known === reason);
    if (word === undefined) scene.lose('reason-none');
    return word;
  },
};
