/**
 * Which resources metrics may name: the built-in ones, and those that the platform has defined. What projects define
 * themselves is told as one, since there is no end to it.
 */
import type { GroupResource } from '../apimachinery/gvk.ts';
import { mayBeNamed } from '../http/metrics/request-labels.ts';
import type { Definitions } from '../registry/definitions.ts';
import { tenantOfPlatform } from '../storage/keys.ts';

export class ResourceNames {
  readonly #definitions: Definitions;

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
  }

  /** Whether a resource of a control plane is one that may be named, at this moment. */
  isNamed(tenant: string, resource: GroupResource): boolean {
    const form = this.#definitions.of(tenant).stored(resource);
    return form !== undefined && mayBeNamed(form.definition);
  }

  /** Everything that is stored and has a name. */
  *all(): Iterable<GroupResource> {
    const given = this.#definitions.given(anyProject);
    const shown = [
      ...this.#definitions.builtIn.all,
      ...this.#definitions.of(tenantOfPlatform).shown,
      ...given.shown,
    ];
    const told = new Set<string>();
    for (const { storage, isVirtual } of shown) {
      const { group, resource } = storage;
      const name = groupResourceText(storage);
      if (isVirtual === true || told.has(name)) continue;
      told.add(name);
      yield { group, resource };
    }
  }
}

/** What projects are given does not depend on which of them asks. */
const anyProject = 'project';

/** `deployments.apps`, as upstream writes it in labels. */
export function groupResourceText({ group, resource }: GroupResource): string {
  return group === '' ? resource : `${resource}.${group}`;
}
