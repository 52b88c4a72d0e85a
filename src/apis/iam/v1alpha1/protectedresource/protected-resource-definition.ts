/**
 * ProtectedResource, iam.miloapis.com/v1alpha1: a kind that a service offers, and what may be permitted of it. Roles
 * name their permissions as `<service>/<plural>.<verb>`. On the platform only.
 */
import { duplicateValue, type FieldError, invalidValue } from '../../../../apimachinery/field-error.ts';
import { dns1035LabelProblems, dnsSubdomainProblems } from '../../../../apimachinery/names.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import {
  field,
  type Infer,
  integer,
  list,
  object,
  required,
  string,
} from '../../../../apimachinery/schema/schema.ts';
import { conditionColumn, dateAgeColumn, nameColumn } from '../../../columns.ts';
import { conditionsSchema, setCondition } from '../../../conditions.ts';
import { statusSubresource } from '../../../status-subresource.ts';
import { objectVerbs } from '../../../verbs.ts';

const group = 'iam.miloapis.com';
const component = (type: string): string => `com.miloapis.iam.v1alpha1.${type}`;
const description =
  'ProtectedResource registers a kind of a service with the permissions that there are for it.';
const name = string({ minLength: 1 });

const serviceReference = object(
  { name: required(0, name, 'Name of the service, which permissions begin with: compute.example.com.') },
  { name: component('ServiceReference'), description: 'ServiceReference names a service.' },
);
const parentResource = object(
  {
    apiGroup: field(0, string(), 'API group of the kind.'),
    kind: required(0, name, 'The kind.'),
  },
  {
    name: component('ParentResourceRef'),
    description: 'ParentResourceRef names a kind whose permissions hold for what lies under it.',
  },
);
const spec = object(
  {
    serviceRef: required(0, serviceReference, 'The service that offers the kind.'),
    kind: required(0, name, 'The kind, in CamelCase.'),
    plural: required(0, name, 'Name of the resource, as permissions have it.'),
    singular: required(0, name, 'The same for one object.'),
    permissions: required(0, list(name), 'What may be permitted: list, get, create, and verbs of its own.'),
    parentResources: field(
      0,
      list(parentResource),
      'Kinds that objects lie under: who is permitted something there is permitted it here.',
    ),
  },
  { name: component('ProtectedResourceSpec'), description: 'A kind, and what may be permitted of it.' },
);
const status = object(
  {
    conditions: field(0, conditionsSchema, 'What is known of the registration: Ready.'),
    observedGeneration: field(0, integer('int64'), 'The metadata.generation that this status is about.'),
  },
  { name: component('ProtectedResourceStatus'), description: 'The state of the registration.' },
);

type Spec = Infer<typeof spec>;

export const protectedResourceDefinition: ResourceDefinition = {
  group,
  resource: 'protectedresources',
  singular: 'protectedresource',
  kind: 'ProtectedResource',
  listKind: 'ProtectedResourceList',
  scope: 'Cluster',
  description,
  verbs: objectVerbs,
  contexts: ['Platform'],
  versions: [
    {
      version: 'v1alpha1',
      schema: kindSchema({
        name: component('ProtectedResource'),
        description,
        fields: {
          spec: field(0, spec, 'A kind, and what may be permitted of it.'),
          status: field(0, status, 'The state of the registration, written by the server.'),
        },
      }),
    },
  ],
  storage: { group, version: 'v1alpha1', kind: 'ProtectedResource', resource: 'protectedresources' },
  strategy: {
    hasGeneration: true,
    /** As in the original until somebody has looked at it. */
    prepareForCreate(resource, { nowMs }) {
      const condition = {
        type: 'Ready',
        status: 'Unknown',
        reason: 'Unknown',
        message: 'Waiting for control plane to reconcile',
      } as const;
      resource.status = {};
      setCondition(resource, condition, nowMs);
    },
    validate: specErrors,
  },
  subresources: [statusSubresource({ metadata: 'kept' })],
  columns: [
    nameColumn,
    {
      name: 'Kind',
      type: 'string',
      description: 'The kind that is registered.',
      value: (resource) => resource.spec?.kind,
    },
    conditionColumn('Ready', 'Ready'),
    dateAgeColumn,
  ],
  strategicMergePatch: false,
};

/** What permissions are made of must be fit to be told apart in them. */
function specErrors(resource: KubeObject): FieldError[] {
  const { serviceRef, plural = '', permissions = [] }: Partial<Spec> = resource.spec ?? {};
  const errors: FieldError[] = [];
  const service = serviceRef?.name ?? '';
  if (service !== '') {
    for (const problem of dnsSubdomainProblems(service)) {
      errors.push(invalidValue('spec.serviceRef.name', service, problem));
    }
  }
  if (plural !== '') {
    for (const problem of dns1035LabelProblems(plural))
      errors.push(invalidValue('spec.plural', plural, problem));
  }
  const seen = new Set<string>();
  for (const [i, permission] of permissions.entries()) {
    const at = `spec.permissions[${i}]`;
    if (seen.has(permission)) errors.push(duplicateValue(at, permission));
    seen.add(permission);
    if (permission !== '' && !verb.test(permission)) {
      errors.push(invalidValue(at, permission, 'must be a verb: letters, digits and dashes'));
    }
  }
  return errors;
}
const verb = /^[A-Za-z][-A-Za-z0-9]*$/;
