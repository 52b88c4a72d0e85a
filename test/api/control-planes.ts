/** Organizations, folders, projects and what is in them, in as few words as a test can be read in. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '../../src/storage/backends/registry.ts';
import type { StoreStats } from '../../src/storage/store.ts';
import type { Answer, ApiServer } from '../api-client.ts';

export const group = '/apis/resourcemanager.miloapis.com/v1alpha1';
const apiVersion = 'resourcemanager.miloapis.com/v1alpha1';

// biome-ignore lint/suspicious/noExplicitAny: manifests of every kind.
export type Manifest = any;
type Parent = `Organization/${string}` | `Folder/${string}`;

function parentRef(parent: Parent): { kind: string; name: string } {
  const [kind = '', name = ''] = parent.split('/');
  return { kind, name };
}
export const organization = (name: string): Manifest => ({
  apiVersion,
  kind: 'Organization',
  metadata: { name },
});
export const folder = (name: string, parent: Parent): Manifest => ({
  apiVersion,
  kind: 'Folder',
  metadata: { name },
  spec: { parentRef: parentRef(parent) },
});
export const project = (name: string, owner: Parent): Manifest => ({
  apiVersion,
  kind: 'Project',
  metadata: { name },
  spec: { ownerRef: parentRef(owner) },
});
export const namespace = (name: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name },
});
export const configmap = (name: string, metadata: object = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data: { k: 'v' },
});

/** The two forms of the path to a project's control plane. */
export const plane = (name: string): string => `/projects/${name}/control-plane`;
export const longPlane = (name: string): string => `${group}/projects/${name}/control-plane`;

/** Sends, and fails on any status but the expected one. */
export async function must(answer: Promise<Answer>, ...statuses: readonly number[]): Promise<Manifest> {
  const { status, text, json } = await answer;
  assert.ok(statuses.includes(status), `${status} where ${statuses.join(' or ')} was expected: ${text}`);
  return json;
}

export async function createOrganization(server: ApiServer, name: string): Promise<Manifest> {
  return await must(server.post(`${group}/organizations`, organization(name)), 201);
}
export async function createFolder(server: ApiServer, name: string, parent: Parent): Promise<Manifest> {
  return await must(server.post(`${group}/folders`, folder(name, parent)), 201);
}
export async function createProject(server: ApiServer, name: string, owner: Parent): Promise<Manifest> {
  return await must(server.post(`${group}/projects`, project(name, owner)), 201);
}

const patienceMs = 15_000;

/** Asks until the answer is as wished; the bound only turns a hang into a failure. */
export async function until(
  server: ApiServer,
  path: string,
  isWished: (answer: Answer) => boolean,
  what: string,
): Promise<Answer> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const answer = await server.get(path);
    if (isWished(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`${path}: never ${what}; last ${answer.text}`);
    await sleep(5);
  }
}
export async function untilGone(server: ApiServer, path: string): Promise<void> {
  await until(server, path, ({ status }) => status === 404, 'gone');
}

export function condition(object: Manifest, type: string): Manifest {
  return object.status?.conditions?.find((one: Manifest) => one.type === type);
}

/** What the store holds once everything past is forgotten, and that it is sound. The server is stopped meanwhile. */
export async function storedRows(
  server: ApiServer,
): Promise<Pick<StoreStats, 'currentEntries' | 'indexEntries' | 'counterEntries' | 'logEntries'>> {
  let stats: StoreStats | undefined;
  await server.restart(async (dataDir) => {
    const store = await openStore(`embedded:${dataDir}`);
    try {
      await store.compact(store.applied);
      assert.deepEqual(store.check(10), []);
      stats = store.stats();
    } finally {
      await store.close();
    }
  });
  assert.ok(stats !== undefined);
  const { currentEntries, indexEntries, counterEntries, logEntries } = stats;
  return { currentEntries, indexEntries, counterEntries, logEntries };
}
