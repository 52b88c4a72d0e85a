/**
 * The life of a Namespace: Active on creation, Terminating from the first delete on, held by `spec.finalizers`
 * until its content is gone. Removing that content is a controller's work, not done here.
 * Source of the rules: kubernetes pkg/registry/core/namespace and pkg/apis/core/validation.
 */
import { type FieldError, invalidValue } from '../../../../apimachinery/field-error.ts';
import { unqualifiedFinalizerErrors } from '../../../../apimachinery/metadata-validation.ts';
import { dnsLabelProblems } from '../../../../apimachinery/names.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import type {
  ResourceStrategy,
  SubresourceDefinition,
} from '../../../../apimachinery/resource-definition.ts';
import { copyField } from '../../../copy-field.ts';
import { copyMetadata } from '../../../copy-metadata.ts';
import { statusSubresource } from '../../../status-subresource.ts';
import { subresourceVerbs } from '../../../verbs.ts';
import { systemNamespaces } from './system-namespaces.ts';

const namespaceFinalizer = 'kubernetes';
const namespaceNameLabel = 'kubernetes.io/metadata.name';

const undeletable = new Set(systemNamespaces.map(({ metadata }) => metadata.name));

export const namespaceStrategy: ResourceStrategy = {
  hasQualifiedFinalizers: true,
  allowUnconditionalUpdate: true,
  validateName: dnsLabelProblems,

  defaults(namespace) {
    labelWithName(namespace);
    // As upstream's defaulting: who writes a status need not say the phase.
    if ((namespace.status?.phase ?? '') === '') namespace.status = { ...namespace.status, phase: 'Active' };
  },

  prepareForCreate(namespace) {
    labelWithName(namespace);
    const finalizers: string[] = namespace.spec?.finalizers ?? [];
    const isNamed = finalizers.includes(namespaceFinalizer);
    namespace.spec = {
      ...namespace.spec,
      finalizers: isNamed ? finalizers : [...finalizers, namespaceFinalizer],
    };
    namespace.status = { phase: 'Active' };
  },

  prepareForUpdate(namespace, old) {
    labelWithName(namespace);
    copyField(namespace, old, 'spec');
  },

  validate: finalizerErrors,

  refuseDelete: (namespace) =>
    undeletable.has(namespace.metadata.name) ? 'this namespace may not be deleted' : undefined,

  prepareForDelete(namespace) {
    // Upstream marks namespaces by code of their own, which knows no grace period.
    delete namespace.metadata.deletionGracePeriodSeconds;
    namespace.status = { ...namespace.status, phase: 'Terminating' };
  },

  isHeld: (namespace) => (namespace.spec?.finalizers ?? []).length > 0,
};

export const namespaceStatusSubresource = statusSubresource({
  metadata: 'written',
  validate(namespace) {
    const phase: string = namespace.status?.phase ?? '';
    const isDeleting = namespace.metadata.deletionTimestamp !== undefined;
    if (isDeleting && phase !== 'Terminating') {
      const detail = "may only be 'Terminating' if `deletionTimestamp` is not empty";
      return [invalidValue('status.Phase', phase, detail)];
    }
    if (!isDeleting && phase !== 'Active') {
      return [invalidValue('status.Phase', phase, "may only be 'Active' if `deletionTimestamp` is empty")];
    }
    return [];
  },
});

/** PUT of a whole namespace, of which `spec.finalizers` and metadata are taken: how a content controller lets go. */
export const namespaceFinalizeSubresource: SubresourceDefinition = {
  name: 'finalize',
  verbs: subresourceVerbs.filter((verb) => verb === 'update'),
  resetFields: [['status']],
  merge(stored, incoming) {
    copyMetadata(stored, incoming);
    const finalizers: string[] = incoming.spec?.finalizers ?? [];
    const { finalizers: _, ...spec } = stored.spec ?? {};
    stored.spec = finalizers.length === 0 ? spec : { ...spec, finalizers };
  },
};

function labelWithName(namespace: KubeObject): void {
  const { metadata } = namespace;
  if (metadata.name === undefined || metadata.name === '') return;
  if (metadata.labels?.[namespaceNameLabel] === metadata.name) return;
  metadata.labels = { ...metadata.labels, [namespaceNameLabel]: metadata.name };
}

function finalizerErrors(namespace: KubeObject): FieldError[] {
  const finalizers: string[] = namespace.spec?.finalizers ?? [];
  return finalizers.flatMap((finalizer) => unqualifiedFinalizerErrors(finalizer, 'spec.finalizers'));
}
