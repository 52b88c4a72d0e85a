/**
 * The parameters that a binding names for its policy, as they are now: objects of any kind that the binding's own control
 * plane serves. Source: CollectParams in apiserver pkg/admission/plugin/policy/generic/policy_dispatcher.go.
 */
import { parseApiVersion } from '../../apimachinery/gvk.ts';
import { limits } from '../../apimachinery/limits.ts';
import type { JsonObject } from '../../apimachinery/object-meta.ts';
import { asWritten } from '../../apimachinery/schema/zero-members.ts';
import { selectorOfObject } from '../../apimachinery/selector-object.ts';
import type { ParamKind, ParamRef } from '../../apis/admissionregistration/v1/admission-schemas.ts';
import type { ServedResource } from '../../registry/definition-table.ts';
import type { Definitions } from '../../registry/definitions.ts';
import { objectOf, type Plane } from '../../registry/stored-objects.ts';
import { labelsOf } from '../../storage/record.ts';
import type { Store, StoredEntry, StoredRecord, TenantId } from '../../storage/store.ts';

/** The binding cannot be used as it is; the failure policy decides what that means. */
export class ConfigurationProblem extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigurationProblem';
  }
}

export interface ParamSource {
  readonly store: Store;
  readonly definitions: Definitions;
  /** Of the binding. */
  readonly home: TenantId;
  readonly plane: Plane;
}

/**
 * Each to evaluate the policy with; one `undefined` where it takes none, none where there are none and that does not
 * matter. `namespace` is that of the request. Throws ConfigurationProblem.
 */
export async function paramsOf(
  source: ParamSource,
  paramKind: ParamKind | undefined,
  ref: ParamRef | undefined,
  namespace: string,
): Promise<readonly (JsonObject | undefined)[]> {
  if (paramKind === undefined || ref === undefined) return [undefined];
  const served = servedOf(source, paramKind);
  if (served === undefined) {
    const { apiVersion = '', kind = '' } = paramKind;
    throw new ConfigurationProblem(
      `paramKind kind \`&ParamKind{APIVersion:${apiVersion},Kind:${kind},}\` not known`,
    );
  }
  const found = foundIn(source, served, ref, namespaceOf(served, ref, namespace));
  if (found.length === 0 && ref.parameterNotFoundAction === 'Deny') {
    throw new ConfigurationProblem('no params found for policy binding with `Deny` parameterNotFoundAction');
  }
  return await Promise.all(
    found.map(async (stored) => {
      const object = await objectOf(source.plane, served, stored);
      return asWritten(object, served.version.schema) as unknown as JsonObject;
    }),
  );
}

function servedOf(
  { definitions, home }: ParamSource,
  { apiVersion = '', kind = '' }: ParamKind,
): ServedResource | undefined {
  const served = definitions.of(home);
  const definition = served.findKind(apiVersion, kind);
  const version = parseApiVersion(apiVersion)?.version ?? '';
  if (definition === undefined || definition.isVirtual === true) return undefined;
  return served.find(definition.group, version, definition.resource);
}

function namespaceOf({ definition }: ServedResource, ref: ParamRef, ofRequest: string): string {
  const { namespace = '' } = ref;
  if (definition.scope === 'Cluster') {
    if (namespace === '') return '';
    throw new ConfigurationProblem(
      'paramRef.namespace must not be provided for a cluster-scoped `paramKind`',
    );
  }
  if (namespace !== '') return namespace;
  if (ofRequest !== '') return ofRequest;
  throw new ConfigurationProblem(
    'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources',
  );
}

function foundIn(
  { store, home }: ParamSource,
  { definition }: ServedResource,
  { name = '', selector }: ParamRef,
  namespace: string,
): readonly StoredRecord[] {
  const { group, resource } = definition.storage;
  const place = { tenant: home, group, resource, namespace };
  if (name !== '') {
    const stored = store.get({ ...place, name });
    return stored === undefined ? [] : [stored];
  }
  if (selector === undefined) {
    throw new ConfigurationProblem('one of name or selector must be provided');
  }
  const matching = selectorOfObject(selector);
  const found: StoredEntry[] = [];
  let after: { namespace: string; name: string } | undefined;
  do {
    const page = store.range({
      ...place,
      maxEntries: limits.rangeStepRows,
      maxBytes: limits.listStepBytes,
      ...(after === undefined ? {} : { after }),
    });
    for (const entry of page.entries) if (matching.matches(labelsOf(entry.record))) found.push(entry);
    if (found.length > limits.policyParams) {
      throw new ConfigurationProblem(`more than ${limits.policyParams} params selected`);
    }
    after = page.next;
  } while (after !== undefined);
  return found;
}
