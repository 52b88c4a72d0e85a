/**
 * MutatingAdmissionPolicy and its binding, admissionregistration.k8s.io/v1. They are kept and checked;
 * admission/policies evaluates them. Field numbers are those of
 * k8s.io/api/admissionregistration/v1/generated.proto, rules those of kubernetes pkg/apis/admissionregistration.
 */
import { jsonPatchType } from '../../../../apimachinery/cel/libraries/json-patch.ts';
import { type CelType, listOf } from '../../../../apimachinery/cel/types.ts';
import {
  type FieldError,
  invalidValue,
  notSupported,
  requiredValue,
} from '../../../../apimachinery/field-error.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import {
  byValue,
  field,
  type Infer,
  list,
  object,
  pointer,
  required,
  string,
} from '../../../../apimachinery/schema/schema.ts';
import { must } from '../../../../lib/assert.ts';
import { ageColumn, nameColumn } from '../../../columns.ts';
import {
  component,
  matchConditionsSchema,
  matchResourcesSchema,
  paramKindSchema,
  paramRefSchema,
  variableSchema,
} from '../admission-schemas.ts';
import { patchedObjectType } from '../expressions/admission-environment.ts';
import type { Declarations } from '../expressions/compiled-expressions.ts';
import { expressionErrors } from '../expressions/expression-errors.ts';
import { defaultMatchResources } from '../matching-defaults.ts';
import { supportedErrors } from '../matching-validation.ts';
import {
  bindingColumns,
  bindingErrors,
  defaultBinding,
  judgePolicy,
  paramKindColumn,
  policyDefinition,
} from '../policies.ts';
import { reachErrors } from '../reach.ts';

const description = 'MutatingAdmissionPolicy changes the objects of requests by expressions.';
const bindingDescription =
  'MutatingAdmissionPolicyBinding puts a policy to use: for which requests, with which parameters.';
const patchTypes: readonly string[] = ['ApplyConfiguration', 'JSONPatch'];
const reinvocationPolicies: readonly string[] = ['IfNeeded', 'Never'];

const applyConfiguration = object(
  {
    expression: field(1, string(), 'CEL expression of an object that is applied to the one of the request.'),
  },
  { name: component('ApplyConfiguration'), description: 'ApplyConfiguration changes an object by apply.' },
);
const jsonPatch = object(
  { expression: field(1, string(), 'CEL expression of a list of JSON patch operations.') },
  { name: component('JSONPatch'), description: 'JSONPatch changes an object by JSON patch operations.' },
);
const mutation = object(
  {
    patchType: required(
      2,
      string({ knownValues: ['ApplyConfiguration', 'JSONPatch'] }),
      'ApplyConfiguration or JSONPatch: which of the two is given.',
    ),
    applyConfiguration: field(3, applyConfiguration, 'The change as an applied object.'),
    jsonPatch: field(4, jsonPatch, 'The change as a JSON patch.'),
  },
  { name: component('Mutation'), description: 'Mutation is one change of a policy.' },
);
const spec = object(
  {
    paramKind: field(1, paramKindSchema, 'Kind of the parameters, where the policy takes some.'),
    matchConstraints: field(2, matchResourcesSchema, 'Which requests the policy is about.'),
    variables: field(
      3,
      list(variableSchema, { listType: 'atomic' }),
      'Named expressions; each may use those before it.',
    ),
    mutations: field(4, list(mutation, { listType: 'atomic' }), 'The changes, made in this order.'),
    failurePolicy: pointer(
      5,
      string({ knownValues: ['Fail', 'Ignore'] }),
      'Fail or Ignore: what an expression that fails means.',
    ),
    matchConditions: field(
      6,
      matchConditionsSchema,
      'Conditions that must all hold for the policy to apply.',
    ),
    reinvocationPolicy: field(
      7,
      string({ knownValues: ['IfNeeded', 'Never'] }),
      'Never or IfNeeded: applied again after later changes.',
    ),
  },
  {
    name: component('MutatingAdmissionPolicySpec'),
    description: 'What the policy is about, and what it changes.',
  },
);
const bindingSpec = object(
  {
    policyName: field(1, string(), 'Name of the policy.'),
    paramRef: field(2, paramRefSchema, 'Where the parameters of the policy are.'),
    matchResources: field(3, matchResourcesSchema, 'Which of the requests of the policy are meant.'),
  },
  { name: component('MutatingAdmissionPolicyBindingSpec'), description: 'Which policy is bound, and how.' },
);

