/**
 * Whether an access review asks something that can be answered. Rules and messages are those of
 * pkg/apis/authorization/validation; what is asked is not judged, nobody need have heard of the resource.
 */
import {
  type FieldError,
  forbidden,
  invalidValue,
  requiredValue,
} from '../../../apimachinery/field-error.ts';
import type { KubeObject, ObjectMeta } from '../../../apimachinery/object-meta.ts';
import type { Infer } from '../../../apimachinery/schema/schema.ts';
import { matchExpressionErrors } from '../../label-selector.ts';
import type { nonResourceAttributesSchema, resourceAttributesSchema } from './access-attributes.ts';

type ResourceAttributes = Infer<typeof resourceAttributesSchema>;
type NonResourceAttributes = Infer<typeof nonResourceAttributesSchema>;
type FieldRequirement = NonNullable<NonNullable<ResourceAttributes['fieldSelector']>['requirements']>[number];

/** SubjectAccessReview. */
export function accessReviewErrors({ spec = {}, metadata }: KubeObject): FieldError[] {
  return [...subjectErrors(spec), ...metadataErrors(metadata, [], 'must be empty')];
}

/** SelfSubjectAccessReview. */
export function selfAccessReviewErrors({ spec = {}, metadata }: KubeObject): FieldError[] {
  return [
    ...attributesErrors(spec),
    ...selectorsErrors(spec.resourceAttributes),
    ...metadataErrors(metadata, [], 'must be empty'),
  ];
}

/** LocalSubjectAccessReview. */
export function localAccessReviewErrors({ spec = {}, metadata }: KubeObject): FieldError[] {
  const errors = [
    ...subjectErrors(spec),
    ...metadataErrors(metadata, ['namespace'], 'must be empty except for namespace'),
  ];
  const { resourceAttributes, nonResourceAttributes } = spec;
  const namespace = resourceAttributes?.namespace ?? '';
  if (resourceAttributes !== undefined && namespace !== metadata.namespace) {
    const detail = 'must match metadata.namespace';
    errors.push(invalidValue('spec.resourceAttributes.namespace', namespace, detail));
  }
  if (nonResourceAttributes !== undefined) {
    const detail = 'disallowed on this kind of request';
    errors.push(invalidValue('spec.nonResourceAttributes', shownPath(nonResourceAttributes), detail));
  }
  return errors;
}

function subjectErrors(spec: KubeObject['spec']): FieldError[] {
  const isNobody = (spec.user ?? '') === '' && (spec.groups ?? []).length === 0;
  return [
    ...attributesErrors(spec),
    ...(isNobody ? [invalidValue('spec.user', '', 'at least one of user or group must be specified')] : []),
    ...selectorsErrors(spec.resourceAttributes),
  ];
}

/** One of the two must be there, and no more. */
function attributesErrors({ resourceAttributes, nonResourceAttributes }: KubeObject['spec']): FieldError[] {
  const errors: FieldError[] = [];
  if (resourceAttributes !== undefined && nonResourceAttributes !== undefined) {
    const detail = 'cannot be specified in combination with resourceAttributes';
    errors.push(invalidValue('spec.nonResourceAttributes', shownPath(nonResourceAttributes), detail));
  }
  if (resourceAttributes === undefined && nonResourceAttributes === undefined) {
    const detail = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    errors.push(invalidValue('spec.resourceAttributes', undefined, detail));
  }
  return errors;
}

/** As upstream prints its internal form, whose fields have no names of JSON. */
const shownPath = ({ path = '', verb = '' }: NonResourceAttributes): object => ({ Path: path, Verb: verb });

/** `allowed`, and managedFields, which are the server's. */
function metadataErrors(metadata: ObjectMeta, allowed: readonly string[], detail: string): FieldError[] {
  const given = Object.entries(metadata).filter(([name, value]) => {
    return name !== 'managedFields' && !allowed.includes(name) && !isEmpty(value);
  });
  return given.length === 0 ? [] : [invalidValue('metadata', metadata, detail)];
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null
    ? Object.keys(value).length === 0
    : value === null || value === '' || value === 0;

function selectorsErrors({ fieldSelector, labelSelector }: ResourceAttributes = {}): FieldError[] {
  const at = 'spec.resourceAttributes';
  return [
    ...selectorErrors(fieldSelector, `${at}.fieldSelector`, fieldRequirementErrors),
    ...selectorErrors(labelSelector, `${at}.labelSelector`, (requirement, path) =>
      matchExpressionErrors(requirement, path, { allowsUnknownOperators: true }),
    ),
  ];
}

interface SelectorAttributes<Requirement> {
  readonly rawSelector?: string;
  readonly requirements?: readonly Requirement[];
}

function selectorErrors<Requirement>(
  selector: SelectorAttributes<Requirement> | undefined,
  at: string,
  errorsOf: (requirement: Requirement, at: string) => FieldError[],
): FieldError[] {
  if (selector === undefined) return [];
  const { rawSelector = '', requirements = [] } = selector;
  const errors: FieldError[] = [];
  if (rawSelector !== '' && requirements.length > 0) {
    const detail = 'may not specified at the same time as requirements';
    errors.push(invalidValue(`${at}.rawSelector`, rawSelector, detail));
  }
  if (rawSelector === '' && requirements.length === 0) {
    const detail = `when ${at} is specified, requirements or rawSelector is required`;
    errors.push(requiredValue(`${at}.requirements`, detail));
  }
  const inside = requirements.flatMap((each, i) => errorsOf(each, `${at}.requirements[${i}]`));
  return [...errors, ...inside];
}

/** An operator that is not known may come from a newer client: the authorizer is then asked a broader question. */
function fieldRequirementErrors(requirement: FieldRequirement, at: string): FieldError[] {
  const { key, operator, values = [] } = requirement;
  const errors: FieldError[] = [];
  if ((key ?? '') === '') errors.push(requiredValue(`${at}.key`, 'must be specified'));
  const isSet = operator === 'In' || operator === 'NotIn';
  if (isSet && values.length === 0) {
    errors.push(requiredValue(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
  }
  if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) {
    const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
    errors.push(forbidden(`${at}.values`, detail));
  }
  return errors;
}
