/**
 * The APIServices of what this server serves itself, which upstream registers at its start: `kubectl get apiservices` shows
 * every group and version. They are shared defaults, so no control plane stores one.
 *
 * Those of custom resources would come in here as a third source, by control plane; upstream has them
 * (crdregistration), and nobody stores one per definition and project for that.
 */
import { apiVersionOf } from '../apimachinery/gvk.ts';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import type { ResourceDefinition } from '../apimachinery/resource-definition.ts';
import { apiServiceDefinition } from '../apis/apiregistration/v1/apiservice/api-service-definition.ts';
import { groupPriority } from '../http/discovery/group-priority.ts';

const { group: ownGroup, resource: ownResource } = apiServiceDefinition;

/** The same kinds, of which APIService has the others as objects. */
export function withLocalApiServices(
  definitions: readonly ResourceDefinition[],
): readonly ResourceDefinition[] {
  const versions = new Map<string, { readonly object: KubeObject; isShared: boolean }>();
  for (const { group, contexts, versions: served } of definitions) {
    for (const { version } of served) {
      const key = apiVersionOf({ group, version });
      const known = versions.get(key) ?? { object: localApiService(group, version), isShared: false };
      known.isShared ||= contexts.includes('Project');
      versions.set(key, known);
    }
  }
  const objects = [...versions.values()];
  const sharedObjects = objects.filter(({ isShared }) => isShared).map(({ object }) => object);
  const platformObjects = objects.filter(({ isShared }) => !isShared).map(({ object }) => object);
  return definitions.map((definition) =>
    definition.group === ownGroup && definition.resource === ownResource
      ? { ...definition, sharedObjects, platformObjects }
      : definition,
  );
}

function localApiService(group: string, version: string): KubeObject {
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: {
      name: `${version}.${group}`,
      labels: { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' },
    },
    spec: {
      ...(group === '' ? {} : { group }),
      version,
      groupPriorityMinimum: groupPriority(group),
      versionPriority: versionPriority(version),
    },
    status: {},
  };
}

/** As upstream numbers those of its own groups. */
function versionPriority(version: string): number {
  return version.includes('alpha') ? 1 : version.includes('beta') ? 9 : 15;
}
