/** One or more small valid objects of every kind that is served, from the manifests in `samples/`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { root } from '../corpus.ts';

export interface Sample {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  /** Words as in a script. */
  readonly text: string;
}

const folder = join(root, 'test', 'clients', 'samples');

export const samples: readonly Sample[] = readdirSync(folder)
  .sort()
  .flatMap((file) => readFileSync(join(folder, file), 'utf8').split(/^---$/m))
  .map((text) => ({ ...(load(text) as Omit<Sample, 'text'>), text }));
