/**
 * AdmissionReview, admission.k8s.io/v1: what a webhook is asked, and what it answers. It is sent and received and served
 * nowhere. Field numbers are those of k8s.io/api/admission/v1/generated.proto.
 */
import { statusSchema, typeFields } from '../../../apimachinery/schema/meta.ts';
import {
  any,
  boolean,
  bytes,
  byValue,
  field,
  type Infer,
  list,
  map,
  object,
  pointer,
  required,
  string,
} from '../../../apimachinery/schema/schema.ts';

const component = (type: string): string => `io.k8s.api.admission.v1.${type}`;

const groupVersionKind = object({
  group: required(1, string(), 'API group.'),
  version: required(2, string(), 'Version of the group.'),
  kind: required(3, string(), 'Kind.'),
});
const groupVersionResource = object({
  group: required(1, string(), 'API group.'),
  version: required(2, string(), 'Version of the group.'),
  resource: required(3, string(), 'Resource.'),
});
const userInfo = object({
  username: field(1, string(), 'Name of the user.'),
  uid: field(2, string(), 'What tells the user from others of the name.'),
  groups: field(3, list(string()), 'Groups the user is in.'),
  extra: field(4, map(list(string())), 'What else is known of the user.'),
});

const request = object(
  {
    uid: required(1, string(), 'Names this question.'),
    kind: required(2, groupVersionKind, 'Kind of the object, in the version it is sent in.'),
    resource: required(3, groupVersionResource, 'The resource, in the version that a rule has.'),
    subResource: field(4, string(), 'The subresource, where it is about one.'),
    requestKind: field(13, groupVersionKind, 'Kind of the object in the request of the client.'),
    requestResource: field(14, groupVersionResource, 'The resource that the client named.'),
    requestSubResource: field(15, string(), 'The subresource that the client named.'),
    name: field(5, string(), 'Name of the object, where it is known.'),
    namespace: field(6, string(), 'Namespace of the object.'),
    operation: required(7, string(), 'CREATE, UPDATE, DELETE or CONNECT.'),
    userInfo: byValue(8, userInfo, 'Who asks.'),
    object: byValue(9, any(), 'The object as it would be.'),
    oldObject: byValue(10, any(), 'The object as it is.'),
    dryRun: pointer(11, boolean(), 'Nothing will be written.'),
    options: byValue(12, any(), 'The options of the operation.'),
  },
  { name: component('AdmissionRequest'), description: 'AdmissionRequest is what a webhook is asked about.' },
);
const response = object(
  {
    uid: required(1, string(), 'The question that this answers.'),
    allowed: required(2, boolean(), 'Whether the request may go on.'),
    status: field(3, statusSchema, 'Why it may not.'),
    patch: field(4, bytes(), 'A JSON patch of the object.'),
    patchType: pointer(5, string(), 'JSONPatch.'),
    auditAnnotations: field(6, map(string()), 'What to note of it.'),
    warnings: field(7, list(string()), 'What the client is told.'),
  },
  { name: component('AdmissionResponse'), description: 'AdmissionResponse is the answer of a webhook.' },
);

export const admissionReviewSchema = object(
  {
    ...typeFields,
    request: field(1, request, 'What the webhook is asked about.'),
    response: field(2, response, 'What it answers.'),
  },
  { name: component('AdmissionReview'), description: 'AdmissionReview asks a webhook about a request.' },
);

export type AdmissionReviewRequest = Infer<typeof request>;
export type AdmissionReviewResponse = Infer<typeof response>;
