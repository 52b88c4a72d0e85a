/**
 * What docs/adding-a-service.md says, done: the manifests of `examples/service/` are applied to the platform, the
 * controller there runs as a process of its own against a project, and a customer writes websites. Then the other way,
 * an APIService and a server behind it.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  ApiException,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  loadAllYaml,
  PatchStrategy,
} from '@kubernetes/client-node';
import { ExtensionServer } from '../api/extension-server.ts';
import { root } from '../corpus.ts';
import { makeProject } from './make-project.ts';
import { MiloServer } from './milo-server.ts';

/** Of the same build as this file. */
const controllerProgram = fileURLToPath(new URL('../../examples/service/controller.js', import.meta.url));
const deadlineMs = 15_000;
const retryMs = 20;
const namespace = 'default';
const kind = { group: 'web.example.com', version: 'v1alpha1', plural: 'websites' };
const stars = { group: 'stars.example.com', version: 'v1', plural: 'stars' };

// biome-ignore lint/suspicious/noExplicitAny: objects of any kind
type Manifest = any;
const example = (file: string): Manifest[] =>
  loadAllYaml(readFileSync(join(root, 'examples', 'service', file), 'utf8'));

/** One control plane, through the clients of a program. */
class Plane {
  readonly config = new KubeConfig();
  readonly objects: KubernetesObjectApi;
  readonly custom: CustomObjectsApi;
  readonly core: CoreV1Api;

  constructor(kubeconfig: string) {
    this.config.loadFromString(kubeconfig);
    this.objects = KubernetesObjectApi.makeApiClient(this.config);
    this.custom = this.config.makeApiClient(CustomObjectsApi);
    this.core = this.config.makeApiClient(CoreV1Api);
  }

  async apply(manifest: KubernetesObject): Promise<Manifest> {
    return await this.objects.patch(
      manifest,
      undefined,
      undefined,
      'test',
      undefined,
      PatchStrategy.ServerSideApply,
    );
  }

  async website(name: string): Promise<Manifest> {
    return await this.custom.getNamespacedCustomObject({ ...kind, namespace, name });
  }
}

const isNotFound = (error: unknown): boolean => error instanceof ApiException && error.code === 404;

/** Answers it once it is so. A 404 is not so yet. */
async function eventually<T>(what: string, read: () => Promise<T>, isSo: (found: T) => boolean): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    try {
      const found = await read();
      if (isSo(found)) return found;
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    assert.ok(Date.now() < deadline, `${what} did not come true; the controller printed:\n${printed}`);
    await sleep(retryMs);
  }
}

/** Waits until it is not found. */
async function gone(what: string, read: () => Promise<unknown>): Promise<void> {
  await eventually(
    what,
    () =>
      read().then(
        () => false,
        (error: unknown) => {
          if (isNotFound(error)) return true;
          throw error;
        },
      ),
    (isGone) => isGone,
  );
}

async function refused(code: number, message: RegExp, write: Promise<unknown>): Promise<void> {
  await assert.rejects(write, (error: unknown) => {
    assert.ok(error instanceof ApiException, String(error));
    assert.equal(error.code, code, String(error.body));
    assert.match(JSON.parse(String(error.body)).message, message);
    return true;
  });
}

const website = (name: string, spec: object): Manifest => ({
  ...example('website.yaml')[0],
  metadata: { name, namespace },
  spec: { title: 'A title', ...spec },
});

const scale = (name: string, value: number): Promise<unknown> =>
  bakery.custom.patchNamespacedCustomObjectScale({
    ...kind,
    namespace,
    name,
    body: [{ op: 'replace', path: '/spec/replicas', value }],
  });

let server: MiloServer;
let platform: Plane;
let bakery: Plane;
let butcher: Plane;
let controller: ChildProcess | undefined;
let printed = '';

