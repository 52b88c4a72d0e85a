/** Where each control plane begins, read from what it came into being with: the platform's first namespace, or a project. */
import type { KubeObject } from '../apimachinery/object-meta.ts';
import { projectDefinition } from '../apis/resourcemanager/v1alpha1/project/project-definition.ts';
import type { OriginOf } from '../registry/store-with-defaults.ts';
import { projectOfTenant, tenantOfPlatform, tenantOfProject } from '../storage/keys.ts';
import { parseRecord, uidOf } from '../storage/record.ts';
import type { ObjectKey, Store } from '../storage/store.ts';

/** Nothing was before it. */
const firstRevision = 1;
const platformNamespace = { group: '', resource: 'namespaces', name: 'default' };

/** `store` has what is stored and nothing else. */
export function planeOrigins(store: Store): OriginOf {
  return (tenant) => {
    const project = projectOfTenant(tenant);
    const source =
      project === undefined ? platformNamespace : { ...projectDefinition.storage, name: project };
    const key: ObjectKey = { ...source, tenant: tenantOfPlatform, namespace: '' };
    const stored = store.get(key);
    if (stored === undefined) return undefined;
    if (project !== undefined && tenantOfProject(project, uidOf(stored.record)) !== tenant) return undefined;
    const { metadata, status }: KubeObject = parseRecord(stored.record, stored.revision);
    const { creationTimestamp } = metadata;
    if (typeof creationTimestamp !== 'string') return undefined;
    const startRevision: number = project === undefined ? firstRevision : (status?.startRevision ?? 0);
    return { revision: Math.max(startRevision, firstRevision), createdAt: creationTimestamp };
  };
}
