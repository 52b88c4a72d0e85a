/**
 * Schemas of what every kind shares: ObjectMeta, ListMeta, DeleteOptions, Condition, Status, with
 * upstream's protobuf field numbers (apimachinery/pkg/apis/meta/v1/generated.proto). And `kindSchema`, which makes
 * the schema of a whole kind. No kind of any API group lives here.
 *
 *   export const configMap = kindSchema({
 *     name: 'io.k8s.api.core.v1.ConfigMap',   // OpenAPI component; its last part is the Go name in decode errors
 *     description: 'ConfigMap holds …',
 *     fields: {                               // all but apiVersion, kind and metadata
 *       data: field(2, map(string()), '…'),
 *       immutable: pointer(4, boolean(), '…'),  // Go pointer: false is a value
 *     },
 *   });
 *   type ConfigMap = Infer<typeof configMap>;   // apiVersion, kind and metadata: ObjectMeta included
 */
import type { ObjectMeta } from '../object-meta.ts';
import {
  type AnyFields,
  any,
  boolean,
  byValue,
  type FieldsValue,
  field,
  integer,
  list,
  map,
  type ObjectSchema,
  object,
  pointer,
  required,
  string,
  type Typed,
  time,
} from './schema.ts';

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';

const ownerReferenceSchema = object(
  {
    apiVersion: required(5, string(), 'API version of the owner.'),
    kind: required(1, string(), 'Kind of the owner.'),
    name: required(3, string(), 'Name of the owner.'),
    uid: required(4, string(), 'UID of the owner.'),
    controller: pointer(6, boolean(), 'True for the one owner that manages this object.'),
    blockOwnerDeletion: pointer(
      7,
      boolean(),
      'When true, an owner deleted in the foreground waits until this object is gone or the reference is removed.',
    ),
  },
  {
    name: `${meta}.OwnerReference`,
    description:
      'OwnerReference names an object, in the same namespace or cluster-scoped, that owns this one.',
    mapType: 'atomic',
  },
);

const managedFieldsEntrySchema = object(
  {
    manager: field(1, string(), 'Who manages these fields.'),
    operation: field(2, string(), 'Apply or Update: the kind of write that made this entry.'),
    apiVersion: field(3, string(), 'Version of the resource that the field set is written in.'),
    time: field(4, time(), 'When the set last changed.'),
    fieldsType: field(6, string(), 'Format of the field set. Only FieldsV1 exists.'),
    fieldsV1: field(7, any('fields-v1'), 'The field set, in the FieldsV1 format.'),
    subresource: field(8, string(), 'Subresource the write went through; empty for the object itself.'),
  },
  {
    name: `${meta}.ManagedFieldsEntry`,
    description: 'ManagedFieldsEntry is one manager, the kind of its write, and the fields it owns.',
  },
);

export const objectMetaSchema = object(
  {
    name: field(1, string(), 'Name, unique in its namespace (or in the cluster). It cannot be changed.'),
    generateName: field(
      2,
      string(),
      'Prefix from which the server makes a unique name, when name is not given.',
    ),
    namespace: field(3, string(), 'Namespace the object is in; empty for cluster-scoped kinds.'),
    selfLink: field(4, string(), 'No longer filled by the system.'),
    uid: field(5, string(), 'Identity of this very object in time and space. Set by the server.'),
    resourceVersion: field(
      6,
      string(),
      'Opaque version of the stored object, for optimistic concurrency and watches. Set by the server.',
    ),
    generation: field(
      7,
      integer('int64'),
      'Number of the desired state, counted by the server for kinds that track it.',
    ),
    creationTimestamp: byValue(8, time(), 'When the object was created. Set by the server.'),
    deletionTimestamp: field(
      9,
      time(),
      'When deletion was asked for; the object goes once its finalizers are gone. Set by the server.',
    ),
    deletionGracePeriodSeconds: pointer(
      10,
      integer('int64'),
      'Seconds given to the object to end by itself.',
    ),
    labels: field(11, map(string()), 'Keys and values by which objects are organized and selected.'),
    annotations: field(12, map(string()), 'Keys and values that tools keep with the object; not selectable.'),
    ownerReferences: field(
      13,
      list(ownerReferenceSchema, {
        listType: 'map',
        listMapKeys: ['uid'],
        patchStrategy: 'merge',
        patchMergeKey: 'uid',
      }),
      'Objects this one depends on. When all of them are gone, it is collected.',
    ),
    finalizers: field(
      14,
      list(string(), { listType: 'set', patchStrategy: 'merge' }),
      'Names that hold a deleted object until each is removed by whoever is responsible for it.',
    ),
    // An empty list is a wish: that nobody's fields be tracked any more.
    managedFields: pointer(
      17,
      list(managedFieldsEntrySchema, { listType: 'atomic' }),
      'Which manager owns which fields. Kept by the server for its own use.',
    ),
  },
  {
    name: `${meta}.ObjectMeta`,
    description: 'ObjectMeta is what every stored object has.',
  },
);

const shardInfoSchema = object(
  { selector: required(1, string(), 'The selector that the part was asked for with.') },
  { name: `${meta}.ShardInfo`, description: 'ShardInfo tells which part of a collection a list is.' },
);