/** Runs the controller against the bakery. */
async function startController(): Promise<void> {
  const kubeconfig = join(server.directory, 'bakery.kubeconfig');
  writeFileSync(kubeconfig, bakery.config.exportConfig());
  const child = spawn(process.execPath, [controllerProgram], {
    env: { ...process.env, KUBECONFIG: kubeconfig },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  controller = child;
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      printed += chunk;
      if (printed.includes('started')) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the controller ended with ${code}:\n${printed}`)));
  });
}

before(async () => {
  server = await MiloServer.start();
  platform = new Plane(readFileSync(server.kubeconfig, 'utf8'));
  bakery = new Plane(await makeProject(server, 'bakery'));
  butcher = new Plane(await makeProject(server, 'butcher'));
});
after(async () => {
  if (controller !== undefined && controller.exitCode === null) {
    controller.kill('SIGKILL');
    await once(controller, 'exit');
  }
  await server?.dispose();
});

describe('a service of definitions and a controller', () => {
  test('is offered by manifests, in projects that were there before', async () => {
    for (const file of ['website-definition.yaml', 'protected-resource.yaml', 'policy.yaml']) {
      for (const manifest of example(file)) await platform.apply(manifest);
    }
    await eventually(
      'the definition is established',
      () => platform.objects.read<Manifest>(example('website-definition.yaml')[0]),
      ({ status }) =>
        status?.conditions?.some(
          ({ type, status }: Manifest) => type === 'Established' && status === 'True',
        ) === true,
    );
    const listed = await bakery.custom.listNamespacedCustomObject({ ...kind, namespace });
    assert.deepEqual(listed.items, []);
    await refused(404, /not find/, bakery.objects.read(example('protected-resource.yaml')[0]));
  });

  test('reconciles what a customer writes', async () => {
    await startController();
    const [home] = example('website.yaml');
    const created = await bakery.apply(home);
    assert.deepEqual(created.spec, { ...home.spec, language: 'en', replicas: 1, maxReplicas: 10 });
    const { status } = await eventually(
      'the website is ready',
      () => bakery.website('home'),
      (found) => found.status?.conditions?.[0]?.status === 'True',
    );
    assert.equal(status.replicas, 1);
    assert.equal(status.observedGeneration, 1);
    const page = await bakery.core.readNamespacedConfigMap({ namespace, name: 'home-page' });
    assert.match(page.data?.['index.html'] ?? '', /Fresh bread every day/);
    assert.equal(page.metadata?.ownerReferences?.[0]?.uid, created.metadata.uid);
  });

  test('follows changes of the object, of its scale and of what it has made', async () => {
    await scale('home', 3);
    await eventually(
      'the status follows',
      () => bakery.website('home'),
      ({ status }) => status.replicas === 3 && status.observedGeneration === 2,
    );
    const at = { namespace, name: 'home-page' };
    const { metadata } = await bakery.core.readNamespacedConfigMap(at);
    await bakery.core.deleteNamespacedConfigMap(at);
    await eventually(
      'the page is made again',
      () => bakery.core.readNamespacedConfigMap(at),
      (found) => found.metadata?.uid !== metadata?.uid,
    );
  });

  test('goes on after the server was away', async () => {
    await server.stop('SIGTERM');
    await server.up();
    await bakery.apply(website('home', { title: 'Fresh & warm' }));
    await eventually(
      'the page follows',
      () => bakery.core.readNamespacedConfigMap({ namespace, name: 'home-page' }),
      ({ data }) => data?.['index.html']?.includes('Fresh &#38; warm') === true,
    );
  });

  for (const [what, spec, message] of [
    ['the schema', { title: '' }, /spec\.title: Invalid value/],
    [
      'a rule',
      { replicas: 4, maxReplicas: 2 },
      /spec\.replicas: Invalid value: .*4 replicas are more than 2/,
    ],
    ['the policy', { replicas: 6 }, /denied request: namespace default takes no more than 5 replicas/],
  ] as const) {
    test(`what is wrong is refused by ${what}`, async () => {
      await refused(422, message, bakery.objects.create(website('wrong', spec)));
      await gone('what was refused', () => bakery.website('wrong'));
    });
  }

  test('a rule about what it was refuses a change', async () => {
    await refused(
      422,
      /spec\.language: Invalid value: .*a website keeps its language/,
      bakery.apply(website('home', { language: 'fr' })),
    );
  });

  test('a scale is no way around the policy', () =>
    refused(422, /takes no more than 5 replicas/, scale('home', 6)));

  test('the policy lets larger ones into a namespace that says so', async () => {
    await bakery.apply({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'busy', labels: { 'web.example.com/size': 'large' } },
    } as KubernetesObject);
    const large = website('large', { replicas: 6 });
    await bakery.objects.create({ ...large, metadata: { name: 'large', namespace: 'busy' } });
  });

  test('another project has the kind and none of the objects', async () => {
    const listed = await butcher.custom.listCustomObjectForAllNamespaces(kind);
    assert.deepEqual(listed.items, []);
    await refused(404, /websites\.web\.example\.com "home" not found/, butcher.website('home'));
    // No controller runs there, and the one of the bakery does nothing about it.
    await butcher.apply(website('home', {}));
    await sleep(200);
    assert.equal((await butcher.website('home')).status, undefined);
  });

  test('what is deleted takes its page with it', async () => {
    await bakery.custom.deleteNamespacedCustomObject({ ...kind, namespace, name: 'home' });
    await gone('the website', () => bakery.website('home'));
    await gone('the page', () => bakery.core.readNamespacedConfigMap({ namespace, name: 'home-page' }));
    await butcher.website('home');
  });

  test('what the platform gives, a project does not define anew', () =>
    refused(
      403,
      /is given by the platform and cannot be defined anew/,
      bakery.objects.create(example('website-definition.yaml')[0]),
    ));

  test('the definition takes all objects with it, in all projects', async () => {
    const [definition] = example('website-definition.yaml');
    await platform.objects.delete(definition);
    await gone('the definition', () => platform.objects.read(definition));
    await gone('the kind', () => butcher.website('home'));
    await platform.apply(definition);
    await eventually(
      'the kind is there again',
      () => butcher.custom.listCustomObjectForAllNamespaces(kind),
      ({ items }) => items.length === 0,
    );
  });
});

describe('a service with a server of its own', () => {
  test('is offered by an APIService, and is asked in the name of who asks', async () => {
    const published = await platform.core.readNamespacedConfigMap({
      namespace: 'kube-system',
      name: 'extension-apiserver-authentication',
    });
    const extension = await ExtensionServer.start({
      group: stars.group,
      service: { namespace, name: 'stars' },
      frontProxyCa: published.data?.['requestheader-client-ca-file'] ?? '',
    });
    try {
      const [service, apiService] = example('api-service.yaml');
      service.spec.externalName = 'localhost';
      apiService.spec.caBundle = extension.caBundle;
      apiService.spec.service.port = extension.port;
      await platform.apply(service);
      await platform.apply(apiService);
      await eventually(
        'the service is available',
        () => platform.objects.read<Manifest>(apiService),
        ({ status }) => status?.conditions?.[0]?.status === 'True',
      );
      const told: Manifest = await bakery.custom.getNamespacedCustomObject({
        ...stars,
        namespace,
        name: 'sol',
      });
      assert.equal(told.headers['x-remote-user'], 'admin');
      assert.equal(told.headers['x-remote-extra-iam.miloapis.com%2fparent-type'], 'Project');
      assert.equal(told.headers['x-remote-extra-iam.miloapis.com%2fparent-name'], 'bakery');
      assert.match(told.url, /^\/projects\/bakery\/control-plane\/apis\/stars\.example\.com\/v1\//);
    } finally {
      await extension.stop();
    }
    await refused(
      503,
      /error trying to reach service/,
      bakery.custom.getNamespacedCustomObject({ ...stars, namespace, name: 'sol' }),
    );
    await bakery.custom.listNamespacedCustomObject({ ...kind, namespace });
  });
});
