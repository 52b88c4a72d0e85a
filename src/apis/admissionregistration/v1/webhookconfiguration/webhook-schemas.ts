/**
 * Fields of MutatingWebhookConfiguration and ValidatingWebhookConfiguration. Field numbers are those of
 * k8s.io/api/admissionregistration/v1/generated.proto.
 */
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import {
  bytes,
  field,
  type Infer,
  integer,
  list,
  object,
  pointer,
  required,
  string,
} from '../../../../apimachinery/schema/schema.ts';
import { labelSelectorSchema } from '../../../label-selector.ts';
import { component, matchConditionsSchema, ruleWithOperationsSchema } from '../admission-schemas.ts';

const serviceReference = object(
  {
    namespace: required(1, string(), 'Namespace of the service.'),
    name: required(2, string(), 'Name of the service.'),
    path: pointer(3, string(), 'Path of the URL the webhook is called at.'),
    port: pointer(4, integer('int32'), 'Port of the service; 443 when not given.'),
  },
  { name: component('ServiceReference'), description: 'ServiceReference names the service of a webhook.' },
);
const clientConfig = object(
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

/** In Go's order, which is that of the JSON; the selector came later and has another number in each kind. */
const commonFields = (objectSelectorNumber: number) => ({
  name: required(1, string(), 'Name of the webhook, a qualified one such as `images.example.com`.'),
  clientConfig: required(2, clientConfig, 'How the webhook is called.'),
  rules: field(
    3,
    list(ruleWithOperationsSchema, { listType: 'atomic' }),
    'Operations and resources that the webhook is asked about.',
  ),
  failurePolicy: pointer(
    4,
    string({ knownValues: ['Fail', 'Ignore'] }),
    'Fail or Ignore: what a call that fails means. Fail when not given.',
  ),
  matchPolicy: pointer(
    9,
    string({ knownValues: ['Equivalent', 'Exact'] }),
    'Exact or Equivalent: whether other versions of a resource are meant too.',
  ),
  namespaceSelector: field(5, labelSelectorSchema, 'Labels of the namespaces meant; all when empty.'),
  objectSelector: field(
    objectSelectorNumber,
    labelSelectorSchema,
    'Labels of the objects meant; all when empty.',
  ),
  sideEffects: {
    ...required(
      6,
      string({ knownValues: ['None', 'NoneOnDryRun', 'Some', 'Unknown'] }),
      'None or NoneOnDryRun: what the webhook changes elsewhere.',
    ),
    pointer: true,
  },
  timeoutSeconds: pointer(7, integer('int32'), 'How long a call may take: 1 to 30, 10 when not given.'),
  admissionReviewVersions: required(
    8,
    list(string(), { listType: 'atomic' }),
    'Versions of AdmissionReview the webhook understands, the best one first.',
  ),
});

const validatingWebhook = object(
  {
    ...commonFields(10),
    matchConditions: field(11, matchConditionsSchema, 'Conditions that must all hold for a call.'),
  },
  {
    name: component('ValidatingWebhook'),
    description: 'ValidatingWebhook is asked whether a request is right.',
  },
);
const mutatingWebhook = object(
  {
    ...commonFields(11),
    reinvocationPolicy: pointer(
      10,
      string({ knownValues: ['IfNeeded', 'Never'] }),
      'Never or IfNeeded: called again after later changes.',
    ),
    matchConditions: field(12, matchConditionsSchema, 'Conditions that must all hold for a call.'),
  },
  { name: component('MutatingWebhook'), description: 'MutatingWebhook may change the object of a request.' },
);

const merged = {
  listType: 'map',
  listMapKeys: ['name'],
  patchStrategy: 'merge',
  patchMergeKey: 'name',
} as const;

export const validatingDescription =
  'ValidatingWebhookConfiguration names webhooks that accept or refuse requests without changing them.';
export const mutatingDescription =
  'MutatingWebhookConfiguration names webhooks that accept or refuse requests and may change them.';

export const validatingWebhookConfigurationSchema = kindSchema({
  name: component('ValidatingWebhookConfiguration'),
  description: validatingDescription,
  fields: { webhooks: field(2, list(validatingWebhook, merged), 'The webhooks.') },
});
export const mutatingWebhookConfigurationSchema = kindSchema({
  name: component('MutatingWebhookConfiguration'),
  description: mutatingDescription,
  fields: { webhooks: field(2, list(mutatingWebhook, merged), 'The webhooks, called in this order.') },
});

/** Either kind: what only mutating ones have is absent in the others. */
export type Webhook = Infer<typeof mutatingWebhook>;
