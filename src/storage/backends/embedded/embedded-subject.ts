/** The embedded backend as the subject of the conformance suites: each store in a directory of its own, removed behind it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenStore, StoreSubject } from '../../conformance/subject.ts';
import type { Store } from '../../store.ts';
import { openEmbedded } from './backend.ts';
import { restoreSnapshot } from './snapshot.ts';

async function openIn(dataDir: string): Promise<OpenStore> {
  let newest: Store = await openEmbedded({ dataDir });
  return {
    store: newest,
    async reopen() {
      await newest.close();
      newest = await openEmbedded({ dataDir });
      return newest;
    },
    async openSnapshot(file) {
      const restored = await mkdtemp(join(tmpdir(), 'milo-store-'));
      await restoreSnapshot(file, restored);
      return openIn(restored);
    },
    async close() {
      await newest.close();
      await rm(dataDir, { recursive: true });
    },
  };
}

export const embeddedSubject: StoreSubject = {
  name: 'embedded',
  open: async () => openIn(await mkdtemp(join(tmpdir(), 'milo-store-'))),
};
