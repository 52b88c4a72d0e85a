/** What a write is warned of and not refused for. Told once it is known to be valid. */
import type { KubeObject } from '../apimachinery/object-meta.ts';
import type { ResourceDefinition } from '../apimachinery/resource-definition.ts';

/** `old` for updates. */
export function warningsOf(
  definition: ResourceDefinition,
  object: KubeObject,
  old: KubeObject | undefined,
): string[] {
  const ofKind = definition.strategy.warnings?.(object, old) ?? [];
  return definition.strategicMergePatch ? ofKind : [...ofKind, ...finalizerWarnings(object, old)];
}

/** Upstream's own kinds may have names of the old form; whoever defines new ones hears of it. */
function finalizerWarnings(object: KubeObject, old: KubeObject | undefined): string[] {
  const before = new Set(old?.metadata.finalizers);
  const added = new Set(object.metadata.finalizers?.filter((finalizer) => !before.has(finalizer)));
  return [...added]
    .filter((finalizer) => !finalizer.includes('/') && !standardFinalizers.has(finalizer))
    .sort()
    .map(
      (finalizer) =>
        `metadata.finalizers: ${JSON.stringify(finalizer)}: prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers`,
    );
}
const standardFinalizers: ReadonlySet<string> = new Set(['orphan', 'foregroundDeletion']);
