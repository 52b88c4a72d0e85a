/** Copying one top-level field whole, absence included: how a write keeps what it may not change. */
import { cloneJson } from '../apimachinery/clone-json.ts';
import type { KubeObject } from '../apimachinery/object-meta.ts';

export function copyField(to: KubeObject, from: KubeObject, name: string): void {
  if (from[name] === undefined) delete to[name];
  else to[name] = cloneJson(from[name]);
}
