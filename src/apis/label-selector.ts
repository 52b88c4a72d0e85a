/**
 * metav1.LabelSelector, the object with matchLabels and matchExpressions: its schema, its rules, and how tables print
 * it. Selecting with it is not done here, nor is the query parameter of lists (apimachinery/label-selector.ts).
 * Source of rules and messages: apimachinery/pkg/apis/meta/v1/validation.
 */
import { type FieldError, forbidden, invalidValue, requiredValue } from '../apimachinery/field-error.ts';
import { labelKeyProblems, labelValueProblems } from '../apimachinery/names.ts';
import { field, type Infer, list, map, object, required, string } from '../apimachinery/schema/schema.ts';

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';

export const labelSelectorRequirementSchema = object(
  {
    key: required(1, string(), 'Key of the label.'),
    operator: required(2, string(), 'In, NotIn, Exists, or DoesNotExist.'),
    values: field(
      3,
      list(string(), { listType: 'atomic' }),
      'The values of In and NotIn; empty for the others.',
    ),
  },
  {
    name: `${meta}.LabelSelectorRequirement`,
    description: 'LabelSelectorRequirement is a rule on one label.',
  },
);

export const labelSelectorSchema = object(
  {
    matchLabels: field(1, map(string()), 'Labels that must be there with just these values.'),
    matchExpressions: field(
      2,
      list(labelSelectorRequirementSchema, { listType: 'atomic' }),
      'Further rules on labels. All must hold, those of matchLabels too.',
    ),
  },
  {
    name: `${meta}.LabelSelector`,
    description:
      'LabelSelector chooses objects by their labels. An empty one chooses all, an absent one none.',
    mapType: 'atomic',
  },
);

type LabelSelectorObject = Infer<typeof labelSelectorSchema>;

/** Errors of labels that are to be matched (a Service's selector, matchLabels): keys and values at `path`. */
export function matchedLabelErrors(labels: Readonly<Record<string, string>>, path: string): FieldError[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...labelKeyProblems(key).map((problem) => invalidValue(path, key, problem)),
    ...labelValueProblems(value).map((problem) => invalidValue(path, value, problem)),
  ]);
}

export interface LabelSelectorRules {
  /** For selectors that were stored with values that could never match. */
  readonly allowsInvalidValues?: boolean;
  /** For questions of clients that may be newer than the server. */
  readonly allowsUnknownOperators?: boolean;
}

export function labelSelectorErrors(
  selector: LabelSelectorObject,
  path: string,
  rules: LabelSelectorRules = {},
): FieldError[] {
  return [
    ...matchedLabelErrors(selector.matchLabels ?? {}, `${path}.matchLabels`),
    ...(selector.matchExpressions ?? []).flatMap((expression, i) =>
      matchExpressionErrors(expression, `${path}.matchExpressions[${i}]`, rules),
    ),
  ];
}

/** Errors of one rule on a label, at `at`. */
export function matchExpressionErrors(
  { key, operator, values = [] }: Infer<typeof labelSelectorRequirementSchema>,
  at: string,
  rules: LabelSelectorRules = {},
): FieldError[] {
  const errors: FieldError[] = [];
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) {
      errors.push(requiredValue(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) {
      const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
      errors.push(forbidden(`${at}.values`, detail));
    }
  } else if (rules.allowsUnknownOperators !== true) {
    errors.push(invalidValue(`${at}.operator`, operator ?? '', 'not a valid selector operator'));
  }
  for (const problem of labelKeyProblems(key ?? '')) errors.push(invalidValue(`${at}.key`, key, problem));
  if (rules.allowsInvalidValues === true) return errors;
  for (const [j, value] of values.entries()) {
    for (const problem of labelValueProblems(value)) {
      errors.push(invalidValue(`${at}.values[${j}]`, value, problem));
    }
  }
  return errors;
}

/** As Go's generated String() writes it, which is what upstream's tables show. */
export function labelSelectorText(selector: LabelSelectorObject): string {
  const labels = Object.entries(selector.matchLabels ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}: ${value},`);
  const expressions = (selector.matchExpressions ?? []).map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  );
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}
