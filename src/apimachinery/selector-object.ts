/**
 * From a metav1.LabelSelector, the object with matchLabels and matchExpressions, to what matches labels. Its schema and
 * rules are in apis/label-selector.ts. Source: LabelSelectorAsSelector in apimachinery/pkg/apis/meta/v1.
 */
import {
  type LabelOperator,
  type LabelSelector,
  labelSelector,
  newLabelRequirement,
} from './label-selector.ts';

export interface SelectorObject {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

const operators: Readonly<Record<string, LabelOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
};

/** One without rules matches everything. Throws an Error in upstream's words for one that cannot match. */
export function selectorOfObject({ matchLabels, matchExpressions }: SelectorObject): LabelSelector {
  const requirements = Object.entries(matchLabels ?? {}).map(([key, value]) =>
    newLabelRequirement(key, '=', [value]),
  );
  for (const { key, operator, values } of matchExpressions ?? []) {
    const known = Object.hasOwn(operators, operator) ? operators[operator] : undefined;
    if (known === undefined) throw new Error(`"${operator}" is not a valid label selector operator`);
    requirements.push(newLabelRequirement(key, known, values ?? []));
  }
  return labelSelector(requirements);
}
