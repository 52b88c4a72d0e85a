/**
 * Which namespaces and objects a webhook or policy is about. Source: apiserver
 * pkg/admission/plugin/webhook/predicates/{namespace,object}.
 */
import type { LabelSelector } from '../../apimachinery/label-selector.ts';
import type { KubeObject } from '../../apimachinery/object-meta.ts';
import { type SelectorObject, selectorOfObject } from '../../apimachinery/selector-object.ts';
import { internalError, notFound } from '../../apimachinery/status.ts';
import { labelsOf, parseRecord } from '../../storage/record.ts';
import type { ObjectKey, Store, StoredRecord, TenantId } from '../../storage/store.ts';
import type { Attempt } from './attempt.ts';

/** Of namespaces and of objects; undefined selects all. Compiled once for each configuration. */
export interface Selectors {
  readonly namespaces: CompiledSelector | undefined;
  readonly objects: CompiledSelector | undefined;
}
/** One that cannot be compiled is an error of whoever is asked to use it. */
type CompiledSelector = { readonly selector: LabelSelector } | { readonly problem: string };

export function compileSelectors(given: {
  readonly namespaceSelector?: SelectorObject;
  readonly objectSelector?: SelectorObject;
}): Selectors {
  return {
    namespaces: compiled(given.namespaceSelector),
    objects: compiled(given.objectSelector),
  };
}

function compiled(given: SelectorObject | undefined): CompiledSelector | undefined {
  const { matchLabels = {}, matchExpressions = [] } = given ?? {};
  if (Object.keys(matchLabels).length === 0 && matchExpressions.length === 0) return undefined;
  try {
    return { selector: selectorOfObject({ matchLabels, matchExpressions }) };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

/**
 * False where the attempt is not selected; the error where that cannot be told. It concerns only whom the attempt's
 * resource is about: throw it then.
 */
export function isSelected(store: Store, selectors: Selectors, attempt: Attempt): boolean | Error {
  const inNamespace = isNamespaceSelected(store, selectors.namespaces, attempt);
  if (inNamespace === false) return false;
  const isObject = isObjectSelected(selectors.objects, attempt);
  return isObject === false || inNamespace === true ? isObject : inNamespace;
}

function isNamespaceSelected(
  store: Store,
  compiled: CompiledSelector | undefined,
  attempt: Attempt,
): boolean | Error {
  if (attempt.namespace === '' || compiled === undefined) return true;
  if ('problem' in compiled) return internalError(compiled.problem);
  // Of what is being written the store knows the former labels.
  const isItself = attempt.isNamespace && attempt.subresource === '' && attempt.operation !== 'DELETE';
  if (isItself) return compiled.selector.matches(attempt.object?.metadata.labels ?? {});
  const stored = storedNamespace(store, attempt);
  if (stored === undefined) return notFound({ group: '', resource: 'namespaces' }, attempt.namespace);
  return compiled.selector.matches(labelsOf(stored.record));
}

function isObjectSelected(compiled: CompiledSelector | undefined, { object, old }: Attempt): boolean | Error {
  if (compiled === undefined) return true;
  if ('problem' in compiled) return internalError(compiled.problem);
  return [object, old].some(
    (each) => each !== undefined && compiled.selector.matches(each.metadata.labels ?? {}),
  );
}

/** The Namespace that the attempt is in or about, as it is stored; undefined where there is none. */
export function namespaceOf(store: Store, attempt: Attempt): KubeObject | undefined {
  if (attempt.namespace === '') return undefined;
  const stored = storedNamespace(store, attempt);
  return stored === undefined ? undefined : parseRecord(stored.record, stored.revision);
}

function storedNamespace(store: Store, { write, namespace }: Attempt): StoredRecord | undefined {
  const key: ObjectKey = {
    tenant: write.tenant.id as TenantId,
    group: '',
    resource: 'namespaces',
    namespace: '',
    name: namespace,
  };
  return store.get(key);
}
