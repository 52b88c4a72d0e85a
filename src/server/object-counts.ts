/**
 * How many objects of each resource there are, over all control planes: added up from the store's counters when somebody
 * asks, with room for others in between. What there are many control planes of takes a while, so it is done anew only
 * where that takes a hundredth of the time, and the last figures are told otherwise.
 */
import { setImmediate } from 'node:timers/promises';
import type { GroupResource } from '../apimachinery/gvk.ts';
import { limits } from '../apimachinery/limits.ts';
import { customResourceDefinitionDefinition } from '../apis/apiextensions/v1/customresourcedefinition/custom-resource-definition-definition.ts';
import { projectDefined } from '../http/metrics/request-labels.ts';
import { tenantOfPlatform } from '../storage/keys.ts';
import { tenantsWith } from '../storage/scans.ts';
import type { Store, TenantId } from '../storage/store.ts';
import { groupResourceText, type ResourceNames } from './resource-names.ts';

export interface ObjectCount extends GroupResource {
  readonly objects: number;
  readonly bytes: number;
}

/** The part of the time that counting may take. */
const share = 0.01;
/** A count that is quicker is waited for. */
const quickMs = 100;

export class ObjectCounts {
  readonly #store: Store;
  readonly #names: ResourceNames;
  #counts: readonly ObjectCount[] | undefined;
  #counting: Promise<void> | undefined;
  /** Of a count that nobody waited for. */
  #unheard: { readonly error: unknown } | undefined;
  #dueMs = 0;
  #tookMs = 0;

  constructor(store: Store, names: ResourceNames) {
    this.#store = store;
    this.#names = names;
  }

  /** As they were when last counted. */
  get counts(): readonly ObjectCount[] {
    return this.#counts ?? [];
  }

  /** Counts anew if it is time to; resolves when there are figures to tell. Rejects once for each count that failed. */
  async refresh(): Promise<void> {
    const unheard = this.#unheard;
    this.#unheard = undefined;
    if (unheard !== undefined) throw unheard.error;
    if (performance.now() < this.#dueMs) return;
    this.#counting ??= this.#timed();
    if (this.#counts === undefined || this.#tookMs < quickMs) await this.#counting;
    else
      this.#counting.catch((error) => {
        this.#unheard = { error };
      });
  }

  /** A count that fails takes its time as well. */
  async #timed(): Promise<void> {
    const startedMs = performance.now();
    try {
      this.#counts = await this.#count();
    } finally {
      this.#tookMs = performance.now() - startedMs;
      this.#dueMs = performance.now() + this.#tookMs / share;
      this.#counting = undefined;
    }
  }

  async #count(): Promise<readonly ObjectCount[]> {
    const counts: ObjectCount[] = [];
    const named = new Set<string>();
    for (const resource of this.#names.all()) {
      named.add(groupResourceText(resource));
      counts.push({ ...resource, ...(await this.#sum(resource)) });
    }
    counts.push({ group: '', resource: projectDefined, ...(await this.#sumOthers(named)) });
    return counts;
  }

  async #sum({ group, resource }: GroupResource): Promise<{ objects: number; bytes: number }> {
    let objects = 0;
    let bytes = 0;
    let after: TenantId | undefined;
    do {
      const page = this.#store.counters(group, resource, after, limits.countStepEntries);
      for (const counter of page) {
        objects += counter.objects;
        bytes += counter.bytes;
      }
      after = page.length < limits.countStepEntries ? undefined : page.at(-1)?.tenant;
      if (after !== undefined) await setImmediate();
    } while (after !== undefined);
    return { objects, bytes };
  }

  /** Of what has no name of its own, in the projects that have defined anything. */
  async #sumOthers(named: ReadonlySet<string>): Promise<{ objects: number; bytes: number }> {
    let objects = 0;
    let bytes = 0;
    for (const tenant of tenantsWith(this.#store, customResourceDefinitionDefinition.storage)) {
      if (tenant === tenantOfPlatform) continue;
      for (const { group, resource } of this.#store.resourcesOf(tenant)) {
        if (named.has(groupResourceText({ group, resource }))) continue;
        const counter = this.#store.counter(tenant, group, resource);
        objects += counter.objects;
        bytes += counter.bytes;
      }
      await setImmediate();
    }
    return { objects, bytes };
  }
}
