/**
 * What no manager ever owns: identity, and what the server alone writes in metadata.
 * Source: apimachinery/pkg/util/managedfields/internal/stripmeta.go.
 */
import { FieldSet } from '../apply/field-set.ts';

const metadataFields = [
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'clusterName',
  'generation',
  'managedFields',
  'resourceVersion',
];

export const neverOwned = FieldSet.of(
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...metadataFields.map((name) => ['f:metadata', `f:${name}`]),
);
