/** The shapes every Kubernetes object shares. JSON values may carry BigInt: an int64 beyond 2^53 survives. */
export type JsonValue = string | number | bigint | boolean | null | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue | undefined;
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string | null;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  selfLink?: string;
  managedFields?: JsonValue[];
}

/** Any object of any kind, as decoded. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  // biome-ignore lint/suspicious/noExplicitAny: the engine handles every kind; typed rooms narrow it.
  [field: string]: any;
}

/** RFC 3339 with whole seconds, as metadata timestamps are written. */
export function timestamp(ms: number): string {
  const second = Math.floor(ms / 1000);
  // Writes come many to a second, and a date takes longer to write than most of what is written.
  if (second !== newest.second) newest = { second, text: `${new Date(ms).toISOString().slice(0, 19)}Z` };
  return newest.text;
}
let newest = { second: Number.NaN, text: '' };
