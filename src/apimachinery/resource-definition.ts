/**
 * ResourceDefinition: everything the engine knows of a resource. Built-in kinds write one in `apis/`; a
 * CustomResourceDefinition compiles into the same shape. Pure data and pure functions: no IO, no clock.
 */
import type { ApplySchema } from './apply/apply-schema.ts';
import type { FieldError } from './field-error.ts';
import type { GroupResource, GroupVersionKind } from './gvk.ts';
import type { JsonObject, JsonValue, KubeObject } from './object-meta.ts';
import type { Dialect, OpenApiSchema } from './schema/openapi.ts';
import type { ObjectSchema } from './schema/schema.ts';

/** A control plane or context whose surface may show a resource. */
export type ContextKind = 'Platform' | 'Organization' | 'Folder' | 'Project' | 'User';

/**
 * What the schema of a custom resource does to objects of one version, beside what every object has: it takes the
 * place of the compiled uses of `VersionDefinition.schema`, which knows no more of such a kind than its metadata.
 */
export interface CustomForm {
  /**
   * What a client sent, as an object of the kind: metadata typed, unknown fields dropped and their paths added to
   * `unknownFields`, defaults set. May change and share `value`. Throws DecodeError for what has a wrong type, and the
   * StatusError of a 413 for defaults that would make it larger than any object may be.
   */
  decode(value: JsonObject, unknownFields?: string[]): KubeObject;
  /** The same for what the server itself has made or stored, in place: nothing of it is refused. */
  complete(object: KubeObject): void;
  /**
   * Every judgement of the schema: values, lists, embedded objects, rules. Ratcheted by `old`. `found` is what has been
   * found of its metadata: it may hold rules back. What rules find in what an update leaves as it was is a warning.
   */
  validate(
    object: KubeObject,
    old: KubeObject | undefined,
    found?: readonly FieldError[],
    warn?: (message: string) => void,
  ): FieldError[];
  readonly applySchema: ApplySchema;
  /** The kind as a component of OpenAPI. */
  openApi(dialect: Dialect): OpenApiSchema;
}

export interface VersionDefinition {
  readonly version: string;
  /** The whole object, `metadata` included (apimachinery/schema/meta.ts has its schema). */
  readonly schema: ObjectSchema;
  /** Of custom resources alone. Compiled when it is first asked for, and perhaps again later: keep it no longer than a request. */
  readonly custom?: CustomForm;
  /** Told with every answer about it. */
  readonly deprecationWarning?: string;
  /** Only where this version is not the stored one. */
  readonly convert?: {
    toStorage(object: KubeObject): KubeObject;
    fromStorage(object: KubeObject): KubeObject;
  };
}

export type ColumnType = 'string' | 'integer' | 'number' | 'boolean' | 'date';
export interface ColumnDefinition {
  readonly name: string;
  readonly type: ColumnType;
  readonly format?: string;
  readonly description: string;
  /** 0 is always shown; higher only with `-o wide`. */
  readonly priority?: number;
  /** The value is an RFC 3339 time, and the cell says how long ago that is, whatever the type. */
  readonly isAge?: boolean;
  /** The cell, or the time that it tells the age of. */
  value(object: KubeObject): JsonValue | undefined;
}

