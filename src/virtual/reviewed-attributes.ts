/**
 * From the spec of an access review to what is asked of the authorizers. Selectors that cannot be understood, whole or
 * in part, are left out: the question becomes a broader one, and the answer says so. Source:
 * pkg/registry/authorization/util.
 */
import type { FieldRequirement } from '../apimachinery/field-selector.ts';
import { parseFieldSelector } from '../apimachinery/field-selector.ts';
import {
  type LabelOperator,
  type LabelRequirement,
  newLabelRequirement,
  parseLabelSelector,
} from '../apimachinery/label-selector.ts';
import type { Infer } from '../apimachinery/schema/schema.ts';
import { StatusError } from '../apimachinery/status.ts';
import type {
  nonResourceAttributesSchema,
  resourceAttributesSchema,
} from '../apis/authorization/v1/access-attributes.ts';
import type { Attributes } from '../authz/authorizer.ts';
import type { Surface, UserInfo } from '../request/context.ts';

type ResourceAttributes = Infer<typeof resourceAttributesSchema>;

/** Exactly one of the two is there. */
export interface ReviewSpec {
  readonly resourceAttributes?: ResourceAttributes;
  readonly nonResourceAttributes?: Infer<typeof nonResourceAttributesSchema>;
}

export interface Reviewed {
  readonly attributes: Attributes;
  /** What was left out, for the answer. */
  readonly problems: string[];
}

export function reviewedAttributes(spec: ReviewSpec, user: UserInfo, surface: Surface): Reviewed {
  if (spec.resourceAttributes !== undefined) return ofResource(spec.resourceAttributes, user, surface);
  const { path = '', verb = '' } = spec.nonResourceAttributes ?? {};
  return { attributes: { user, surface, path, verb }, problems: [] };
}

function ofResource(asked: ResourceAttributes, user: UserInfo, surface: Surface): Reviewed {
  const { verb = '', group = '', version = '', resource = '', subresource = '', namespace = '' } = asked;
  const fields = selected(asked.fieldSelector, fieldRequirements, fieldRequirement);
  const labels = selected(asked.labelSelector, labelRequirements, labelRequirement);
  return {
    attributes: {
      user,
      surface,
      verb,
      path: '',
      resource: {
        group,
        version: version === '' ? '*' : version,
        namespace,
        resource,
        name: asked.name ?? '',
        subresource,
      },
      ...(fields === undefined ? {} : { fields: fields.requirements }),
      ...(labels === undefined ? {} : { labels: labels.requirements }),
    },
    problems: [...problem('fieldSelector', fields), ...problem('labelSelector', labels)],
  };
}

interface Selected<T> {
  readonly requirements: readonly T[];
  readonly isWhole: boolean;
}

function problem(name: string, selector: Selected<unknown> | undefined): string[] {
  if (selector === undefined || selector.isWhole) return [];
  const share = selector.requirements.length > 0 ? 'partially ignored' : 'ignored';
  return [`spec.resourceAttributes.${name} ${share} due to parse error`];
}

/** The text, or the requirements; a valid selector has one of them. */
function selected<Given, T>(
  selector: { readonly rawSelector?: string; readonly requirements?: readonly Given[] } | undefined,
  parse: (text: string) => readonly T[] | undefined,
  convert: (requirement: Given) => T | undefined,
): Selected<T> | undefined {
  if (selector === undefined) return undefined;
  const { rawSelector = '', requirements = [] } = selector;
  if (requirements.length === 0) {
    const parsed = parse(rawSelector);
    return { requirements: parsed ?? [], isWhole: parsed !== undefined };
  }
  const understood = requirements.map(convert).filter((each) => each !== undefined);
  return { requirements: understood, isWhole: understood.length === requirements.length };
}

const fieldRequirements = (text: string) => parsed(() => parseFieldSelector(text).requirements);
const labelRequirements = (text: string) => parsed(() => parseLabelSelector(text).requirements);

function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof StatusError) return undefined;
    throw error;
  }
}

type FieldGiven = NonNullable<NonNullable<ResourceAttributes['fieldSelector']>['requirements']>[number];
type LabelGiven = NonNullable<NonNullable<ResourceAttributes['labelSelector']>['requirements']>[number];

/** A field selector knows equality alone. */
function fieldRequirement({
  key = '',
  operator = '',
  values = [],
}: FieldGiven): FieldRequirement | undefined {
  if (values.length !== 1 || (operator !== 'In' && operator !== 'NotIn')) return undefined;
  return { field: key, operator: operator === 'In' ? '=' : '!=', value: values[0]! };
}

const labelOperators: ReadonlyMap<string, LabelOperator> = new Map([
  ['In', 'in'],
  ['NotIn', 'notin'],
  ['Exists', 'exists'],
  ['DoesNotExist', '!'],
]);

/** Keys and values have been found valid. */
function labelRequirement({
  key = '',
  operator = '',
  values = [],
}: LabelGiven): LabelRequirement | undefined {
  const known = labelOperators.get(operator);
  return known === undefined ? undefined : newLabelRequirement(key, known, values);
}
