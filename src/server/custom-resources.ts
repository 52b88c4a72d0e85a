/** Custom resources composed: their definitions found in the store, compiled by content, watched for change. */

import type { GroupResource } from '../apimachinery/gvk.ts';
import { admittedContexts } from '../apimachinery/parent-contexts.ts';
import type { CompiledForms } from '../apimachinery/structural/compiled-forms.ts';
import { customKind } from '../apimachinery/structural/custom-kind.ts';
import {
  customResourceDefinitionDefinition,
  parentContextsField,
  resourceDefinedAt,
  servedFormField,
} from '../apis/apiextensions/v1/customresourcedefinition/custom-resource-definition-definition.ts';
import type { WatchStreams } from '../http/verbs/watch-streams.ts';
import { CustomDefinitions } from '../registry/custom-definitions.ts';
import type { DefinitionTable } from '../registry/definition-table.ts';
import { tenantOfPlatform } from '../storage/keys.ts';
import { fieldsOf } from '../storage/record.ts';
import { allEntries, tenantsWith } from '../storage/scans.ts';
import type { Store, StoredRecord } from '../storage/store.ts';
import type { ContextPolicies } from './context-policies.ts';
import type { DefinitionChanges } from './custom-api-services.ts';

const { group, resource } = customResourceDefinitionDefinition.storage;

export function customDefinitions(
  store: Store,
  builtIn: DefinitionTable,
  policies: ContextPolicies,
  compiled: CompiledForms,
): CustomDefinitions {
  return new CustomDefinitions({
    store,
    builtIn,
    storage: { group, resource },
    servedFormField,
    contextsOf: ({ key, record }) =>
      admittedContexts(
        resourceDefinedAt(key.name),
        fieldsOf(record)[parentContextsField] ?? '',
        policies.rules,
      ),
    compile({ name, read }, sight) {
      return customKind(read(), sight, compiled.partsOf(name, read));
    },
  });
}

/** Whoever watches what is served otherwise from now on lists anew. */
export function finishRedefined(
  store: Store,
  streams: WatchStreams,
  definitionChanges: DefinitionChanges,
): () => void {
  return store.subscribe((changes) => {
    for (const { key, revision, record, previous } of changes) {
      if (key.group !== group || key.resource !== resource) continue;
      if (shownForm(record) === shownForm(previous?.record)) continue;
      streams.finishResource(
        resourceDefinedAt(key.name),
        key.tenant === tenantOfPlatform ? undefined : key.tenant,
      );
      definitionChanges.note(key.tenant, revision);
    }
  });
}

/** What is served, and where it is seen. */
function shownForm(record: StoredRecord['record'] | undefined): string {
  const fields = record === undefined ? {} : fieldsOf(record);
  return `${fields[servedFormField] ?? ''} ${fields[parentContextsField] ?? ''}`;
}

/** Policies say anew where kinds of the platform are seen, and whoever watches one of those lists anew. */
export function followContextPolicies(
  store: Store,
  policies: ContextPolicies,
  definitions: CustomDefinitions,
  streams: WatchStreams,
  definitionChanges: DefinitionChanges,
): () => void {
  return policies.follow((rules) => {
    definitions.forgetPlatform();
    definitionChanges.note(tenantOfPlatform, store.applied);
    const concerns = (kind: GroupResource): boolean =>
      rules.some(
        (rule) =>
          rule.group === kind.group &&
          (rule.resources.includes('*') || rule.resources.includes(kind.resource)),
      );
    for (const { key } of allEntries(store, { tenant: tenantOfPlatform, group, resource })) {
      const kind = resourceDefinedAt(key.name);
      if (concerns(kind)) streams.finishResource(kind);
    }
  });
}

/** Every resource that some control plane defines. */
export function definedResources(store: Store): readonly GroupResource[] {
  const names = new Set<string>();
  for (const tenant of tenantsWith(store, { group, resource })) {
    for (const { key } of allEntries(store, { tenant, group, resource })) names.add(key.name);
  }
  return [...names].map(resourceDefinedAt);
}
