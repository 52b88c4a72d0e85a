/**
 * Which fields an object owes to client-side apply alone: those its annotation names, with the values they still
 * have. `kubectl apply --server-side` may take them over without being told to.
 * Source: apimachinery/pkg/util/managedfields/internal/lastappliedmanager.go.
 */
import { compareTyped } from '../apply/compare-typed.ts';
import type { FieldSet } from '../apply/field-set.ts';
import type { Versions } from '../apply/managed-set.ts';
import { toFieldSet } from '../apply/to-field-set.ts';
import { TypedError } from '../apply/typed-error.ts';
import { validateTyped } from '../apply/validate-typed.ts';
import type { JsonObject } from '../object-meta.ts';
import { lastAppliedOf } from './last-applied.ts';

/** Undefined where there is no annotation, or one that tells of another version or of no such object. */
export function allowedConflicts(
  live: JsonObject,
  apiVersion: string,
  versions: Versions,
): FieldSet | undefined {
  const lastApplied = lastAppliedOf(live);
  const schema = versions.schemaOf(apiVersion);
  if (lastApplied === undefined || schema === undefined || lastApplied.apiVersion !== apiVersion)
    return undefined;
  try {
    validateTyped(lastApplied, schema);
    const { added, modified, removed } = compareTyped(lastApplied, live, schema);
    return toFieldSet(lastApplied, schema).difference(modified).difference(added).difference(removed);
  } catch (error) {
    // An annotation of another kind of writer excuses nothing.
    if (error instanceof TypedError) return undefined;
    throw error;
  }
}
