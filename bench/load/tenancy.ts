/** How Milo addresses tenants, and how one is made. Another server would be another file of this shape. */
import type { HttpClient } from './http-client.ts';

const resourceManager = '/apis/resourcemanager.miloapis.com/v1alpha1';
const apiVersion = 'resourcemanager.miloapis.com/v1alpha1';
const organization = 'bench';

export const namespaceOfProjects = 'default';

export function controlPlane(project: string): string {
  return `/projects/${project}/control-plane`;
}

/** Of all objects when `name` is absent. */
export function configMapPath(project: string, namespace: string, name?: string): string {
  const collection = `${controlPlane(project)}/api/v1/namespaces/${namespace}/configmaps`;
  return name === undefined ? collection : `${collection}/${name}`;
}

/** The owner of every project of a run. */
export async function createOrganization(client: HttpClient): Promise<void> {
  await client.create(`${resourceManager}/organizations`, {
    apiVersion,
    kind: 'Organization',
    metadata: { name: organization },
    spec: { type: 'Standard' },
  });
}

export async function createProject(client: HttpClient, name: string): Promise<void> {
  await client.create(`${resourceManager}/projects`, {
    apiVersion,
    kind: 'Project',
    metadata: { name },
    spec: { ownerRef: { kind: 'Organization', name: organization } },
  });
}

/** Resolves when the name is free again. */
export async function deleteProject(client: HttpClient, name: string): Promise<void> {
  const path = `${resourceManager}/projects/${name}`;
  const { status } = await client.request('DELETE', path);
  if (status !== 200 && status !== 202) throw new Error(`DELETE ${path}: ${status}`);
  for (let pause = pollMsMin; ; pause = Math.min(pause * 2, pollMsMax)) {
    if ((await client.request('GET', path)).status === 404) return;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
const pollMsMin = 20;
const pollMsMax = 500;

/** Paths, within a control plane, of all resources that can be listed, as its discovery names them. */
export async function listablePaths(client: HttpClient, project: string): Promise<string[]> {
  const root = controlPlane(project);
  const groups = (await client.get(`${root}/apis`)) as unknown as {
    groups: { versions: { groupVersion: string }[] }[];
  };
  const served = groups.groups.flatMap(({ versions }) =>
    versions.map(({ groupVersion }) => `/apis/${groupVersion}`),
  );
  const paths: string[] = [];
  for (const prefix of ['/api/v1', ...served]) {
    const { resources } = (await client.get(`${root}${prefix}`)) as unknown as {
      resources: { name: string; verbs: string[] }[];
    };
    paths.push(
      ...resources.filter(({ verbs }) => verbs.includes('list')).map(({ name }) => `${prefix}/${name}`),
    );
  }
  return paths;
}
