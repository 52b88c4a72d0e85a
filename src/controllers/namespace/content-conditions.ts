/**
 * What a deleted namespace says about its content, in the conditions `kubectl describe` and other tools
 * read. Source of types, reasons and messages: pkg/controller/namespace/deletion/status_condition_utils.go.
 */
import type { KubeObject } from '../../apimachinery/object-meta.ts';
import { type Condition, setCondition } from '../../apis/conditions.ts';
import type { Removal } from '../../client/plane-client.ts';

/** Sets the conditions in place. */
export function setContentConditions(
  namespace: KubeObject,
  remaining: ReadonlyMap<string, Removal>,
  nowMs: number,
): void {
  const resources = [...remaining].map(([name, { held }]) => `${name} has ${held} resource instances`);
  const counts = new Map<string, number>();
  for (const { finalizers } of remaining.values()) {
    for (const [name, count] of finalizers) counts.set(name, (counts.get(name) ?? 0) + count);
  }
  const finalizers = [...counts].map(([name, count]) => `${name} in ${count} resource instances`);
  const conditions: Omit<Condition, 'lastTransitionTime'>[] = [
    {
      type: 'NamespaceDeletionDiscoveryFailure',
      status: 'False',
      reason: 'ResourcesDiscovered',
      message: 'All resources successfully discovered',
    },
    {
      type: 'NamespaceDeletionGroupVersionParsingFailure',
      status: 'False',
      reason: 'ParsedGroupVersions',
      message: 'All legacy kube types successfully parsed',
    },
    {
      type: 'NamespaceDeletionContentFailure',
      status: 'False',
      reason: 'ContentDeleted',
      message: 'All content successfully deleted, may be waiting on finalization',
    },
    resources.length > 0
      ? {
          type: 'NamespaceContentRemaining',
          status: 'True',
          reason: 'SomeResourcesRemain',
          message: `Some resources are remaining: ${resources.sort().join(', ')}`,
        }
      : {
          type: 'NamespaceContentRemaining',
          status: 'False',
          reason: 'ContentRemoved',
          message: 'All content successfully removed',
        },
    finalizers.length > 0
      ? {
          type: 'NamespaceFinalizersRemaining',
          status: 'True',
          reason: 'SomeFinalizersRemain',
          message: `Some content in the namespace has finalizers remaining: ${finalizers.sort().join(', ')}`,
        }
      : {
          type: 'NamespaceFinalizersRemaining',
          status: 'False',
          reason: 'ContentHasNoFinalizers',
          message: 'All content-preserving finalizers finished',
        },
  ];
  for (const condition of conditions) setCondition(namespace, condition, nowMs);
}
