/** How full the caches are, by name; a cache that counts no weight has no bytes. */
import type { Registry } from '../metrics/registry.ts';

/** What every cache can say. */
export interface Fullness {
  readonly size: number;
  readonly weight?: number;
}

export function cacheMetrics(registry: Registry, caches: Readonly<Record<string, Fullness>>): void {
  const all = Object.entries(caches);
  registry.gaugesOf('milo_cache_entries', 'Entries of caches, each of which is bounded.', ['cache'], () =>
    all.map(([name, { size }]) => [[name], size]),
  );
  registry.gaugesOf('milo_cache_weight_bytes', 'What entries of caches take, as estimated.', ['cache'], () =>
    all.flatMap(([name, { weight }]) => (weight === undefined ? [] : [[[name], weight] as const])),
  );
}
