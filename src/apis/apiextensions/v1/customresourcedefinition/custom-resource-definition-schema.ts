/**
 * Fields of a CustomResourceDefinition. Field numbers are those of k8s.io/apiextensions-apiserver
 * apiextensions/v1/generated.proto.
 */
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import {
  boolean,
  bytes,
  byValue,
  field,
  type Infer,
  integer,
  list,
  object,
  pointer,
  required,
  string,
  time,
} from '../../../../apimachinery/schema/schema.ts';
import { component } from '../component.ts';
import { schemaPropsSchema } from './schema-props-schema.ts';

const texts = list(string(), { listType: 'atomic' });

const serviceReference = object(
  {
    namespace: required(1, string(), 'Namespace of the service.'),
    name: required(2, string(), 'Name of the service.'),
    path: pointer(3, string(), 'Path of the URL the webhook is called at.'),
    port: pointer(4, integer('int32'), 'Port of the service; 443 when not given.'),
  },
  { name: component('ServiceReference'), description: 'ServiceReference names the service of a webhook.' },
);
const webhookClientConfig = object(
  {
    url: pointer(3, string(), 'Where the webhook is called: https, without user, query or fragment.'),
    service: field(1, serviceReference, 'The service that is called. Either this or url.'),
    caBundle: field(2, bytes(), "PEM certificates that the webhook's own is checked with."),
  },
  {
    name: component('WebhookClientConfig'),
    description: 'WebhookClientConfig says how a webhook is called.',
  },
);
const webhookConversion = object(
  {
    clientConfig: field(2, webhookClientConfig, 'How the webhook is called.'),
    conversionReviewVersions: required(
      3,
      texts,
      'Versions of ConversionReview the webhook understands, the best one first.',
    ),
  },
  {
    name: component('WebhookConversion'),
    description: 'WebhookConversion describes a webhook that turns objects into other versions.',
  },
);
const conversion = object(
  {
    strategy: required(
      1,
      string(),
      'None: only apiVersion differs between versions. Webhook: a webhook is asked.',
    ),
    webhook: field(2, webhookConversion, 'The webhook that is asked.'),
  },
  {
    name: component('CustomResourceConversion'),
    description: 'CustomResourceConversion says how objects of one version become those of another.',
  },
);
const names = object(
  {
    plural: required(1, string(), 'Name of the resource in paths, in lower case: widgets.'),
    singular: field(2, string(), 'The same for one object; the kind in lower case when not given.'),
    shortNames: field(3, texts, 'Short names for kubectl, in lower case.'),
    kind: required(4, string(), 'The kind of an object, in CamelCase: Widget.'),
    listKind: field(5, string(), 'The kind of a list; the kind and List when not given.'),
    categories: field(6, texts, 'Groups of resources that this one belongs to, such as all.'),
  },
  {
    name: component('CustomResourceDefinitionNames'),
    description: 'CustomResourceDefinitionNames are the names of a resource.',
  },
);
const validation = object(
  { openAPIV3Schema: field(1, schemaPropsSchema, 'The schema of the objects.') },
  {
    name: component('CustomResourceValidation'),
    description: 'CustomResourceValidation holds the schema of a resource.',
  },
);
const statusSubresourceSchema = object(
  {},
  {
    name: component('CustomResourceSubresourceStatus'),
    description: 'CustomResourceSubresourceStatus says that status has an endpoint of its own.',
  },
);
const scaleSubresourceSchema = object(
  {
    specReplicasPath: required(1, string(), 'Where the wanted number of replicas is: .spec.replicas.'),
    statusReplicasPath: required(2, string(), 'Where the number of replicas there are is.'),
    labelSelectorPath: pointer(3, string(), 'Where the label selector is, as a text.'),
  },
  {
    name: component('CustomResourceSubresourceScale'),
    description: 'CustomResourceSubresourceScale says where the numbers of the scale endpoint are kept.',
  },
);
const subresources = object(
  {
    status: field(1, statusSubresourceSchema, 'Status is written through an endpoint of its own.'),
    scale: field(2, scaleSubresourceSchema, 'There is a scale endpoint.'),
  },
  {
    name: component('CustomResourceSubresources'),
    description: 'CustomResourceSubresources are the endpoints that a resource has beside its own.',
  },
);
const printerColumn = object(
  {
    name: required(1, string(), 'Heading of the column.'),
    type: required(2, string(), 'integer, number, string, boolean or date.'),
    format: field(3, string(), 'What kind of text or number.'),
    description: field(4, string(), 'What the column shows.'),
    priority: field(5, integer('int32'), 'Above 0: only shown with -o wide.'),
    jsonPath: required(6, string(), 'JSONPath of what the column shows.'),
  },
  {
    name: component('CustomResourceColumnDefinition'),
    description: 'CustomResourceColumnDefinition is a column that kubectl get prints.',
  },
);
const selectableField = object(
  { jsonPath: required(1, string(), 'Path of a text, integer or boolean: .spec.colour.') },
  {
    name: component('SelectableField'),
    description: 'SelectableField is a field that lists and watches may select by.',
  },
);
const version = object(
  {
    name: required(1, string(), 'Name of the version: v1, v1beta1.'),
    served: required(2, boolean(), 'Whether it can be used.'),
    storage: required(3, boolean(), 'Whether objects are stored in it. One version is.'),
    deprecated: field(7, boolean(), 'Whether who uses it is warned.'),
    deprecationWarning: pointer(8, string(), 'The warning, where the usual one is not enough.'),
    schema: field(4, validation, 'The schema of its objects.'),
    subresources: field(5, subresources, 'The endpoints beside its own.'),
    additionalPrinterColumns: field(
      6,
      list(printerColumn, { listType: 'atomic' }),
      'The columns that kubectl get prints behind the name; the age when not given.',
    ),
    selectableFields: field(
      9,
      list(selectableField, { listType: 'atomic' }),
      'The fields that lists and watches may select by.',
    ),
  },
  {
    name: component('CustomResourceDefinitionVersion'),
    description: 'CustomResourceDefinitionVersion is a version of a resource.',
  },
);
const spec = object(
  {
    group: required(1, string(), 'The API group: example.com.'),
    names: required(3, names, 'The names of the resource.'),
    scope: required(4, string(), 'Cluster or Namespaced.'),
    versions: required(7, list(version, { listType: 'atomic' }), 'The versions of the resource.'),
    conversion: field(9, conversion, 'How versions become one another.'),
    preserveUnknownFields: field(10, boolean(), 'May not be true; x-kubernetes-preserve-unknown-fields can.'),
  },
  {
    name: component('CustomResourceDefinitionSpec'),
    description: 'CustomResourceDefinitionSpec describes how a resource looks.',
  },
);
const condition = object(
  {
    type: required(1, string(), 'What the condition is about: Established, NamesAccepted, Terminating.'),
    status: required(2, string(), 'True, False, or Unknown.'),
    lastTransitionTime: byValue(3, time(), 'When the status last changed.'),
    reason: field(4, string(), 'Why, as one CamelCase word for programs.'),
    message: field(5, string(), 'Why, in words for people.'),
    observedGeneration: field(6, integer('int64'), 'metadata.generation this was found for.'),
  },
  {
    name: component('CustomResourceDefinitionCondition'),
    description: 'CustomResourceDefinitionCondition is one aspect of a CustomResourceDefinition.',
  },
);
const status = object(
  {
    conditions: required(
      1,
      list(condition, { listType: 'map', listMapKeys: ['type'] }),
      'What is known of it, above all whether it is served.',
    ),
    acceptedNames: required(2, names, 'The names that are served, which no other resource has.'),
    storedVersions: required(
      3,
      texts,
      'Versions that objects were ever stored in. One named here cannot be removed.',
    ),
    observedGeneration: field(4, integer('int64'), 'metadata.generation that this is about.'),
  },
  {
    name: component('CustomResourceDefinitionStatus'),
    description: 'CustomResourceDefinitionStatus is the state of a CustomResourceDefinition.',
  },
);

export const customResourceDefinitionDescription =
  'CustomResourceDefinition describes a resource that is served like the ones the server has itself.';

export const customResourceDefinitionSchema = kindSchema({
  name: component('CustomResourceDefinition'),
  description: customResourceDefinitionDescription,
  fields: {
    spec: required(2, spec, 'How the resource looks.'),
    status: byValue(3, status, 'The state of the definition, written by the server.'),
  },
});

export type DefinitionNames = Infer<typeof names>;
export type DefinitionVersion = Infer<typeof version>;
export type DefinitionSpec = Infer<typeof spec>;
export type DefinitionStatus = Infer<typeof status>;
export type DefinitionCondition = Infer<typeof condition>;
export type WebhookClientConfig = Infer<typeof webhookClientConfig>;
