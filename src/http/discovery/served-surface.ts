/**
 * What a surface shows at this moment, ordered for its documents, with keys that are equal where the content is. It is
 * worked out once for a list of definitions and goes with it. The keys stand for the definitions themselves: two
 * surfaces share a document when they show the very same definitions.
 */
import type { ResourceDefinition } from '../../apimachinery/resource-definition.ts';
import type { Tenant } from '../../request/context.ts';
import { type ServedGroup, servedGroups } from './resource-lists.ts';

/** Whom documents are made for. */
export type ShownTo = Pick<Tenant, 'id' | 'surface'>;

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

const surfaces = new WeakMap<readonly ResourceDefinition[], ServedSurface>();

export function servedSurface(definitions: readonly ResourceDefinition[]): ServedSurface {
  let surface = surfaces.get(definitions);
  if (surface === undefined) {
    const groups = servedGroups(definitions);
    surface = { groups, key: keyOfGroups(groups) };
    surfaces.set(definitions, surface);
  }
  return surface;
}

const numbers = new WeakMap<ResourceDefinition, number>();
let newest = 0;
function numberOf(definition: ResourceDefinition): number {
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
    .map((served) => `${served.version}:${served.definitions.map(numberOf).join()}`)
    .join(' ');
}
