/** `milo fsck`: compares the store's derived tables with its objects, names each difference, repairs on request. */
import { defaultConfig } from '../../server/config.ts';
import { existingDataDirectory } from '../../server/data-directory.ts';
import { checkStore } from '../../server/store-check.ts';
import { openStore } from '../../storage/backends/registry.ts';
import type { Store } from '../../storage/store.ts';
import { type Command, dataDirFlag } from '../command.ts';

export const fsck: Command = {
  name: 'fsck',
  summary: 'check the store of a stopped server; exit code 1 when differences remain',
  positionals: [],
  flags: {
    'data-dir': dataDirFlag,
    repair: { help: 'rebuild what is derived from the objects' },
  },
  async run(invocation) {
    const dataDir = existingDataDirectory(invocation.flag('data-dir') ?? defaultConfig.dataDir);
    const store = await openStore(`embedded:${dataDir}`);
    try {
      const found = report(store);
      if (found === 0 || !invocation.has('repair')) return found === 0 ? 0 : 1;
      await store.repair();
      print('repaired; checking again');
      return report(store) === 0 ? 0 : 1;
    } finally {
      await store.close();
    }
  },
};

function report(store: Store): number {
  const { differences, isCutShort } = checkStore(store);
  for (const { table, key, problem } of differences) print(`${table}: ${key}: ${problem}`);
  const more = isCutShort ? ' or more' : '';
  const { currentEntries, revision } = store.stats();
  print(`${currentEntries} objects at revision ${revision}: ${differences.length}${more} differences`);
  return differences.length;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
