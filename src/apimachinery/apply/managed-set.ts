/** Managers and what they own, as the updater takes and gives them. */
import type { JsonObject } from '../object-meta.ts';
import type { ApplySchema } from './apply-schema.ts';
import type { FieldSet } from './field-set.ts';

/** What one manager owns, in the version in which it wrote. */
export interface ManagedSet {
  readonly set: FieldSet;
  readonly apiVersion: string;
  /** By apply. Only an applier's fields go away when it no longer mentions them. */
  readonly applied: boolean;
}
/** By the manager's identifier. */
export type Managers = ReadonlyMap<string, ManagedSet>;

export interface Versions {
  /** Undefined for a version that is no longer there: who wrote in it owns nothing any more. */
  schemaOf(apiVersion: string): ApplySchema | undefined;
  convert(object: JsonObject, fromApiVersion: string, toApiVersion: string): JsonObject;
}
