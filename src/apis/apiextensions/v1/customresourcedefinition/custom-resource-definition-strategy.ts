/**
 * The life of a CustomResourceDefinition: what the server decides when one is written, and that a deleted one stays
 * until its objects are gone. Accepting names, serving and removing objects are controllers' work, not done here.
 * Source of the rules: apiextensions-apiserver pkg/apis/apiextensions/v1/defaults.go and
 * pkg/registry/customresourcedefinition.
 */
import { deepEqual } from '../../../../apimachinery/equality.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import type { ResourceStrategy } from '../../../../apimachinery/resource-definition.ts';
import { setCondition } from '../../../conditions.ts';
import { copyField } from '../../../copy-field.ts';
import type { DefinitionSpec, DefinitionStatus } from './custom-resource-definition-schema.ts';
import { type DefinitionForm, formOf } from './definition-form.ts';
import {
  definitionStatusErrors,
  definitionUpdateErrors,
  newDefinitionErrors,
} from './definition-validation.ts';
import { formatWarnings } from './definition-warnings.ts';

/** Holds a deleted definition until the objects of its resource are gone. */
export const customResourceCleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

const servicePort = 443;

export const customResourceDefinitionStrategy: ResourceStrategy = {
  hasGeneration: true,
  deletesGracefully: false,
  allowUnconditionalUpdate: false,
  allowCreateOnUpdate: false,

  defaults(definition) {
    definition.spec ??= {};
    const spec: Partial<DefinitionSpec> = definition.spec;
    spec.conversion ??= { strategy: 'None' };
    const { names } = spec;
    if (names !== undefined) {
      const { kind = '' } = names;
      if ((names.singular ?? '') === '' && kind !== '') names.singular = kind.toLowerCase();
      if ((names.listKind ?? '') === '' && kind !== '') names.listKind = `${kind}List`;
    }
    const service = spec.conversion.webhook?.clientConfig?.service;
    if (service !== undefined) service.port ??= servicePort;
  },

  prepareForCreate(definition) {
    definition.status = { conditions: [], acceptedNames: { plural: '', kind: '' } };
    noteStorageVersion(definition);
  },

  prepareForUpdate(definition, old) {
    copyField(definition, old, 'status');
    if (definition.status !== undefined) definition.status = { ...definition.status };
    noteStorageVersion(definition);
  },

  validateCreate: (definition) => newDefinitionErrors(askedForm(definition)),
  validateUpdate: (definition, old) =>
    deepEqual(definition.spec, old.spec)
      ? definitionStatusErrors(formOf(definition), formOf(old))
      : definitionUpdateErrors(askedForm(definition), formOf(old)),

  warnings: (definition, old) => formatWarnings(formOf(definition), old && formOf(old)),

  prepareForDelete(definition, { nowMs }) {
    const { metadata } = definition;
    const finalizers = metadata.finalizers ?? [];
    if (!finalizers.includes(customResourceCleanupFinalizer)) {
      metadata.finalizers = [...finalizers, customResourceCleanupFinalizer];
    }
    setCondition(
      definition,
      {
        type: 'Terminating',
        status: 'True',
        reason: 'InstanceDeletionPending',
        message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
      },
      nowMs,
    );
  },

  // One that is not yet marked is to be marked and not removed, so that its objects do not outlive it.
  isHeld: ({ metadata }) =>
    metadata.deletionTimestamp === undefined ||
    (metadata.finalizers ?? []).includes(customResourceCleanupFinalizer),
};

/** Without the names that the write makes its own: they are the spec's, and what is wrong with those is said there. */
function askedForm(definition: KubeObject): DefinitionForm {
  const form = formOf(definition);
  const { acceptedNames: _, ...rest } = form.status;
  return { ...form, status: rest };
}

/** Objects may from now on be stored in the storage version: it is remembered until somebody says they are not. */
function noteStorageVersion(definition: KubeObject): void {
  const { versions = [] }: Partial<DefinitionSpec> = definition.spec ?? {};
  const name = versions.find(({ storage }) => storage)?.name;
  if (name === undefined) return;
  definition.status ??= {};
  const status: Partial<DefinitionStatus> = definition.status;
  const stored = status.storedVersions ?? [];
  if (!stored.includes(name)) status.storedVersions = [...stored, name];
}
