/**
 * The APIServices of what this server serves itself, which upstream registers at its start: `kubectl get apiservices` shows
 * every group and version. They are shared defaults, so no control plane stores one.
 * Those of custom resources are in custom-api-services.ts.
 */
import { apiVersionOf } from '../apimachinery/gvk.ts';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import type { ResourceDefinition } from '../apimachinery/resource-definition.ts';
import {
  apiServiceDefinition,
  automanagedLabel,
} from '../apis/apiregistration/v1/apiservice/api-service-definition.ts';
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
      const known = versions.get(key) ?? { object: builtInApiService(group, version), isShared: false };
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

const builtInApiService = (group: string, version: string): KubeObject =>
  localApiService(group, version, 'onstart', {
    groupPriorityMinimum: groupPriority(group),
    versionPriority: versionPriority(version),
  });

/** `automanaged` as upstream's autoregistration labels what it makes. */
export function localApiService(
  group: string,
  version: string,
  automanaged: 'onstart' | 'true',
  priorities: { readonly groupPriorityMinimum: number; readonly versionPriority: number },
): KubeObject {
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: {
      name: `${version}.${group}`,
      labels: { [automanagedLabel]: automanaged },
    },
    spec: {
      ...(group === '' ? {} : { group }),
      version,
      ...priorities,
    },
    status: {},
  };
}

/** As upstream numbers those of its own groups. */
function versionPriority(version: string): number {
  return version.includes('alpha') ? 1 : version.includes('beta') ? 9 : 15;
}
