import { MemoryStore } from '../../src/store/memory-store.ts';
import { storeSuite } from './store.common.case.ts';

storeSuite('The memory store', async () => {
  const store = new MemoryStore();
  return { store, dispose: () => store.close() };
});
