/** Groups of the Kubernetes community, which nobody may extend without saying that it was agreed, or that it was not. */
import { type FieldError, invalidValue, requiredValue } from '../../../../apimachinery/field-error.ts';
import type { ObjectMeta } from '../../../../apimachinery/object-meta.ts';

const approvalAnnotation = 'api-approved.kubernetes.io';
const discussion = 'see https://github.com/kubernetes/enhancements/pull/1111';

type Approval = 'missing' | 'bypassed' | 'approved' | 'invalid';

/** `old` for updates: what has been so may stay so. */
export function approvalErrors(
  group: string,
  metadata: ObjectMeta,
  old: ObjectMeta | undefined,
): FieldError[] {
  if (!isCommunityGroup(group)) return [];
  const approval = approvalOf(metadata);
  if (old !== undefined && approvalOf(old) === approval) return [];
  const path = `metadata.annotations[${approvalAnnotation}]`;
  const demand = `protected groups must have approval annotation "${approvalAnnotation}"`;
  if (approval === 'missing') return [requiredValue(path, `${demand}, ${discussion}`)];
  if (approval !== 'invalid') return [];
  const detail = `${demand} with either a URL or a reason starting with "unapproved", ${discussion}`;
  return [invalidValue(path, metadata.annotations?.[approvalAnnotation] ?? '', detail)];
}

const isCommunityGroup = (group: string): boolean => /(?:^|\.)(?:k8s|kubernetes)\.io$/.test(group);

function approvalOf({ annotations = {} }: ObjectMeta): Approval {
  const text = annotations[approvalAnnotation] ?? '';
  if (text === '') return 'missing';
  if (text.startsWith('unapproved')) return 'bypassed';
  return URL.canParse(text) && new URL(text).host !== '' ? 'approved' : 'invalid';
}
