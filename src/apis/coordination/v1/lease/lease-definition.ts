/**
 * Lease, coordination.k8s.io/v1. Field numbers are those of k8s.io/api/coordination/v1/generated.proto, rules those
 * of kubernetes pkg/apis/coordination/validation.
 */
import { type FieldError, invalidValue } from '../../../../apimachinery/field-error.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import {
  byValue,
  field,
  integer,
  microTime,
  object,
  pointer,
  string,
} from '../../../../apimachinery/schema/schema.ts';
import { ageColumn, nameColumn } from '../../../columns.ts';
import { objectVerbs } from '../../../verbs.ts';

const description = 'Lease says who holds something, and until when unless they renew it.';

const spec = object(
  {
    holderIdentity: pointer(1, string(), 'Who holds the lease; empty or absent when nobody does.'),
    leaseDurationSeconds: pointer(
      2,
      integer('int32'),
      'Seconds after renewTime that others must wait before they may take the lease.',
    ),
    acquireTime: field(3, microTime(), 'When the present holder took the lease.'),
    renewTime: field(4, microTime(), 'When the present holder last renewed the lease.'),
    leaseTransitions: pointer(5, integer('int32'), 'How often the lease went from one holder to another.'),
    strategy: pointer(6, string(), 'How the holder is chosen when candidates are coordinated.'),
    preferredHolder: pointer(
      7,
      string(),
      'Whom the present holder should hand the lease to. Only together with strategy.',
    ),
  },
  { name: 'io.k8s.api.coordination.v1.LeaseSpec', description: 'Who holds the lease, and since when.' },
);

const leaseSchema = kindSchema({
  name: 'io.k8s.api.coordination.v1.Lease',
  description,
  fields: { spec: byValue(2, spec, 'Who holds the lease, and since when.') },
});

export const leaseDefinition: ResourceDefinition = {
  group: 'coordination.k8s.io',
  resource: 'leases',
  singular: 'lease',
  kind: 'Lease',
  listKind: 'LeaseList',
  scope: 'Namespaced',
  description,
  verbs: objectVerbs,
  contexts: ['Platform', 'Project'],
  versions: [{ version: 'v1', schema: leaseSchema }],
  storage: { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease', resource: 'leases' },
  strategy: {
    allowUnconditionalUpdate: false,
    allowCreateOnUpdate: true,
    prepareForCreate: dropCoordination,
    prepareForUpdate: dropCoordination,
    validate: validateLease,
  },
  subresources: [],
  columns: [
    nameColumn,
    {
      name: 'Holder',
      type: 'string',
      description: 'Who holds the lease.',
      value: (lease) => lease.spec?.holderIdentity ?? '',
    },
    ageColumn,
  ],
  strategicMergePatch: true,
};

function validateLease(lease: KubeObject): FieldError[] {
  const { leaseDurationSeconds, leaseTransitions } = lease.spec ?? {};
  const errors: FieldError[] = [];
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
    errors.push(invalidValue('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0'));
  }
  if (leaseTransitions !== undefined && leaseTransitions < 0) {
    errors.push(
      invalidValue('spec.leaseTransitions', leaseTransitions, 'must be greater than or equal to 0'),
    );
  }
  return errors;
}

/** Nobody coordinates candidates here. Upstream drops the two just so where its gate for that is off, as by default. */
function dropCoordination({ spec }: KubeObject): void {
  if (spec === undefined) return;
  delete spec.strategy;
  delete spec.preferredHolder;
}
