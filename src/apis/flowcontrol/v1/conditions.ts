/**
 * What the two kinds of flow control share: the group's names, their conditions as schema, and what must hold of those.
 * Field numbers are those of k8s.io/api/flowcontrol/v1/generated.proto; rules those of kubernetes
 * pkg/apis/flowcontrol/validation.
 */
import { duplicateValue, type FieldError, requiredValue } from '../../../apimachinery/field-error.ts';
import type { KubeObject } from '../../../apimachinery/object-meta.ts';
import { byValue, field, list, object, string, time } from '../../../apimachinery/schema/schema.ts';

export const flowControlGroup = 'flowcontrol.apiserver.k8s.io';

/** OpenAPI component name of a type of this group. */
export const flowControlComponent = (type: string): string => `io.k8s.api.flowcontrol.v1.${type}`;

/** The status of a kind of this group: nothing but conditions. */
export function statusSchema(kind: string) {
  const condition = object(
    {
      type: field(1, string(), 'What the condition is about.'),
      status: field(2, string(), 'True, False, or Unknown.'),
      lastTransitionTime: byValue(3, time(), 'When the status last changed.'),
      reason: field(4, string(), 'Why, as one CamelCase word.'),
      message: field(5, string(), 'Why, in words for people.'),
    },
    { name: flowControlComponent(`${kind}Condition`), description: 'One aspect of the state of the object.' },
  );
  return object(
    {
      conditions: field(
        1,
        list(condition, {
          listType: 'map',
          listMapKeys: ['type'],
          patchStrategy: 'merge',
          patchMergeKey: 'type',
        }),
        'What is known of the object.',
      ),
    },
    { name: flowControlComponent(`${kind}Status`), description: 'The state of the object.' },
  );
}

export function flowConditionErrors({ status }: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [i, { type = '' }] of ((status?.conditions ?? []) as { type?: string }[]).entries()) {
    if (seen.has(type)) errors.push(duplicateValue(`status.conditions[${i}].type`, type));
    if (type === '') errors.push(requiredValue(`status.conditions[${i}].type`, 'must not be empty'));
    seen.add(type);
  }
  return errors;
}
