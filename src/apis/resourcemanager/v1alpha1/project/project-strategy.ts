/**
 * The life of a Project: its control plane serves as soon as it is stored. Emptying the control plane after a delete
 * is a controller's work.
 *
 * Not here, because other objects decide it: the organization label under a folder owner (the engine fills it in),
 * and a metadata.ownerReferences entry for the owner (its uid is not known to a pure function).
 */
import { type FieldError, forbidden, invalidValue } from '../../../../apimachinery/field-error.ts';
import { limits } from '../../../../apimachinery/limits.ts';
import { dnsSubdomainProblems } from '../../../../apimachinery/names.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import type {
  ResourceStrategy,
  SubresourceDefinition,
} from '../../../../apimachinery/resource-definition.ts';
import { setCondition } from '../../../conditions.ts';
import { statusSubresource } from '../../../status-subresource.ts';
import { boundedName } from '../bounded-name.ts';
import { addFinalizer } from '../finalizer.ts';
import { parentOf, parentReferences } from '../hierarchy.ts';
import { nextGeneration, observeReady, setReady } from '../ready.ts';

export const projectFinalizer = 'resourcemanager.miloapis.com/project-controller';
/** The organization a project belongs to, however many folders lie between. */
export const organizationNameLabel = 'resourcemanager.miloapis.com/organization-name';

export const projectStrategy: ResourceStrategy = {
  hasGeneration: true,
  validateName: boundedName(dnsSubdomainProblems, limits.projectNameLength),

  prepareForCreate(project, { nowMs, revision }) {
    addFinalizer(project, projectFinalizer);
    project.status = { startRevision: revision };
    const owner = parentOf(project, 'ownerRef');
    // What a client says of the organization is never believed: under a folder the engine finds it out.
    delete project.metadata.labels?.[organizationNameLabel];
    if (owner?.kind === 'Organization') setOrganization(project, owner.name);
    setReady(
      project,
      'The control plane of the project is ready to use.',
      nextGeneration(project, undefined),
      nowMs,
    );
  },

  prepareForUpdate(project, old, { nowMs }) {
    const organization = organizationOf(old);
    // A manifest that never named the label may replace the project; one that names another is refused below.
    if (organizationOf(project) === '' && organization !== '') setOrganization(project, organization);
    observeReady(project, nextGeneration(project, old), nowMs);
  },

  validateUpdate(project, old) {
    const errors: FieldError[] = [];
    const organization = organizationOf(old);
    if (organization === '') return errors;
    if (organizationOf(project) !== organization) {
      const field = `metadata.labels[${organizationNameLabel}]`;
      errors.push(invalidValue(field, organizationOf(project), 'field is immutable'));
    }
    const owner = parentOf(project, 'ownerRef');
    if (owner?.kind === 'Organization' && owner.name !== organization) {
      errors.push(forbidden('spec.ownerRef', `a project may not leave its organization "${organization}"`));
    }
    return errors;
  },

  references: (project) => parentReferences(project, 'ownerRef'),

  prepareForDelete(project, { nowMs }) {
    setCondition(
      project,
      {
        type: 'ResourceCleanup',
        status: 'False',
        reason: 'CleanupStarted',
        message: 'The project takes no more writes; what is in its control plane is being removed.',
        observedGeneration: Number(project.metadata.generation ?? 1),
      },
      nowMs,
    );
  },
};

const status = statusSubresource({ metadata: 'kept' });
/**
 * `/status`, which leaves startRevision alone: moving it would show a namesake's past, or hide what is here. It is
 * kept, not refused, because clients that do not know the field send a status without it.
 */
export const projectStatusSubresource: SubresourceDefinition = {
  ...status,
  merge(stored, incoming) {
    const startRevision: number | undefined = stored.status?.startRevision;
    status.merge(stored, incoming);
    if (startRevision !== undefined) stored.status = { ...stored.status, startRevision };
  },
};

function organizationOf(project: KubeObject): string {
  return project.metadata.labels?.[organizationNameLabel] ?? '';
}

function setOrganization(project: KubeObject, organization: string): void {
  project.metadata.labels = { ...project.metadata.labels, [organizationNameLabel]: organization };
}
