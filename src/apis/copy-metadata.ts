/** Copying of metadata what a client may write. The rest is the server's, and the engine restores it on every write. */
import { cloneJson } from '../apimachinery/clone-json.ts';
import type { KubeObject } from '../apimachinery/object-meta.ts';

const writableMetadata = ['labels', 'annotations', 'ownerReferences', 'finalizers'] as const;

export function copyMetadata(to: KubeObject, from: KubeObject): void {
  for (const name of writableMetadata) {
    const value = from.metadata[name];
    if (value === undefined) delete to.metadata[name];
    else Object.assign(to.metadata, { [name]: cloneJson(value) });
  }
}
