/**
 * On which surfaces a resource of the platform is seen: what its definition says in an annotation, and what policies
 * say of it. Elsewhere it does not exist, for any verb; that is kept by whoever serves it.
 *
 * What nothing is said of is seen everywhere, as in the original, where saying nothing is no hint to hide it. And
 * the platform always sees what is its own, whatever is said: its objects lie there.
 */
import type { GroupResource } from './gvk.ts';
import type { ContextKind } from './resource-definition.ts';

/** On a CustomResourceDefinition: surfaces with commas or semicolons between them, or `*`. */
export const parentContextsAnnotation = 'discovery.miloapis.com/parent-contexts';

export const contextKinds = [
  'Platform',
  'Organization',
  'Folder',
  'Project',
  'User',
] as const satisfies readonly ContextKind[];

interface ParentContexts {
  /** In the order of `contextKinds`. Empty where nothing is said. */
  readonly contexts: readonly ContextKind[];
  /** What is written there and is no surface. */
  readonly unknown: readonly string[];
}

/** Reads the annotation. */
export function parseParentContexts(annotation: string): ParentContexts {
  const words = new Set(
    annotation
      .split(/[,;]/)
      .map((word) => word.trim())
      .filter((word) => word !== ''),
  );
  const isAll = words.delete('*');
  const contexts = contextKinds.filter((kind) => words.delete(kind) || isAll);
  return { contexts, unknown: [...words] };
}

/** One rule of a DiscoveryContextPolicy. */
export interface ContextRule {
  readonly group: string;
  /** Plural names, or `*` for all of the group. */
  readonly resources: readonly string[];
  readonly contexts: readonly string[];
}

/**
 * The surfaces that show a resource of the platform. Rules that name it are stronger than rules for its whole group,
 * and those than the annotation; several that are equally strong add up. `annotation` is empty where there is none.
 */
export function admittedContexts(
  { group, resource }: GroupResource,
  annotation: string,
  rules: readonly ContextRule[] = [],
): readonly ContextKind[] {
  const ofGroup = rules.filter((rule) => rule.group === group);
  for (const name of [resource, '*']) {
    const decisive = ofGroup.filter(({ resources }) => resources.includes(name));
    if (decisive.length > 0) return withPlatform(decisive.flatMap(({ contexts }) => contexts));
  }
  if (annotation === '') return contextKinds;
  return withPlatform(parseParentContexts(annotation).contexts);
}

const withPlatform = (contexts: readonly string[]): readonly ContextKind[] =>
  contextKinds.filter((kind) => kind === 'Platform' || contexts.includes(kind));
