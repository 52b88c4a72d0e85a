/** References of core/v1 that several kinds use, with their field numbers. */
import { field, object, string } from '../apimachinery/schema/schema.ts';

export const objectReferenceSchema = object(
  {
    kind: field(1, string(), 'Kind of the object.'),
    namespace: field(2, string(), 'Namespace of the object; empty when it is cluster-scoped.'),
    name: field(3, string(), 'Name of the object.'),
    uid: field(4, string(), 'UID of the object, which tells it from a namesake.'),
    apiVersion: field(5, string(), 'Group and version of the object.'),
    resourceVersion: field(6, string(), 'The version of the object that is meant, if one is.'),
    fieldPath: field(7, string(), 'The part of the object that is meant, as a path; empty for the whole.'),
  },
  {
    name: 'io.k8s.api.core.v1.ObjectReference',
    description: 'ObjectReference names an object of any kind, or a part of it.',
    mapType: 'atomic',
  },
);

export const localObjectReferenceSchema = object(
  { name: field(1, string(), 'Name of the object.') },
  {
    name: 'io.k8s.api.core.v1.LocalObjectReference',
    description: 'LocalObjectReference names an object in the same namespace.',
    mapType: 'atomic',
  },
);
