/**
 * The DiscoveryContextPolicies of the platform, as rules: read when first asked for, and again when one has changed.
 * They are few, and every control plane goes by the same ones.
 */
import type { ContextRule } from '../apimachinery/parent-contexts.ts';
import { discoveryContextPolicyDefinition } from '../apis/discovery/v1alpha1/discoverycontextpolicy/discovery-context-policy-definition.ts';
import { tenantOfPlatform } from '../storage/keys.ts';
import { parseRecord } from '../storage/record.ts';
import { allEntries } from '../storage/scans.ts';
import type { Store, StoredRecord } from '../storage/store.ts';

const { group, resource } = discoveryContextPolicyDefinition.storage;

export class ContextPolicies {
  readonly #store: Store;
  #rules: readonly ContextRule[] | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  get rules(): readonly ContextRule[] {
    this.#rules ??= [...allEntries(this.#store, { tenant: tenantOfPlatform, group, resource })].flatMap(
      rulesOf,
    );
    return this.#rules;
  }

  /** `changed` is told the rules that have come or gone, once `rules` has the new ones. */
  follow(changed: (rules: readonly ContextRule[]) => void): () => void {
    return this.#store.subscribe((changes) => {
      const touched: ContextRule[] = [];
      for (const { key, record, revision, previous } of changes) {
        if (key.tenant !== tenantOfPlatform || key.group !== group || key.resource !== resource) continue;
        if (record !== undefined) touched.push(...rulesOf({ record, revision }));
        if (previous !== undefined) touched.push(...rulesOf(previous));
      }
      if (touched.length === 0) return;
      this.#rules = undefined;
      changed(touched);
    });
  }
}

function rulesOf({ record, revision }: Pick<StoredRecord, 'record' | 'revision'>): readonly ContextRule[] {
  const spec: { readonly rules?: readonly ContextRule[] } | undefined = parseRecord(record, revision).spec;
  return spec?.rules ?? [];
}
