/** ValidatingAdmissionPolicyBinding, admissionregistration.k8s.io/v1: a policy put to use, with its parameters. */
import {
  duplicateValue,
  type FieldError,
  invalidValue,
  notSupported,
  requiredValue,
} from '../../../../apimachinery/field-error.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import { field, type Infer, list, object, required, string } from '../../../../apimachinery/schema/schema.ts';
import { component, matchResourcesSchema, paramRefSchema } from '../admission-schemas.ts';
import { bindingColumns, bindingErrors, defaultBinding, policyDefinition } from '../policies.ts';
import { reachErrors } from '../reach.ts';

const description =
  'ValidatingAdmissionPolicyBinding puts a policy to use: for which requests, with what effect.';
const actions: readonly string[] = ['Audit', 'Deny', 'Warn'];

const spec = object(
  {
    policyName: required(1, string(), 'Name of the policy.'),
    paramRef: field(2, paramRefSchema, 'Where the parameters of the policy are.'),
    matchResources: field(3, matchResourcesSchema, 'Which of the requests of the policy are meant.'),
    validationActions: required(
      4,
      list(string({ knownValues: ['Audit', 'Deny', 'Warn'] }), { listType: 'set' }),
      'What a rule that does not hold leads to: Deny, Warn, Audit; not Deny together with Warn.',
    ),
  },
  {
    name: component('ValidatingAdmissionPolicyBindingSpec'),
    description: 'Which policy is bound, and how.',
  },
);

export const validatingAdmissionPolicyBindingDefinition: ResourceDefinition = policyDefinition({
  kind: 'ValidatingAdmissionPolicyBinding',
  resource: 'validatingadmissionpolicybindings',
  description,
  schema: kindSchema({
    name: component('ValidatingAdmissionPolicyBinding'),
    description,
    fields: { spec: required(2, spec, 'Which policy is bound, and how.') },
  }),
  strategy: { defaults: defaultBinding, validate: validateBinding },
  subresources: [],
  columns: bindingColumns,
});

function validateBinding(binding: KubeObject): FieldError[] {
  const wanted: Infer<typeof spec> = binding.spec ?? {};
  // Upstream spells the path of matchResources so.
  return [
    ...bindingErrors(wanted, 'spec.matchResources'),
    ...actionErrors(wanted.validationActions ?? []),
    ...reachErrors(binding),
  ];
}

function actionErrors(wanted: readonly string[]): FieldError[] {
  const path = 'spec.validationActions';
  if (wanted.length === 0) return [requiredValue(path, 'at least one validation action is required')];
  const errors: FieldError[] = [];
  for (const [i, action] of wanted.entries()) {
    if (!actions.includes(action)) errors.push(notSupported(`${path}[${i}]`, action, actions));
    if (wanted.indexOf(action) < i) errors.push(duplicateValue(`${path}[${i}]`, action));
  }
  if (wanted.includes('Deny') && wanted.includes('Warn')) {
    const detail =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
    errors.push(invalidValue(path, wanted, detail));
  }
  return errors;
}
