/**
 * ValidatingAdmissionPolicy and its binding, admissionregistration.k8s.io/v1. They are kept and checked;
 * admission/policies evaluates them. Field numbers are those of
 * k8s.io/api/admissionregistration/v1/generated.proto, rules those of kubernetes pkg/apis/admissionregistration.
 */
import { boolType, nullType, stringType } from '../../../../apimachinery/cel/types.ts';
import {
  duplicateValue,
  type FieldError,
  invalidValue,
  notSupported,
  requiredValue,
} from '../../../../apimachinery/field-error.ts';
import { limits } from '../../../../apimachinery/limits.ts';
import { labelKeyProblems } from '../../../../apimachinery/names.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { conditionSchema, kindSchema } from '../../../../apimachinery/schema/meta.ts';
import {
  byValue,
  field,
  type Infer,
  integer,
  list,
  object,
  pointer,
  required,
  string,
} from '../../../../apimachinery/schema/schema.ts';
import { ageColumn, nameColumn } from '../../../columns.ts';
import { statusSubresource } from '../../../status-subresource.ts';
import {
  component,
  matchConditionsSchema,
  matchResourcesSchema,
  paramKindSchema,
  variableSchema,
} from '../admission-schemas.ts';
import type { Declarations } from '../expressions/compiled-expressions.ts';
import { expressionErrors } from '../expressions/expression-errors.ts';
import { defaultMatchResources } from '../matching-defaults.ts';
import { judgePolicy, paramKindColumn, policyDefinition } from '../policies.ts';

const description =
  'ValidatingAdmissionPolicy accepts or refuses requests by expressions over the object, without changing it.';
const reasons: readonly string[] = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];

const validation = object(
  {
    expression: required(1, string(), 'CEL expression that must be true.'),
    message: field(2, string(), 'What a refused client is told: one line.'),
    reason: pointer(3, string(), 'Reason and with it the HTTP code of a refusal; Invalid when not given.'),
    messageExpression: field(4, string(), 'CEL expression of a message, in place of message.'),
  },
  { name: component('Validation'), description: 'Validation is one rule of a policy.' },
);
const auditAnnotation = object(
  {
    key: required(1, string(), "Key of the annotation, behind the policy's name; unique in the policy."),
    valueExpression: required(2, string(), 'CEL expression of its value; null leaves the annotation out.'),
  },
  {
    name: component('AuditAnnotation'),
    description: 'AuditAnnotation is added to the audit event of a request.',
  },
);
const spec = object(
  {
    paramKind: field(1, paramKindSchema, 'Kind of the parameters, where the policy takes some.'),
    matchConstraints: field(2, matchResourcesSchema, 'Which requests the policy is about.'),
    validations: field(3, list(validation, { listType: 'atomic' }), 'What must hold.'),
    failurePolicy: pointer(
      4,
      string({ knownValues: ['Fail', 'Ignore'] }),
      'Fail or Ignore: what an expression that fails means.',
    ),
    auditAnnotations: field(5, list(auditAnnotation, { listType: 'atomic' }), 'What is noted for the audit.'),
    matchConditions: field(
      6,
      matchConditionsSchema,
      'Conditions that must all hold for the policy to apply.',
    ),
    variables: field(
      7,
      list(variableSchema, {
        listType: 'map',
        listMapKeys: ['name'],
        patchStrategy: 'merge',
        patchMergeKey: 'name',
      }),
      'Named expressions; each may use those before it.',
    ),
  },
  {
    name: component('ValidatingAdmissionPolicySpec'),
    description: 'What the policy is about, and what it asks.',
  },
);
const expressionWarning = object(
  {
    fieldRef: required(2, string(), 'Path of the field with the expression.'),
    warning: required(3, string(), 'What was found, for people.'),
  },
  { name: component('ExpressionWarning'), description: 'ExpressionWarning tells of a doubtful expression.' },
);
const typeChecking = object(
  {
    expressionWarnings: field(
      1,
      list(expressionWarning, { listType: 'atomic' }),
      'Doubtful expressions, one by one.',
    ),
  },
  { name: component('TypeChecking'), description: 'TypeChecking is what a check of the expressions found.' },
);
const status = object(
  {
    observedGeneration: field(1, integer('int64'), 'metadata.generation that the status is about.'),
    typeChecking: field(2, typeChecking, 'What a check of the expressions found.'),
    conditions: field(
      3,
      list(conditionSchema, { listType: 'map', listMapKeys: ['type'] }),
      'What is known of the policy.',
    ),
  },
  { name: component('ValidatingAdmissionPolicyStatus'), description: 'The state of the policy.' },
);

type Spec = Infer<typeof spec>;
type Status = Infer<typeof status>;

/** Policies whose expressions have not been checked as they are now. */
export const uncheckedPoliciesIndex = { name: 'unchecked-policies', value: 'unchecked' } as const;

