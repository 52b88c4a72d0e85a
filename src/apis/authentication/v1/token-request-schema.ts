/** Fields of a TokenRequest. Field numbers are those of k8s.io/api/authentication/v1/generated.proto. */
import { kindSchema } from '../../../apimachinery/schema/meta.ts';
import {
  byValue,
  field,
  integer,
  list,
  map,
  object,
  pointer,
  required,
  string,
  time,
} from '../../../apimachinery/schema/schema.ts';
import { atomicStrings, authenticationComponent as component } from './user-info.ts';

const boundObjectReference = object(
  {
    kind: field(1, string(), 'Kind of the object.'),
    apiVersion: field(2, string(), 'Group and version of the object.'),
    name: field(3, string(), 'Name of the object.'),
    uid: field(4, string(), 'UID of the object.'),
  },
  {
    name: component('BoundObjectReference'),
    description: 'BoundObjectReference names the object that a token lives and dies with.',
  },
);

const spec = object(
  {
    audiences: required(1, atomicStrings, 'For whom the token is; the API server when empty.'),
    expirationSeconds: pointer(
      4,
      integer('int64'),
      'For how long the token should hold. The answer says how long it does.',
    ),
    boundObjectRef: field(3, boundObjectReference, 'The object that the token lives and dies with.'),
    attestations: field(5, map(list(string())), 'What is vouched for about whoever will use the token.'),
  },
  { name: component('TokenRequestSpec'), description: 'What token is asked for.' },
);

const status = object(
  {
    token: required(1, string(), 'The bearer token.'),
    expirationTimestamp: required(2, time(), 'When the token ends.'),
  },
  { name: component('TokenRequestStatus'), description: 'The token.' },
);

export const tokenRequestSchema = kindSchema({
  name: component('TokenRequest'),
  description: 'TokenRequest asks for a token of a service account.',
  fields: {
    spec: required(2, spec, 'What token is asked for.'),
    status: byValue(3, status, 'The token.'),
  },
});