export const listMetaSchema = object(
  {
    selfLink: field(1, string(), 'No longer filled by the system.'),
    resourceVersion: field(
      2,
      string(),
      'Version of the collection that the list shows; a watch may start from it.',
    ),
    continue: field(3, string(), 'Token for the next page; empty on the last one.'),
    remainingItemCount: pointer(4, integer('int64'), 'How many items follow this page, when that is known.'),
    shardInfo: field(
      5,
      shardInfoSchema,
      'Which part of the collection this is, where only a part was asked for.',
    ),
  },
  { name: `${meta}.ListMeta`, description: 'ListMeta is what every list has.' },
);

const preconditionsSchema = object(
  {
    uid: pointer(1, string(), 'The UID the object must have.'),
    resourceVersion: pointer(2, string(), 'The resourceVersion the object must have.'),
  },
  { name: `${meta}.Preconditions`, description: 'Preconditions must hold for a deletion to be carried out.' },
);

export const typeFields = {
  apiVersion: field(0, string(), 'Group and version of this form of the object.'),
  kind: field(0, string(), 'What the object is, in CamelCase.'),
};

export const deleteOptionsSchema = object(
  {
    ...typeFields,
    gracePeriodSeconds: pointer(1, integer('int64'), 'Seconds before the object goes; zero is at once.'),
    preconditions: field(2, preconditionsSchema, 'What must hold of the object; a 409 otherwise.'),
    orphanDependents: pointer(
      3,
      boolean(),
      'Superseded by propagationPolicy. True leaves dependents ownerless.',
    ),
    propagationPolicy: pointer(4, string(), 'Orphan, Background or Foreground: what happens to dependents.'),
    dryRun: field(
      5,
      list(string(), { listType: 'atomic' }),
      'All: do everything but keep the change. The only value.',
    ),
    ignoreStoreReadErrorWithClusterBreakingPotential: pointer(
      6,
      boolean(),
      'Delete an object although its stored form cannot be read.',
    ),
  },
  { name: `${meta}.DeleteOptions`, description: 'DeleteOptions may be sent with a delete.' },
);

export const conditionSchema = object(
  {
    type: required(
      1,
      string({
        maxLength: 316,
        pattern:
          '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
      }),
      'What the condition is about, in CamelCase.',
    ),
    status: required(2, string({ enum: ['True', 'False', 'Unknown'] }), 'Whether it holds.'),
    observedGeneration: field(3, integer('int64', { minimum: 0 }), 'metadata.generation this was found for.'),
    lastTransitionTime: required(4, time(), 'When status last changed.'),
    reason: required(
      5,
      string({ minLength: 1, maxLength: 1024, pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$' }),
      'Why, as one CamelCase word for programs.',
    ),
    message: required(6, string({ maxLength: 32_768 }), 'Why, in words for people. May be empty.'),
  },
  { name: `${meta}.Condition`, description: 'Condition is one aspect of the state of an object.' },
);

const statusCauseSchema = object(
  {
    reason: field(1, string(), 'What is wrong, as one word for programs.'),
    message: field(2, string(), 'What is wrong, in words for people.'),
    field: field(3, string(), 'Path of the field that caused it.'),
  },
  { name: `${meta}.StatusCause`, description: 'StatusCause is one of the causes of a failure.' },
);
const statusDetailsSchema = object(
  {
    name: field(1, string(), 'Name of the object concerned.'),
    group: field(2, string(), 'API group of the object concerned.'),
    kind: field(3, string(), 'Kind or resource of the object concerned.'),
    uid: field(6, string(), 'UID of the object concerned.'),
    causes: field(4, list(statusCauseSchema, { listType: 'atomic' }), 'What led to the failure, one by one.'),
    retryAfterSeconds: field(5, integer('int32'), 'Seconds to wait before trying again.'),
  },
  { name: `${meta}.StatusDetails`, description: 'StatusDetails tells more about a Status.' },
);
export const statusSchema = object(
  {
    ...typeFields,
    metadata: byValue(1, listMetaSchema, 'As that of a list.'),
    status: field(2, string(), 'Success or Failure.'),
    message: field(3, string(), 'What happened, in words for people.'),
    reason: field(4, string(), 'Why, as one word for programs.'),
    details: field(5, statusDetailsSchema, 'More about it, where there is more.'),
    code: field(6, integer('int32'), 'The HTTP status code.'),
  },
  { name: `${meta}.Status`, description: 'Status is the answer of a call that returns no object.' },
);

/** An object of a kind made by `kindSchema`, as static type. */
export type KindValue<F> = { apiVersion: string; kind: string; metadata: ObjectMeta } & FieldsValue<F>;

/**
 * The schema of a whole kind: apiVersion and kind (which protobuf carries in its envelope, so they have no number),
 * metadata (field 1 of every kind) and the kind's own fields.
 */
export function kindSchema<F extends AnyFields>(options: {
  /** OpenAPI component name, e.g. `io.k8s.api.core.v1.ConfigMap`. */
  readonly name: string;
  readonly description: string;
  readonly fields: F;
}): Typed<KindValue<F>, ObjectSchema> {
  return {
    type: 'object',
    name: options.name,
    description: options.description,
    fields: {
      ...typeFields,
      metadata: byValue(1, objectMetaSchema, 'Standard metadata of the object.'),
      ...options.fields,
    },
  };
}
