/** What documents of both dialects of OpenAPI have in common. */
import type { ResourceDefinition, VersionDefinition } from '../../apimachinery/resource-definition.ts';
import { must } from '../../lib/assert.ts';
import type { Operation } from './operations.ts';
import type { Parameter } from './parameters.ts';

export interface DocumentInfo {
  readonly title: string;
  readonly version: string;
}

export const bearerToken = {
  type: 'apiKey',
  name: 'authorization',
  in: 'header',
  description: 'A bearer token.',
} as const;

export function versionOf(
  definition: ResourceDefinition,
  { version }: { readonly version: string },
): VersionDefinition {
  return must(
    definition.versions.find((candidate) => candidate.version === version),
    'a served version is one of its definition',
  );
}

/** Parameters that all operations of a path have are said once, for the path; each list is by name. */
export function commonParameters(operations: readonly Operation[]): {
  readonly common: readonly Parameter[];
  own(operation: Operation): readonly Parameter[];
} {
  const isCommon = (parameter: Parameter): boolean =>
    operations.every(({ parameters }) => parameters.some((other) => isSame(other, parameter)));
  const byName = (a: Parameter, b: Parameter): number => (a.name < b.name ? -1 : 1);
  return {
    common: (operations[0]?.parameters ?? []).filter(isCommon).sort(byName),
    own: ({ parameters }) => parameters.filter((parameter) => !isCommon(parameter)).sort(byName),
  };
}

const isSame = (a: Parameter, b: Parameter): boolean =>
  a.name === b.name && a.in === b.in && a.description === b.description;
