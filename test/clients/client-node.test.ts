/**
 * `@kubernetes/client-node` informers over a project: every change is seen, in order, through restarts of the
 * server, both orderly and by SIGKILL. The informer resumes from the last resourceVersion it has seen, so that a
 * change it misses is one that the server lost or forgot.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CoreV1Api,
  KubeConfig,
  type KubernetesListObject,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  type V1ConfigMap,
  type V1Service,
} from '@kubernetes/client-node';
import { root } from '../corpus.ts';
import { makeProject } from './make-project.ts';
import { MiloServer } from './milo-server.ts';

const deadlineMs = 20_000;
const retryMs = 50;
const namespace = 'default';

const client = 'node_modules/@kubernetes/client-node/package.json';
const { version }: { version: string } = JSON.parse(readFileSync(join(root, client), 'utf8'));

let server: MiloServer;
let config: KubeConfig;
let api: CoreV1Api;

/** Waits for what must become true. */
async function eventually(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!(await isTrue())) {
    assert.ok(Date.now() < deadline, `${what} did not come true; the server printed:\n${server.output}`);
    await sleep(retryMs);
  }
}

before(async () => {
  server = await MiloServer.start();
  config = new KubeConfig();
  config.loadFromString(await makeProject(server, 'informed'));
  api = config.makeApiClient(CoreV1Api);
});
after(async () => {
  await server?.dispose();
});

/** What an informer has told, as `add name value` lines, and how to stop it. */
class Witness {
  readonly lines: string[] = [];
  readonly #informer = makeInformer<V1ConfigMap>(
    config,
    `/api/v1/namespaces/${namespace}/configmaps`,
    (): Promise<KubernetesListObject<V1ConfigMap>> => api.listNamespacedConfigMap({ namespace }),
  );
  #isStopped = false;

  constructor() {
    const tell = (event: string) => (map: V1ConfigMap) => {
      this.lines.push(`${event} ${map.metadata?.name} ${map.data?.value}`);
    };
    this.#informer.on('add', tell('add'));
    this.#informer.on('update', tell('update'));
    this.#informer.on('delete', tell('delete'));
    this.#informer.on('error', () => {
      void this.#again();
    });
  }

  async start(): Promise<void> {
    await this.#informer.start();
  }

  async #again(): Promise<void> {
    await sleep(retryMs);
    if (this.#isStopped) return;
    try {
      await this.#informer.start();
    } catch {
      // The server is still away.
      await this.#again();
    }
  }

  get cached(): ReadonlyMap<string, string> {
    return new Map(this.#informer.list().map((map) => [map.metadata!.name!, map.data!.value!]));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#informer.stop();
  }
}

const mapOf = (name: string, value: string): V1ConfigMap => ({
  metadata: { name, namespace },
  data: { value },
});

/** A round of changes; answers the lines a witness must see for them. */
async function change(round: string): Promise<string[]> {
  const name = `${round}-kept`;
  const gone = `${round}-gone`;
  await api.createNamespacedConfigMap({ namespace, body: mapOf(name, '1') });
  await api.createNamespacedConfigMap({ namespace, body: mapOf(gone, '1') });
  for (const value of ['2', '3', '4']) {
    await api.replaceNamespacedConfigMap({ namespace, name, body: mapOf(name, value) });
  }
  await api.deleteNamespacedConfigMap({ namespace, name: gone });
  return [
    `add ${name} 1`,
    `add ${gone} 1`,
    ...['2', '3', '4'].map((value) => `update ${name} ${value}`),
    `delete ${gone} 1`,
  ];
}

describe('client-node', () => {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    test(`${version}: informers see every change across ${signal} and a new start`, async () => {
      const seen = new Witness();
      const expected: string[] = [];
      const existing = (await api.listNamespacedConfigMap({ namespace })).items;
      expected.push(...existing.map((map) => `add ${map.metadata!.name} ${map.data!.value}`));
      await seen.start();
      expected.push(...(await change(`${signal.toLowerCase()}-before`)));
      await eventually('the changes before are seen', () => seen.lines.length >= expected.length);

      for (const round of ['one', 'two']) {
        // Written and at once cut off: the informer has not necessarily been told when the connection ends.
        expected.push(...(await change(`${signal.toLowerCase()}-${round}`)));
        const code = await server.stop(signal);
        if (signal === 'SIGTERM') assert.equal(code, 0);
        await server.up();
        expected.push(...(await change(`${signal.toLowerCase()}-${round}-after`)));
      }
      await eventually('the changes after are seen', () => seen.lines.length >= expected.length);
      assert.deepEqual(seen.lines, expected);
      const listed = (await api.listNamespacedConfigMap({ namespace })).items;
      assert.deepEqual(
        [...seen.cached].sort(),
        listed.map((map) => [map.metadata!.name!, map.data!.value!]).sort(),
      );
      await seen.stop();
    });
  }

  test(`${version}: what was acknowledged before a kill is there after it`, async () => {
    const acknowledged = new Set<string>();
    let isKilled = false;
    const writer = async (id: number): Promise<void> => {
      for (let i = 0; !isKilled; i++) {
        const name = `durable-${id}-${i}`;
        try {
          await api.createNamespacedConfigMap({ namespace, body: mapOf(name, 'x') });
        } catch (error) {
          assert.ok(isKilled, `a write failed while the server ran: ${error}`);
          return;
        }
        acknowledged.add(name);
      }
    };
    const writers = Promise.all([0, 1, 2, 3].map(writer));
    await eventually('some writes are acknowledged', () => acknowledged.size >= 50);
    // The signal is sent at once, with writes in flight.
    const stopped = server.stop('SIGKILL');
    isKilled = true;
    await stopped;
    await writers;
    await server.up();
    const { items } = await api.listNamespacedConfigMap({ namespace });
    const listed = new Set(items.map((map) => map.metadata!.name!));
    assert.deepEqual(
      [...acknowledged].filter((name) => !listed.has(name)),
      [],
    );
  });

  /** The untyped client finds paths by discovery and chooses the type of a patch. */
  test(`${version}: objects of any kind are created, applied by two managers and deleted`, async () => {
    const objects = KubernetesObjectApi.makeApiClient(config);
    const service = (port: number): V1Service => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'untyped', namespace },
      spec: { ports: [{ port }] },
    });
    const apply = (port: number, manager: string, force: boolean): Promise<V1Service> =>
      objects.patch(service(port), undefined, undefined, manager, force, PatchStrategy.ServerSideApply);
    await apply(80, 'first', false);
    const same = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'untyped', namespace } };
    assert.equal((await objects.read<V1Service>(same)).spec?.ports?.[0]?.protocol, 'TCP');
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'r', namespace },
    };
    await objects.create({
      ...role,
      rules: [{ apiGroups: [''], resources: ['services'], verbs: ['get'] }],
    } as object);
    const changed = { ...same, spec: { type: 'ExternalName', externalName: 'a.example.com' } };
    await assert.rejects(
      objects.patch(
        { ...changed, metadata: { ...changed.metadata, labels: { a: 'no spaces' } } },
        undefined,
        undefined,
        'second',
        false,
        PatchStrategy.ServerSideApply,
      ),
      (error: { code?: number }) => error.code === 422,
    );
    await objects.delete(same);
    await objects.delete(role);
    await assert.rejects(objects.read(same), (error: { code?: number }) => error.code === 404);
  });
});
