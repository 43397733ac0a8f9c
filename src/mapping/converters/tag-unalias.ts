import type { Converter } from './converter.ts';

/** The original is sent even where it is longer than the contract says: the charge point itself uses this very text. */
export const tagUnalias: Converter = {
  does: 'turns an alias that the bridge made for a long idTag back into the idTag',
  takes: 'text',
  gives: 'text',
  args: [],
  total: true,
  losses: ['tag-unalias'],
  convert(value, _args, scene) {
    if (typeof value !== 'string') return undefined;
    const original = scene.memory.tagOf(value);
    if (original === undefined) return value;
    scene.lose('tag-unalias', value);
    return original;
  },
};
