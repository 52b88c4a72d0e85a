/**
 * The `/scale` endpoint of any kind: its replicas, wherever it has them, read and written as an autoscaling/v1 Scale.
 * Nothing else of the object can be seen or changed there. Source of rules and messages: ScaleREST of
 * apiextensions-apiserver/pkg/registry/customresource/etcd.go, ValidateScale of pkg/apis/autoscaling/validation.
 */
import { type FieldError, invalidValue } from '../field-error.ts';
import type { JsonObject, JsonValue, KubeObject, ObjectMeta } from '../object-meta.ts';
import type { ColumnDefinition, ScaleDefinition, SubresourceDefinition } from '../resource-definition.ts';
import { internalError } from '../status.ts';
import { type Scale, scaleSchema } from './scale-schema.ts';

export function scaleSubresource(paths: ScaleDefinition): SubresourceDefinition {
  return {
    name: 'scale',
    verbs: ['get', 'patch', 'update'],
    form: {
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
      schema: scaleSchema,
      columns: scaleColumns,
      show: (object) => scaleOf(object, paths),
      validate: replicasErrors,
      checkReadable(object) {
        if (replicasAt(object, paths.specReplicasPath) !== undefined) return;
        throw internalError(`the spec replicas field "${paths.specReplicasPath}" does not exist`);
      },
    },
    merge(stored, incoming) {
      setAt(stored, partsOf(paths.specReplicasPath), incoming.spec?.replicas ?? 0);
    },
  };
}

function scaleOf(object: KubeObject, paths: ScaleDefinition): Scale & KubeObject {
  const wanted = replicasAt(object, paths.specReplicasPath) ?? 0;
  const selector =
    paths.labelSelectorPath === undefined ? undefined : valueAt(object, paths.labelSelectorPath);
  if (selector !== undefined && typeof selector !== 'string')
    throw wrongType(paths.labelSelectorPath!, selector, 'string');
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: identityOf(object.metadata),
    spec: wanted === 0 ? {} : { replicas: wanted },
    status: {
      replicas: replicasAt(object, paths.statusReplicasPath) ?? 0,
      ...(selector === undefined || selector === '' ? {} : { selector }),
    },
  };
}

/** All that a Scale says of the object besides its numbers. */
function identityOf(metadata: ObjectMeta): ObjectMeta {
  const shown: ObjectMeta = {};
  for (const name of ['name', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp'] as const) {
    if (metadata[name] !== undefined) Object.assign(shown, { [name]: metadata[name] });
  }
  return shown;
}

function replicasAt(object: KubeObject, path: string): number | undefined {
  const value = valueAt(object, path);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(path, value, 'int64');
  // As many bits as a Scale has for it.
  return value | 0;
}

function wrongType(path: string, value: JsonValue, expected: string): Error {
  return internalError(
    `${path} accessor error: ${JSON.stringify(value)} is of another type than ${expected}`,
  );
}

function replicasErrors(scale: KubeObject): FieldError[] {
  const replicas: number = scale.spec?.replicas ?? 0;
  if (replicas >= 0) return [];
  return [invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0')];
}

/** `.spec.replicas`: names between dots, and nothing else. */
const partsOf = (path: string): readonly string[] => path.replace(/^\./, '').split('.');

function valueAt(object: KubeObject, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = object as unknown as JsonObject;
  for (const name of partsOf(path)) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    value = Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return value;
}

function setAt(object: KubeObject, parts: readonly string[], replicas: number): void {
  let parent = object as unknown as JsonObject;
  for (const name of parts.slice(0, -1)) {
    const child = Object.hasOwn(parent, name) ? parent[name] : undefined;
    if (typeof child === 'object' && child !== null && !Array.isArray(child)) parent = child;
    else {
      const made: JsonObject = {};
      parent[name] = made;
      parent = made;
    }
  }
  parent[parts.at(-1)!] = replicas;
}

const scaleColumns: readonly ColumnDefinition[] = [
  {
    name: 'Name',
    type: 'string',
    format: 'name',
    description: 'Name of the scaled object.',
    value: (scale) => scale.metadata.name,
  },
  {
    name: 'Desired',
    type: 'integer',
    description: 'How many instances are wanted.',
    value: (scale) => scale.spec?.replicas ?? 0,
  },
  {
    name: 'Available',
    type: 'integer',
    description: 'How many instances were seen.',
    value: (scale) => scale.status?.replicas ?? 0,
  },
  {
    name: 'Age',
    type: 'string',
    isAge: true,
    description: 'Time since the object was created.',
    value: (scale) => scale.metadata.creationTimestamp ?? '',
  },
];
