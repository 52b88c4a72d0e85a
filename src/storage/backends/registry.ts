/** The backends there are, by the scheme of a store's address. A new backend is a room beside this file and a line here. */
import { fileURLToPath } from 'node:url';
import { StorageError } from '../errors.ts';
import type { Store } from '../store.ts';
import { openEmbedded } from './embedded/backend.ts';

type OpenBackend = (address: string) => Promise<Store>;

const backends: Readonly<Record<string, OpenBackend>> = {
  /** `embedded:DIRECTORY`, relative or absolute, or `embedded:///DIRECTORY` with URL escapes. */
  embedded: (address) => openEmbedded({ dataDir: embeddedDirectory(address) }),
};

/** Opens the store at an address such as `embedded:.milo`. Throws StorageError `unreadable` for one it cannot tell. */
export async function openStore(url: string): Promise<Store> {
  const scheme = /^([a-z][a-z0-9+.-]*):/.exec(url)?.[1];
  const openBackend = scheme === undefined || !Object.hasOwn(backends, scheme) ? undefined : backends[scheme];
  if (openBackend === undefined) {
    const known = Object.keys(backends).join(', ');
    throw new StorageError(
      'unreadable',
      `no store is addressed by ${JSON.stringify(url)}; schemes are: ${known}`,
    );
  }
  return openBackend(url);
}

function embeddedDirectory(address: string): string {
  const rest = address.slice('embedded:'.length);
  if (rest === '') throw new StorageError('unreadable', 'the address embedded: needs a directory behind it');
  return rest.startsWith('//') ? fileURLToPath(`file:${rest}`) : rest;
}