/** Who asks, as kinds that record it do (CertificateSigningRequest). */
export interface Requester {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** A webhook that turns objects of a custom resource into other versions, as its definition names it. */
export interface RemoteConversion {
  readonly clientConfig: {
    readonly url?: string;
    readonly service?: {
      readonly namespace: string;
      readonly name: string;
      readonly path?: string;
      readonly port?: number;
    };
    /** Base64 of PEM. */
    readonly caBundle?: string;
  };
  readonly conversionReviewVersions: readonly string[];
}

/** What a strategy may know of the request. */
export interface StrategyContext {
  readonly nowMs: number;
  readonly user: Requester;
  readonly dryRun: boolean;
  readonly newUid: () => string;
  /** Newest revision of the store. On create the object's name was free at it. */
  readonly revision: number;
}

/** Another object of the same control plane, written in the same atomic batch (an organization's namespace). */
export interface CompanionObject {
  readonly definition: GroupResource;
  readonly object: KubeObject;
}
/** An object that must exist, undeleted, for the write to be accepted; held by a guard in the same batch. */
export interface Reference {
  readonly definition: GroupResource;
  readonly namespace: string;
  readonly name: string;
  /** The field that refers, for the error. */
  readonly field: string;
}

/**
 * Kind-specific steps of the generic engine, in running order. Objects may be changed in place where a step
 * says "prepare"; `old` is never changed.
 */
export interface ResourceStrategy {
  /** Fills what a new object lacks; runs on every decode of this kind, so it must be idempotent. */
  defaults?(object: KubeObject): void;
  prepareForCreate?(object: KubeObject, context: StrategyContext): void;
  prepareForUpdate?(object: KubeObject, old: KubeObject, context: StrategyContext): void;
  /** Beyond the schema and metadata, which the engine checks. */
  validate?(object: KubeObject): FieldError[];
  /** Beyond `validate`, where a new object must satisfy more than an old one that is written again. */
  validateCreate?(object: KubeObject): FieldError[];
  validateUpdate?(object: KubeObject, old: KubeObject): FieldError[];
  /** The errors of `validateUpdate` come before those of `validate`, as in the kind's upstream. */
  readonly validatesChangeFirst?: boolean;
  /** What the client should know of a valid object, for Warning headers. `old` for updates. */
  warnings?(object: KubeObject, old: KubeObject | undefined): string[];
  /** Checks the name; default is an RFC 1123 subdomain. */
  validateName?(name: string): string[];
  /** Objects this one needs; the engine checks and guards them. */
  references?(object: KubeObject): Reference[];
  companions?(object: KubeObject, context: StrategyContext): CompanionObject[];
  /** Why it must not be deleted now, as the detail of a 403; undefined when it may. */
  refuseDelete?(object: KubeObject): string | undefined;
  /** Marks an object whose finalizers hold it (namespace phase). Runs once, when the deletion mark is set. */
  prepareForDelete?(object: KubeObject, context: StrategyContext): void;
  /** True while the kind's own lifecycle (not metadata.finalizers) still holds a deleted object. */
  isHeld?(object: KubeObject): boolean;
  /** A delete that removed the object answers with it; with a success Status otherwise. */
  readonly returnsDeleted?: boolean;
  /** Nothing may depend on objects of this kind: a delete's propagation policy does not concern them. */
  readonly hasNoDependents?: boolean;
  readonly hasGeneration?: boolean;
  /** False: a deletion that has to wait is marked by its time alone, without a period of grace or a new generation. */
  readonly deletesGracefully?: boolean;
  /** Its finalizers are qualified names, or ones that the system knows: so it is for most built-in kinds. */
  readonly hasQualifiedFinalizers?: boolean;
  readonly allowUnconditionalUpdate?: boolean;
  readonly allowCreateOnUpdate?: boolean;
  /** Seconds after which an object of this kind is removed; undefined keeps it. */
  readonly ttlSeconds?: number;
}

export interface IndexDefinition {
  readonly name: string;
  /** `tenant`: looked up inside one control plane; `store`: across all. */
  readonly scope: 'tenant' | 'store';
  values(object: KubeObject): readonly string[];
}

/** Fields of the stored object a subresource may write; everything else keeps its stored value. */
export interface SubresourceDefinition {
  readonly name: string;
  /** Verbs served, e.g. get, update, patch. */
  readonly verbs: readonly string[];
  /** The write: copies what this endpoint owns from `incoming` into `stored`, in place. */
  merge(stored: KubeObject, incoming: KubeObject): void;
  /** Behind `merge`: what the server fills in, in place. `old` is never changed. */
  prepare?(object: KubeObject, old: KubeObject, context: StrategyContext): void;
  /** Paths of fields that a write here cannot change, so that applying them makes nobody their owner. */
  readonly resetFields?: readonly (readonly string[])[];
  validate?(object: KubeObject, old: KubeObject): FieldError[];
  /** What the endpoint reads and writes where its kind is not the parent's. `merge` is then given such an object. */
  readonly form?: SubresourceForm;
}

/** Scale and its like: another kind that stands for an object. */
export interface SubresourceForm extends GroupVersionKind {
  readonly schema: ObjectSchema;
  readonly columns: readonly ColumnDefinition[];
  /** A new object of this kind for an object of the parent's. */
  show(object: KubeObject): KubeObject;
  /** Throws a StatusError where an object of the parent's kind has nothing to show, though it may be written. */
  checkReadable?(object: KubeObject): void;
  /** Judges what a client wrote, before it is merged into the parent. */
  validate?(incoming: KubeObject): FieldError[];
}

/** Where a kind keeps what its `/scale` shows, as field names behind dots: `.spec.replicas`. */
export interface ScaleDefinition {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  /** Of a field with a label selector as text. */
  readonly labelSelectorPath?: string;
}

export interface ResourceDefinition {
  readonly group: string;
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly scope: 'Cluster' | 'Namespaced';
  /** One or more sentences for OpenAPI and `kubectl explain`. */
  readonly description: string;
  readonly verbs: readonly string[];
  /**
   * Its objects are answered by code and never stored (reviews): `create` is all that can be done with them, nothing
   * lies where `storage` says, and of the strategy only `defaults` and `validate` count.
   */
  readonly isVirtual?: boolean;
  /** Surfaces that show it; anywhere else it does not exist. */
  readonly contexts: readonly ContextKind[];
  /** Preferred first; the first is the default of clients. */
  readonly versions: readonly VersionDefinition[];
  /** Where and as what its objects lie; shared by two definitions when they are views of one (Event). */
  readonly storage: GroupVersionKind & GroupResource;
  /**
   * Of custom resources: names the version and schema by which an object is written. What carries another name in the
   * store was written by a schema from before, and is completed by the present one whenever it is read.
   */
  readonly writtenBy?: string;
  /**
   * Of custom resources: whose definition it is, the platform's or that of the project it is shown in. A fact of what was
   * looked up, which stays as it is when the definition goes or another takes its name.
   */
  readonly definedBy?: 'Platform' | 'Project';
  /** Of custom resources whose versions differ in more than their name. */
  readonly remoteConversion?: RemoteConversion;
  /** What the server itself reads of a stored object without parsing it. Nobody selects by them. */
  readonly headerFields?: Readonly<Record<string, (stored: KubeObject) => string>>;
  readonly strategy: ResourceStrategy;
  readonly subresources: readonly SubresourceDefinition[];
  /** Adds `/scale`. */
  readonly scale?: ScaleDefinition;
  /**
   * Paths of fields that writes of the object itself cannot change, so that applying them makes nobody their owner.
   * `status` is among them where it has an endpoint of its own.
   */
  readonly resetFields?: readonly (readonly string[])[];
  /** Name and Age are written out like any other column. Empty where there is no table, as of what is virtual. */
  readonly columns: readonly ColumnDefinition[];
  /** Field selectors beyond metadata.name and metadata.namespace: label → value in the stored object. */
  readonly selectableFields?: Readonly<Record<string, (stored: KubeObject) => string>>;
  readonly indexes?: readonly IndexDefinition[];
  /**
   * What every control plane shows from its start, each by its name. Only of kinds without namespaces. Stored nowhere
   * until somebody changes one, and then for that control plane alone; a deleted one comes anew, unless the strategy
   * refuses its deletion.
   */
  readonly sharedObjects?: readonly KubeObject[];
  /** What the platform alone shows in the same way. */
  readonly platformObjects?: readonly KubeObject[];
  /** True when strategic merge patch is offered (built-in kinds). */
  readonly strategicMergePatch: boolean;
}
