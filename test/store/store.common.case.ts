import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BridgeError } from '../../src/base/errors.ts';
import type { Commit, Store } from '../../src/store/store.ts';

/** One life of a store under test. `reopen` closes it and opens the same data; absent when the store keeps none. */
export interface StoreUnderTest {
  readonly store: Store;
  readonly reopen?: () => Promise<Store>;
  dispose(): Promise<void>;
}

const first = (state: Commit['state'], more: Partial<Commit> = {}): Commit => ({ revision: 1, state, ...more });

async function refusal(action: Promise<unknown>): Promise<BridgeError> {
  const error = await action.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BridgeError);
  expect((error as BridgeError).code).toBe('StoreFailed');
  return error as BridgeError;
}

/** What every store promises. */
export function storeSuite(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`${name}, as every store`, () => {
    let kit: StoreUnderTest;
    let store: Store;

    beforeEach(async () => {
      kit = await make();
      store = kit.store;
    });
    afterEach(async () => {
      await kit.dispose();
    });

    it('knows nothing of a charge point that never committed', async () => {
      expect(await store.load('CP1')).toBeUndefined();
      expect(await store.row('CP1', 'answer', 'a')).toBeUndefined();
      expect(await store.rows('CP1', 'answer', 10)).toEqual([]);
      expect(await store.identities()).toEqual([]);
    });

    it('gives back the last committed state with its revision', async () => {
      await store.commit('CP1', first({ a: 1 }));
      await store.commit('CP1', { revision: 2, state: { b: [null, true, 'ü', 1.5] } });
      expect(await store.load('CP1')).toEqual({ revision: 2, state: { b: [null, true, 'ü', 1.5] } });
    });

    it('takes commits of one charge point that are queued without waiting, in order', async () => {
      await Promise.all([1, 2, 3, 4].map((revision) => store.commit('CP1', { revision, state: { revision } })));
      expect(await store.load('CP1')).toEqual({ revision: 4, state: { revision: 4 } });
    });

    it.each([0, -1, 2, 3, 1.5, Number.NaN])(
      'refuses revision %d where 1 is due, and writes nothing',
      async (revision) => {
        await refusal(store.commit('CP1', { revision, state: {}, put: [{ kind: 'k', key: 'a', value: {} }] }));
        expect(await store.load('CP1')).toBeUndefined();
        expect(await store.row('CP1', 'k', 'a')).toBeUndefined();
        expect(await store.identities()).toEqual([]);
      },
    );

    it.each([1, 2, 4])('refuses revision %d where 3 is due, and neither puts nor removes', async (revision) => {
      await store.commit('CP1', first({ n: 1 }, { put: [{ kind: 'k', key: 'kept', value: { n: 1 } }] }));
      await store.commit('CP1', { revision: 2, state: { n: 2 } });
      const error = await refusal(
        store.commit('CP1', {
          revision,
          state: { n: 9 },
          put: [{ kind: 'k', key: 'new', value: { n: 9 } }],
          remove: [{ kind: 'k', key: 'kept' }],
        }),
      );
      expect(error.message).toContain('CP1');
      expect(await store.load('CP1')).toEqual({ revision: 2, state: { n: 2 } });
      expect(await store.rows('CP1', 'k', 10)).toEqual([{ kind: 'k', key: 'kept', value: { n: 1 } }]);
    });

    it('lets one of two writers of the same revision win, and takes the next commit', async () => {
      const results = await Promise.allSettled([
        store.commit('CP1', first({ by: 1 })),
        store.commit('CP1', first({ by: 2 })),
      ]);
      expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected']);
      await store.commit('CP1', { revision: 2, state: { by: 3 } });
      expect(await store.load('CP1')).toEqual({ revision: 2, state: { by: 3 } });
    });

    it('does not let a refused commit of one charge point disturb another in the same moment', async () => {
      const results = await Promise.allSettled([
        store.commit('A', first({ a: 1 })),
        store.commit('B', { revision: 7, state: {} }),
        store.commit('C', first({ c: 1 })),
      ]);
      expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await store.identities()).toEqual(['A', 'C']);
    });

    it('writes, overwrites and removes rows with the state', async () => {
      await store.commit(
        'CP1',
        first(
          {},
          {
            put: [
              { kind: 'k', key: 'a', value: { n: 1 } },
              { kind: 'k', key: 'b', value: {} },
            ],
          },
        ),
      );
      await store.commit('CP1', {
        revision: 2,
        state: {},
        put: [{ kind: 'k', key: 'a', value: { n: 2 } }],
        remove: [
          { kind: 'k', key: 'b' },
          { kind: 'k', key: 'never there' },
        ],
      });
      expect(await store.row('CP1', 'k', 'a')).toEqual({ n: 2 });
      expect(await store.row('CP1', 'k', 'b')).toBeUndefined();
      expect(await store.rows('CP1', 'k', 10)).toEqual([{ kind: 'k', key: 'a', value: { n: 2 } }]);
    });

    it('lists rows of one kind in key order, up to the limit', async () => {
      const put = ['b', 'a', 'B', '', 'aa', 'ä', '10', '9', '€', '😀', '\uffee'].map((key) => ({
        kind: 'k',
        key,
        value: {},
      }));
      await store.commit(
        'CP1',
        first({}, { put: [...put, { kind: 'other', key: 'a', value: {} }, { kind: 'k2', key: 'a', value: {} }] }),
      );
      const keys = (await store.rows('CP1', 'k', 100)).map((row) => row.key);
      expect(keys).toEqual(['', '10', '9', 'B', 'a', 'aa', 'b', 'ä', '€', '\uffee', '😀']);
      expect((await store.rows('CP1', 'k', 2)).map((row) => row.key)).toEqual(['', '10']);
      expect(await store.rows('CP1', 'k', 0)).toEqual([]);
    });

    it('lists the rows behind a key, which need not be there', async () => {
      const put = ['1', '2', '2 ', '3', '30'].map((key) => ({ kind: 'k', key, value: { key } }));
      await store.commit('CP1', first({}, { put: [...put, { kind: 'l', key: '9', value: {} }] }));
      const behind = async (limit: number, after: string) =>
        (await store.rows('CP1', 'k', limit, after)).map(({ key }) => key);
      expect(await behind(2, '1')).toEqual(['2', '2 ']);
      expect(await behind(9, '2')).toEqual(['2 ', '3', '30']);
      expect(await behind(9, '2\u0000')).toEqual(['2 ', '3', '30']);
      expect(await behind(9, '')).toEqual(['1', '2', '2 ', '3', '30']);
      expect(await behind(9, '30')).toEqual([]);
    });

    it('keeps neighbours apart whatever text their names hold', async () => {
      const names = [
        'a',
        'a\u0000',
        'a\u0000b',
        'a\u0001',
        'a\u0001\u0001',
        'a\u0001\u0002',
        '',
        'A',
        'a/b',
        'ä',
        'a\u0308',
        '\ud800',
        '\udfff',
        '\ufffd',
      ];
      for (const name of names) {
        await store.commit(
          name,
          first({ name }, { put: names.map((key) => ({ kind: name, key, value: { name, key } })) }),
        );
      }
      expect(new Set(await store.identities())).toEqual(new Set(names));
      for (const name of names) {
        expect(await store.load(name)).toEqual({ revision: 1, state: { name } });
        for (const other of names) {
          const rows = await store.rows(name, other, 100);
          expect(rows.map((row) => row.key).sort()).toEqual(name === other ? [...names].sort() : []);
          expect(rows.every((row) => row.value['name'] === name && row.value['key'] === row.key)).toBe(true);
        }
      }
    });

    it.each([
      ['255 characters of four bytes', '😀'.repeat(255)],
      ['100 000 characters', 'x'.repeat(100_000)],
      ['control characters', '\u0000\u0001'.repeat(255)],
    ])('takes names of %s and tells apart those that differ only at the end', async (_, long) => {
      for (const end of ['1', '2']) {
        const put = ['3', '4'].map((key) => ({ kind: long + end, key: long + key, value: { end, key } }));
        await store.commit(long + end, first({ end }, { put }));
      }
      expect(await store.load(`${long}1`)).toEqual({ revision: 1, state: { end: '1' } });
      expect(await store.load(long)).toBeUndefined();
      expect(await store.row(`${long}2`, `${long}2`, `${long}4`)).toEqual({ end: '2', key: '4' });
      expect(await store.row(`${long}2`, `${long}1`, `${long}4`)).toBeUndefined();
      expect((await store.rows(`${long}1`, `${long}1`, 9)).map((row) => row.key).sort()).toEqual([
        `${long}3`,
        `${long}4`,
      ]);
      expect((await store.identities()).sort()).toEqual([`${long}1`, `${long}2`]);
    });

    it('keeps what was committed although the caller changes its objects later', async () => {
      const state = { list: [1] };
      const value = { n: 1 };
      const done = store.commit('CP1', first(state, { put: [{ kind: 'k', key: 'a', value }] }));
      state.list.push(2);
      value.n = 2;
      await done;
      const loaded = await store.load('CP1');
      (loaded?.state['list'] as number[] | undefined)?.push(3);
      expect(await store.load('CP1')).toEqual({ revision: 1, state: { list: [1] } });
      expect(await store.row('CP1', 'k', 'a')).toEqual({ n: 1 });
    });

    it('takes a state of a megabyte', async () => {
      const state = { text: 'ü'.repeat(500_000) };
      await store.commit('CP1', first(state));
      expect((await store.load('CP1'))?.state).toEqual(state);
    });

    it('refuses everything once closed, and closes twice without harm', async () => {
      await store.close();
      await store.close();
      await refusal(store.load('CP1'));
      await refusal(store.commit('CP1', first({})));
      await refusal(store.rows('CP1', 'k', 1));
      await refusal(store.row('CP1', 'k', 'a'));
      await refusal(store.identities());
    });

    it('has everything after it was closed and opened again, when it keeps anything', async () => {
      await store.commit('CP1', first({ n: 1 }, { put: [{ kind: 'k', key: 'a', value: { n: 1 } }] }));
      await store.commit('CP2', first({ n: 2 }));
      const again = await kit.reopen?.();
      if (!again) return;
      expect(await again.identities()).toEqual(['CP1', 'CP2']);
      expect(await again.load('CP1')).toEqual({ revision: 1, state: { n: 1 } });
      expect(await again.row('CP1', 'k', 'a')).toEqual({ n: 1 });
      await refusal(again.commit('CP1', first({})));
      await again.commit('CP1', { revision: 2, state: { n: 3 } });
    });
  });
}
