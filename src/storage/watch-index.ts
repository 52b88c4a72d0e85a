/**
 * Who is interested in a key. Members are filed under what their target names (resource, tenant, namespace, name), so
 * finding those of one key takes a few look-ups, however many members there are. Calls nobody by itself.
 */
import type { ObjectKey } from './store.ts';
import type { WatchTarget } from './watch-target.ts';

/** Members of one resource, in one tenant or over all. */
interface Shelf<Member> {
  readonly wide: Set<Member>;
  /** Those that name a namespace, a name, or both. */
  readonly narrow: Map<string, Set<Member>>;
}

export class WatchIndex<Member> {
  readonly #shelves = new Map<string, Shelf<Member>>();

  add(target: WatchTarget, member: Member): void {
    const id = shelfOf(target.group, target.resource, target.tenant);
    let shelf = this.#shelves.get(id);
    if (shelf === undefined) {
      shelf = { wide: new Set(), narrow: new Map() };
      this.#shelves.set(id, shelf);
    }
    const place = placeOf(target.namespace, target.name);
    if (place === undefined) {
      shelf.wide.add(member);
      return;
    }
    const members = shelf.narrow.get(place) ?? new Set();
    shelf.narrow.set(place, members);
    members.add(member);
  }

  delete(target: WatchTarget, member: Member): void {
    const id = shelfOf(target.group, target.resource, target.tenant);
    const shelf = this.#shelves.get(id);
    if (shelf === undefined) return;
    const place = placeOf(target.namespace, target.name);
    const members = place === undefined ? shelf.wide : shelf.narrow.get(place);
    members?.delete(member);
    if (place !== undefined && members?.size === 0) shelf.narrow.delete(place);
    if (shelf.wide.size === 0 && shelf.narrow.size === 0) this.#shelves.delete(id);
  }

  /** Calls `visit` for every member whose target the key is of. It may add and delete members meanwhile. */
  forEach({ tenant, group, resource, namespace, name }: ObjectKey, visit: (member: Member) => void): void {
    for (const shelf of [
      this.#shelves.get(shelfOf(group, resource, tenant)),
      this.#shelves.get(shelfOf(group, resource, undefined)),
    ]) {
      if (shelf === undefined) continue;
      for (const member of shelf.wide) visit(member);
      if (shelf.narrow.size === 0) continue;
      for (const place of [
        placeOf(namespace, undefined),
        placeOf(undefined, name),
        placeOf(namespace, name),
      ]) {
        for (const member of shelf.narrow.get(place!) ?? []) visit(member);
      }
    }
  }
}

/** No component of a key holds a NUL, so these never run into each other. */
function shelfOf(group: string, resource: string, tenant: string | undefined): string {
  return tenant === undefined ? `${group}\0${resource}` : `${group}\0${resource}\0${tenant}`;
}

function placeOf(namespace: string | undefined, name: string | undefined): string | undefined {
  if (namespace === undefined && name === undefined) return undefined;
  if (name === undefined) return `${namespace}\0`;
  return namespace === undefined ? `\0\0${name}` : `${namespace}\0${name}`;
}