export const validatingAdmissionPolicyDefinition: ResourceDefinition = {
  ...policyDefinition({
    kind: 'ValidatingAdmissionPolicy',
    resource: 'validatingadmissionpolicies',
    description,
    schema: kindSchema({
      name: component('ValidatingAdmissionPolicy'),
      description,
      fields: {
        spec: byValue(2, spec, 'What the policy is about, and what it asks.'),
        status: byValue(3, status, 'The state of the policy, written by the server.'),
      },
    }),
    strategy: {
      defaults(policy) {
        policy.spec ??= {};
        const wanted: Spec = policy.spec;
        wanted.failurePolicy ??= 'Fail';
        defaultMatchResources(wanted.matchConstraints);
        policy.status ??= {};
      },
      prepareForCreate(policy) {
        policy.status = {};
      },
      validate: validatePolicy,
    },
    subresources: [statusSubresource({ metadata: 'kept', validate: validateStatus })],
    columns: [
      nameColumn,
      {
        name: 'Validations',
        type: 'integer',
        description: 'Number of rules.',
        value: (policy) => policy.spec?.validations?.length ?? 0,
      },
      paramKindColumn,
      ageColumn,
    ],
  }),
  indexes: [
    {
      name: uncheckedPoliciesIndex.name,
      scope: 'store',
      values({ metadata, status: found }) {
        const isChecked = (found as Status | undefined)?.observedGeneration === metadata.generation;
        return isChecked ? [] : [uncheckedPoliciesIndex.value];
      },
    },
  ],
};

function validatePolicy(policy: KubeObject): FieldError[] {
  const wanted: Spec = policy.spec ?? {};
  const { validations = [], auditAnnotations = [] } = wanted;
  const { errors, declarations } = judgePolicy(wanted, { hasPatchTypes: false });
  // Messages and annotations may not ask what somebody may do.
  const unauthorized = { ...declarations, hasAuthorizer: false };
  if (validations.length === 0 && auditAnnotations.length === 0) {
    const detail = 'validations or auditAnnotations must contain at least one item';
    return [
      ...errors,
      requiredValue('spec.validations', detail),
      requiredValue('spec.auditAnnotations', detail),
    ];
  }
  for (const [i, each] of validations.entries())
    errors.push(...validationErrors(each, `spec.validations[${i}]`, declarations, unauthorized));
  if (auditAnnotations.length > limits.auditAnnotations) {
    const detail = `must not have more than ${limits.auditAnnotations} auditAnnotations`;
    errors.push(invalidValue('spec.auditAnnotations', auditAnnotations, detail));
  }
  const keys = new Set<string>();
  for (const [i, annotation] of auditAnnotations.entries()) {
    const path = `spec.auditAnnotations[${i}]`;
    errors.push(...annotationErrors(policy.metadata.name ?? '', annotation, path, unauthorized));
    if (keys.has(annotation.key)) errors.push(duplicateValue(`${path}.key`, annotation.key));
    keys.add(annotation.key);
  }
  return errors;
}

function validationErrors(
  rule: Infer<typeof validation>,
  path: string,
  declarations: Declarations,
  unauthorized: Declarations,
): FieldError[] {
  const { expression = '', message = '', messageExpression = '', reason } = rule;
  const errors: FieldError[] = [];
  if (expression.trim() === '') {
    errors.push(requiredValue(`${path}.expression`, 'expression is not specified'));
  } else errors.push(...expressionErrors(`${path}.expression`, expression, declarations, [boolType]));
  if (messageExpression !== '' && messageExpression.trim() === '') {
    const detail = 'must be non-empty if specified';
    errors.push(invalidValue(`${path}.messageExpression`, messageExpression, detail));
  } else if (messageExpression !== '') {
    const at = `${path}.messageExpression`;
    errors.push(...expressionErrors(at, messageExpression, unauthorized, [stringType]));
  }
  if (message !== '' && message.trim() === '') {
    errors.push(invalidValue(`${path}.message`, message, 'message must be non-empty if specified'));
  } else if (/[\n\r]/.test(message.trim())) {
    errors.push(invalidValue(`${path}.message`, message, 'message must not contain line breaks'));
  }
  if (reason !== undefined && !reasons.includes(reason)) {
    errors.push(notSupported(`${path}.reason`, reason, reasons));
  }
  return errors;
}

function annotationErrors(
  policy: string,
  { key = '', valueExpression = '' }: Infer<typeof auditAnnotation>,
  path: string,
  unauthorized: Declarations,
): FieldError[] {
  const qualified = `${policy}/${key}`;
  const errors =
    policy === ''
      ? [invalidValue(`${path}.key`, key, 'requires metadata.name be non-empty')]
      : labelKeyProblems(qualified).map((problem) => invalidValue(`${path}.key`, qualified, problem));
  const trimmed = valueExpression.trim();
  const at = `${path}.valueExpression`;
  if (trimmed === '') errors.push(requiredValue(at, 'valueExpression is not specified'));
  else if (Buffer.byteLength(trimmed) > limits.auditAnnotationExpressionBytes) {
    const detail = `must not exceed ${limits.auditAnnotationExpressionBytes} bytes in length`;
    errors.push(requiredValue(at, detail));
  } else errors.push(...expressionErrors(at, valueExpression, unauthorized, [stringType, nullType]));
  return errors;
}

function validateStatus(policy: KubeObject): FieldError[] {
  const found: Status = policy.status ?? {};
  return (found.typeChecking?.expressionWarnings ?? []).flatMap(({ fieldRef = '', warning = '' }, i) => {
    const path = `status.typeChecking.expressionWarnings[${i}]`;
    return [
      ...(warning === '' ? [requiredValue(`${path}.warning`)] : []),
      ...(fieldRef.trim() === '' ? [requiredValue(`${path}.fieldRef`)] : []),
    ];
  });
}
