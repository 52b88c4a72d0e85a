/**
 * The life of an Organization: ready as soon as it is stored, with a namespace of its own on the platform, written
 * in the same batch. Whether it may be deleted while it has children is the engine's question.
 */
import { invalidValue } from '../../../../apimachinery/field-error.ts';
import { limits } from '../../../../apimachinery/limits.ts';
import { dnsLabelProblems } from '../../../../apimachinery/names.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import type { CompanionObject, ResourceStrategy } from '../../../../apimachinery/resource-definition.ts';
import { setCondition } from '../../../conditions.ts';
import { boundedName } from '../bounded-name.ts';
import { addFinalizer } from '../finalizer.ts';
import { resourceManagerApiVersion } from '../hierarchy.ts';
import { nextGeneration, observeReady, setReady } from '../ready.ts';

export const organizationFinalizer = 'resourcemanager.miloapis.com/organization-namespace';
const namespacePrefix = 'organization-';
export const organizationNamespace = (organization: string): string => `${namespacePrefix}${organization}`;
/** The organization whose namespace has this name; undefined when it is no such name. */
export const organizationOfNamespace = (namespace: string): string | undefined =>
  namespace.startsWith(namespacePrefix) ? namespace.slice(namespacePrefix.length) : undefined;
const organizationLabel = 'resourcemanager.miloapis.com/organization';
const typeLabel = 'resourcemanager.miloapis.com/type';

export const organizationStrategy: ResourceStrategy = {
  hasGeneration: true,
  // A label, not a subdomain: the name ends that of a namespace.
  validateName: boundedName(dnsLabelProblems, limits.organizationNameLength),

  prepareForCreate(organization, { nowMs }) {
    addFinalizer(organization, organizationFinalizer);
    const generation = nextGeneration(organization, undefined);
    organization.status = { observedGeneration: generation };
    setReady(organization, 'The organization is ready to use.', generation, nowMs);
    setOnboarding(organization, generation, nowMs);
  },

  prepareForUpdate(organization, old, { nowMs }) {
    const generation = nextGeneration(organization, old);
    organization.status = { ...organization.status, observedGeneration: generation };
    observeReady(organization, generation, nowMs);
    setOnboarding(organization, generation, nowMs);
  },

  validateUpdate(organization, old) {
    const was = old.spec?.type;
    const is = organization.spec?.type;
    return was === undefined || was === is ? [] : [invalidValue('spec.type', is ?? '', 'field is immutable')];
  },

  companions: (organization) => [namespaceOf(organization)],
};

function setOnboarding(organization: KubeObject, generation: number, nowMs: number): void {
  const contact = organization.spec?.contactInfo;
  const isComplete = (contact?.email ?? '') !== '' && (contact?.name ?? '') !== '';
  setCondition(
    organization,
    {
      type: 'OnboardingComplete',
      status: isComplete ? 'True' : 'False',
      reason: isComplete ? 'Ready' : 'ContactInfoIncomplete',
      message: isComplete
        ? 'The organization can be reached.'
        : 'The organization needs a name and an email address in spec.contactInfo.',
      observedGeneration: generation,
    },
    nowMs,
  );
}

/** Owned by the organization, so that it is collected with it. */
function namespaceOf(organization: KubeObject): CompanionObject {
  const { name = '', uid = '' } = organization.metadata;
  return {
    definition: { group: '', resource: 'namespaces' },
    object: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: organizationNamespace(name),
        labels: { [organizationLabel]: name, [typeLabel]: 'organization' },
        ownerReferences: [{ apiVersion: resourceManagerApiVersion, kind: 'Organization', name, uid }],
      },
    },
  };
}
