/**
 * What a surface shows at this moment, ordered for its documents, with keys that are equal where the content is. It is
 * worked out once for a list of definitions and goes with it. The keys stand for the definitions themselves: two
 * surfaces share a document when they show the very same definitions.
 */
import type { ResourceDefinition } from '../../apimachinery/resource-definition.ts';
import type { Tenant } from '../../request/context.ts';
import type { RemoteVersion } from '../aggregation/remote-versions.ts';
import { type ServedGroup, servedGroups } from './resource-lists.ts';

/** Whom documents are made for. */
export type ShownTo = Pick<Tenant, 'id' | 'surface'>;

/** The versions of other servers that a control plane shows: the same list for as long as nothing has changed. */
export type ShownRemotes = (to: ShownTo) => readonly RemoteVersion[];

/**
 * What a control plane shows: the same list for as long as nothing has changed, another once something has. This is the
 * only way in which documents learn of definitions.
 */
export type ShownDefinitions = (to: ShownTo) => readonly ResourceDefinition[];

export interface ServedSurface {
  /** By priority. */
  readonly groups: readonly ServedGroup[];
  readonly key: string;
}

const noRemotes: readonly RemoteVersion[] = [];
const surfaces = new WeakMap<
  readonly RemoteVersion[],
  WeakMap<readonly ResourceDefinition[], ServedSurface>
>();

/** `remotes` are the versions that other servers serve: the same list for as long as nothing has changed. */
export function servedSurface(
  definitions: readonly ResourceDefinition[],
  remotes: readonly RemoteVersion[] = noRemotes,
): ServedSurface {
  const others = remotes.length === 0 ? noRemotes : remotes;
  let known = surfaces.get(others);
  if (known === undefined) {
    known = new WeakMap();
    surfaces.set(others, known);
  }
  let surface = known.get(definitions);
  if (surface === undefined) {
    const groups = servedGroups(definitions, others);
    surface = { groups, key: keyOfGroups(groups) };
    known.set(definitions, surface);
  }
  return surface;
}

const numbers = new WeakMap<ResourceDefinition | RemoteVersion, number>();
let newest = 0;
function numberOf(definition: ResourceDefinition | RemoteVersion): number {
  let number = numbers.get(definition);
  if (number === undefined) {
    number = ++newest;
    numbers.set(definition, number);
  }
  return number;
}

/** Of everything that the given groups show. */
export function keyOfGroups(groups: readonly ServedGroup[]): string {
  return groups
    .flatMap(({ versions }) => versions)
    .map(
      ({ version, definitions, remote }) =>
        `${version}:${(remote === undefined ? definitions : [remote]).map(numberOf).join()}`,
    )
    .join(' ');
}
