/**
 * One attempt of a write as rules look at it: upstream's admission attributes, with the object as it has become so far.
 * Gives the object in any version of its kind.
 */
import { apiVersionOf, type GroupVersionKind } from '../../apimachinery/gvk.ts';
import type { JsonObject, KubeObject } from '../../apimachinery/object-meta.ts';
import { asWritten } from '../../apimachinery/schema/zero-members.ts';
import { must } from '../../lib/assert.ts';
import type { AdmissionOperation, DynamicAttempt, DynamicWrite } from '../../registry/admission.ts';
import type { ServedResource } from '../../registry/definition-table.ts';
import { convertedTo } from '../../registry/stored-objects.ts';
import { spokenForm } from '../../registry/subresource-form.ts';
import type { UserInfo } from '../../request/context.ts';

export interface GroupVersionResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

/** A resource, and as what its objects are sent to who asked for that version. */
export interface SentAs {
  readonly resource: GroupVersionResource;
  readonly kind: GroupVersionKind;
}

export interface SentObjects {
  readonly object: JsonObject | undefined;
  readonly old: JsonObject | undefined;
}

/** Options of the operation, as upstream's handlers name them. */
const optionKinds = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' } as const;

export class Attempt {
  readonly write: DynamicWrite;
  readonly operation: AdmissionOperation;
  readonly name: string;
  readonly namespace: string;
  readonly subresource: string;
  /** As the request names them. */
  readonly asked: SentAs;
  readonly user: UserInfo;
  /** With kind and version. */
  readonly options: JsonObject;
  /** What its endpoint reads and writes. */
  readonly served: ServedResource;
  readonly old: KubeObject | undefined;
  #object: KubeObject | undefined;
  /** Of both objects, as they are sent, by apiVersion; until the object changes. */
  readonly #sent = new Map<string, Promise<SentObjects>>();

  constructor(write: DynamicWrite, attempt: DynamicAttempt) {
    const { served, subresource } = write;
    const { definition, version } = served;
    this.write = write;
    this.operation = attempt.operation;
    this.name = attempt.name;
    this.namespace = attempt.namespace;
    this.subresource = subresource?.name ?? '';
    this.served = spokenForm(served, subresource).served;
    const { group, kind } = this.served.definition;
    this.asked = {
      resource: { group: definition.group, version: version.version, resource: definition.resource },
      kind: { group, version: this.served.version.version, kind },
    };
    this.user = write.user;
    this.options = {
      kind: optionKinds[this.operation],
      apiVersion: 'meta.k8s.io/v1',
      ...write.terms.options,
    };
    this.old = attempt.old;
    this.#object = attempt.object;
  }

  get object(): KubeObject | undefined {
    return this.#object;
  }

  /** In the version of the request. */
  replace(object: KubeObject): void {
    this.#object = object;
    this.#sent.clear();
  }

  /** Whether it is about a Namespace itself. */
  get isNamespace(): boolean {
    const { group, resource } = this.asked.resource;
    return group === '' && resource === 'namespaces';
  }

  /** The same resource in its other versions and groups, that of the request left out. */
  *equivalents(): Iterable<SentAs> {
    const { definition, form } = this.write.served;
    const own = apiVersionOf({ group: definition.group, version: this.write.served.version.version });
    if (form.versions.size === 1) return;
    const isForm = this.write.subresource?.form !== undefined;
    for (const apiVersion of form.versions.keys()) {
      if (apiVersion === own) continue;
      const slash = apiVersion.indexOf('/');
      const gv = { group: apiVersion.slice(0, Math.max(slash, 0)), version: apiVersion.slice(slash + 1) };
      yield {
        resource: { ...gv, resource: definition.resource },
        kind: isForm ? this.asked.kind : { ...gv, kind: definition.kind },
      };
    }
  }

  /** Both objects as they go over the wire in that version. Not to be changed. */
  async sent({ kind }: SentAs): Promise<SentObjects> {
    const apiVersion = apiVersionOf(kind);
    const known = this.#sent.get(apiVersion);
    if (known !== undefined) return await known;
    const sending = this.#send(kind);
    this.#sent.set(apiVersion, sending);
    return await sending;
  }

  async #send(kind: GroupVersionKind): Promise<SentObjects> {
    const served = this.servedAs(kind);
    const wire = async (object: KubeObject | undefined): Promise<JsonObject | undefined> => {
      if (object === undefined) return undefined;
      const converted = await convertedTo(this.write.plane, this.served, object, served);
      return asWritten(converted, served.version.schema) as unknown as JsonObject;
    };
    return { object: await wire(this.#object), old: await wire(this.old) };
  }

  /** The kind in that version. */
  servedAs(kind: GroupVersionKind): ServedResource {
    const apiVersion = apiVersionOf(kind);
    if (apiVersion === apiVersionOf(this.asked.kind)) return this.served;
    const { definition, form } = this.write.served;
    const version = must(form.versions.get(apiVersion), `version ${apiVersion}`);
    return {
      definition: { ...definition, group: kind.group, kind: kind.kind },
      version,
      isStoredForm: version.convert === undefined,
      form,
    };
  }

  /** An object that was sent in another version, in that of the request. */
  async asAsked(object: KubeObject, kind: GroupVersionKind): Promise<KubeObject> {
    return await convertedTo(this.write.plane, this.servedAs(kind), object, this.served);
  }
}
