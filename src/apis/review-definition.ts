/** What all reviews have in common: they are created to be answered at once, and nothing else can be done with them. */
import type { KubeObject } from '../apimachinery/object-meta.ts';
import type { ResourceDefinition, VersionDefinition } from '../apimachinery/resource-definition.ts';
import type { ObjectSchema } from '../apimachinery/schema/schema.ts';
import { must } from '../lib/assert.ts';

export interface Review extends Partial<Pick<ResourceDefinition, 'scope' | 'strategy'>> {
  readonly group: string;
  readonly kind: string;
  readonly schema: ObjectSchema;
  /** Older versions, of the same shape as v1. */
  readonly older?: readonly { readonly version: string; readonly schema: ObjectSchema }[];
}

/** A review of version v1, shown wherever there is somebody to ask about. */
export function reviewDefinition({ group, kind, schema, older = [], ...rest }: Review): ResourceDefinition {
  const singular = kind.toLowerCase();
  const resource = `${singular}s`;
  return {
    group,
    resource,
    singular,
    kind,
    listKind: `${kind}List`,
    scope: 'Cluster',
    description: must(schema.description, `description of ${kind}`),
    verbs: ['create'],
    isVirtual: true,
    contexts: ['Platform', 'Project'],
    versions: [{ version: 'v1', schema }, ...older.map((version) => sameShape(group, version))],
    storage: { group, version: 'v1', kind, resource },
    strategy: {},
    subresources: [],
    columns: [],
    strategicMergePatch: true,
    ...rest,
  };
}

function sameShape(group: string, { version, schema }: Pick<VersionDefinition, 'version' | 'schema'>) {
  const as = (name: string) => (object: KubeObject) => ({ ...object, apiVersion: `${group}/${name}` });
  return { version, schema, convert: { toStorage: as('v1'), fromStorage: as(version) } };
}