type Spec = Infer<typeof spec>;

export const mutatingAdmissionPolicyDefinition: ResourceDefinition = policyDefinition({
  kind: 'MutatingAdmissionPolicy',
  resource: 'mutatingadmissionpolicies',
  description,
  schema: kindSchema({
    name: component('MutatingAdmissionPolicy'),
    description,
    fields: { spec: byValue(2, spec, 'What the policy is about, and what it changes.') },
  }),
  strategy: {
    defaults(policy) {
      policy.spec ??= {};
      const wanted: Spec = policy.spec;
      wanted.failurePolicy ??= 'Fail';
      defaultMatchResources(wanted.matchConstraints);
    },
    validate: validatePolicy,
  },
  subresources: [],
  columns: [
    nameColumn,
    {
      name: 'Mutations',
      type: 'integer',
      description: 'Number of changes.',
      value: (policy) => policy.spec?.mutations?.length ?? 0,
    },
    paramKindColumn,
    ageColumn,
  ],
});

export const mutatingAdmissionPolicyBindingDefinition: ResourceDefinition = policyDefinition({
  kind: 'MutatingAdmissionPolicyBinding',
  resource: 'mutatingadmissionpolicybindings',
  description: bindingDescription,
  schema: kindSchema({
    name: component('MutatingAdmissionPolicyBinding'),
    description: bindingDescription,
    fields: { spec: byValue(2, bindingSpec, 'Which policy is bound, and how.') },
  }),
  strategy: {
    defaults: defaultBinding,
    validate: (binding) => [
      ...bindingErrors(binding.spec ?? {}, 'spec.matchResources'),
      ...reachErrors(binding),
    ],
  },
  subresources: [],
  columns: bindingColumns,
});

/** What is deleted has nothing left to change. */
const mutableOperations: readonly string[] = ['*', 'CONNECT', 'CREATE', 'UPDATE'];

function validatePolicy(policy: KubeObject): FieldError[] {
  const wanted: Spec = policy.spec ?? {};
  const { mutations = [], reinvocationPolicy = '' } = wanted;
  const { errors, declarations } = judgePolicy(wanted, {
    operations: mutableOperations,
    hasPatchTypes: true,
  });
  if (mutations.length === 0) {
    errors.push(requiredValue('spec.mutations', 'mutations must contain at least one item'));
  }
  for (const [i, each] of mutations.entries())
    errors.push(...mutationErrors(each, `spec.mutations[${i}]`, declarations));
  if (reinvocationPolicy === '') errors.push(requiredValue('spec.reinvocationPolicy'));
  else {
    errors.push(...supportedErrors('spec.reinvocationPolicy', reinvocationPolicy, reinvocationPolicies));
  }
  return errors;
}

const resultTypes: Readonly<Record<string, CelType>> = {
  ApplyConfiguration: patchedObjectType,
  JSONPatch: listOf(jsonPatchType),
};

function mutationErrors(
  change: Infer<typeof mutation>,
  path: string,
  declarations: Declarations,
): FieldError[] {
  const { patchType = '' } = change;
  if (patchType === '') return [requiredValue(`${path}.patchType`)];
  if (!patchTypes.includes(patchType)) return [notSupported(`${path}.patchType`, patchType, patchTypes)];
  const [given, other] =
    patchType === 'JSONPatch'
      ? (['jsonPatch', 'applyConfiguration'] as const)
      : (['applyConfiguration', 'jsonPatch'] as const);
  const errors: FieldError[] = [];
  const patch = change[given];
  if (patch === undefined) {
    errors.push(requiredValue(`${path}.${given}`, `must be specified when patchType is ${patchType}`));
  } else if ((patch.expression ?? '').trim() === '') {
    errors.push(requiredValue(`${path}.${given}.expression`));
  } else {
    const wanted = must(resultTypes[patchType], 'type of a patch');
    errors.push(
      ...expressionErrors(`${path}.${given}.expression`, patch.expression ?? '', declarations, [wanted]),
    );
  }
  if (change[other] !== undefined) {
    const detail = `must not be specified when patchType is ${patchType}`;
    errors.push(invalidValue(`${path}.${other}`, `{${other}}`, detail));
  }
  return errors;
}
