/** Makes a project the way a program would, and waits until it says it is ready. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { CustomObjectsApi, KubeConfig } from '@kubernetes/client-node';
import type { MiloServer } from './milo-server.ts';

const group = { group: 'resourcemanager.miloapis.com', version: 'v1alpha1' };
const apiVersion = `${group.group}/${group.version}`;
const readyTimeoutMs = 20_000;
const pollIntervalMs = 50;

/** Answers the kubeconfig of its control plane. The project has an organization of its own. */
export async function makeProject(server: MiloServer, name: string): Promise<string> {
  const platform = new KubeConfig();
  platform.loadFromFile(server.kubeconfig);
  const objects = platform.makeApiClient(CustomObjectsApi);
  const organization = `org-${name}`;
  await objects.createClusterCustomObject({
    ...group,
    plural: 'organizations',
    body: { apiVersion, kind: 'Organization', metadata: { name: organization }, spec: { type: 'Standard' } },
  });
  await objects.createClusterCustomObject({
    ...group,
    plural: 'projects',
    body: {
      apiVersion,
      kind: 'Project',
      metadata: { name },
      spec: { ownerRef: { kind: 'Organization', name: organization } },
    },
  });
  const deadline = Date.now() + readyTimeoutMs;
  for (;;) {
    const project = await objects.getClusterCustomObject({ ...group, plural: 'projects', name });
    const conditions: readonly { type: string; status: string }[] = project.status?.conditions ?? [];
    if (conditions.some(({ type, status }) => type === 'Ready' && status === 'True')) break;
    assert.ok(Date.now() < deadline, `project ${name} is not ready; the server printed:\n${server.output}`);
    await sleep(pollIntervalMs);
  }
  return await server.projectKubeconfig(name);
}
