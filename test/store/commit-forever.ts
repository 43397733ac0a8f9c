import { writeSync } from 'node:fs';
import { openLmdbStore } from '../../src/store/lmdb-store.ts';

/** A process to be killed: commits for ever and says on stdout which commits were acknowledged. */
const [path = '', writers = '1'] = process.argv.slice(2);
const store = await openLmdbStore(path);
writeSync(1, 'open\n');

async function write(identity: string): Promise<never> {
  const from = (await store.load(identity))?.revision ?? 0;
  for (let revision = from + 1; ; revision += 1) {
    const put = [{ kind: 'row', key: String(revision), value: { revision, filler: 'x'.repeat(500) } }];
    await store.commit(identity, { revision, state: { revision }, put });
    writeSync(1, `${identity} ${revision}\n`);
  }
}

await Promise.all(Array.from({ length: Number(writers) }, (_, i) => write(`CP${i}`)));
