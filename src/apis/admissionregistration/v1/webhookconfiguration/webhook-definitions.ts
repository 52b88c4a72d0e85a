/**
 * MutatingWebhookConfiguration and ValidatingWebhookConfiguration, admissionregistration.k8s.io/v1. They are kept and
 * checked here; admission/webhooks calls them.
 */
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import type { ObjectSchema } from '../../../../apimachinery/schema/schema.ts';
import { ageColumn, nameColumn } from '../../../columns.ts';
import { objectVerbs } from '../../../verbs.ts';
import { admissionGroup } from '../admission-schemas.ts';
import { reachErrors } from '../reach.ts';
import {
  mutatingDescription,
  mutatingWebhookConfigurationSchema,
  validatingDescription,
  validatingWebhookConfigurationSchema,
} from './webhook-schemas.ts';
import { defaultWebhooks, validateNewWebhooks, validateWebhooksUpdate } from './webhook-validation.ts';

export const validatingWebhookConfigurationDefinition = webhookConfigurationDefinition(
  'ValidatingWebhookConfiguration',
  validatingWebhookConfigurationSchema,
  validatingDescription,
);
export const mutatingWebhookConfigurationDefinition = webhookConfigurationDefinition(
  'MutatingWebhookConfiguration',
  mutatingWebhookConfigurationSchema,
  mutatingDescription,
);

function webhookConfigurationDefinition(
  kind: 'MutatingWebhookConfiguration' | 'ValidatingWebhookConfiguration',
  schema: ObjectSchema,
  description: string,
): ResourceDefinition {
  const singular = kind.toLowerCase();
  const resource = `${singular}s`;
  return {
    group: admissionGroup,
    resource,
    singular,
    kind,
    listKind: `${kind}List`,
    categories: ['api-extensions'],
    scope: 'Cluster',
    description,
    verbs: objectVerbs,
    contexts: ['Platform', 'Project'],
    versions: [{ version: 'v1', schema }],
    storage: { group: admissionGroup, version: 'v1', kind, resource },
    strategy: {
      hasGeneration: true,
      allowUnconditionalUpdate: false,
      allowCreateOnUpdate: false,
      defaults: (object) => defaultWebhooks(object, kind === 'MutatingWebhookConfiguration'),
      validate: reachErrors,
      validateCreate: validateNewWebhooks,
      validateUpdate: validateWebhooksUpdate,
    },
    subresources: [],
    columns: [
      nameColumn,
      {
        name: 'Webhooks',
        type: 'integer',
        description: 'Number of webhooks.',
        value: ({ webhooks }) => (Array.isArray(webhooks) ? webhooks.length : 0),
      },
      ageColumn,
    ],
    strategicMergePatch: true,
  };
}
