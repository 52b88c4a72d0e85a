/**
 * The controller of a service: keeps for every Website of a control plane a ConfigMap with its page, and says in the
 * status how it went. Knows nothing of Milo: it is a Kubernetes controller, and the control plane of a project is what
 * its kubeconfig names.
 *
 *     KUBECONFIG=project.kubeconfig node dist/examples/service/controller.js
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ApiException,
  CoreV1Api,
  CustomObjectsApi,
  type Informer,
  KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  type V1Condition,
  type V1ConfigMap,
} from '@kubernetes/client-node';

interface Website extends KubernetesObject {
  spec: { title: string; language: string; replicas: number };
  status?: { observedGeneration?: number; replicas?: number; conditions?: V1Condition[] };
}

const kind = { group: 'web.example.com', version: 'v1alpha1', plural: 'websites' };
const manager = 'websites-controller';
/** On the ConfigMaps that are ours, so that others are not watched. */
const labels = { 'web.example.com/part-of': 'website' };
const labelSelector = Object.entries(labels)
  .map((pair) => pair.join('='))
  .join(',');
const retryMs = { first: 50, max: 10_000 };

const config = new KubeConfig();
config.loadFromDefault();
const websites = config.makeApiClient(CustomObjectsApi);
const core = config.makeApiClient(CoreV1Api);
const objects = KubernetesObjectApi.makeApiClient(config);

/** Tells of a failure and answers how long to wait before the next try. */
function report(what: string, error: unknown, tries: number): number {
  const why = error instanceof ApiException ? `${error.code} ${error.body}` : String(error);
  console.error(`${what}: ${why.trim()}`);
  return Math.min(retryMs.first * 2 ** tries, retryMs.max);
}

/** One object at a time each, however often it changes; a change while one is under way has it done once more. */
class Queue {
  readonly #underWay = new Map<string, { isChanged: boolean }>();
  readonly #reconcile: (key: string) => Promise<void>;

  constructor(reconcile: (key: string) => Promise<void>) {
    this.#reconcile = reconcile;
  }

  add(key: string): void {
    const known = this.#underWay.get(key);
    if (known !== undefined) known.isChanged = true;
    else void this.#work(key);
  }

  async #work(key: string): Promise<void> {
    const state = { isChanged: false };
    this.#underWay.set(key, state);
    for (let tries = 0; ; ) {
      state.isChanged = false;
      try {
        await this.#reconcile(key);
        if (!state.isChanged) break;
        tries = 0;
      } catch (error) {
        await sleep(report(key, error, tries++));
      }
    }
    this.#underWay.delete(key);
  }
}

/** Its owner is the website: garbage collection deletes it after it. */
const pageOf = ({ apiVersion, kind: ownerKind, metadata, spec }: Website): V1ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: `${metadata!.name}-page`,
    namespace: metadata!.namespace!,
    labels,
    ownerReferences: [
      {
        apiVersion: apiVersion!,
        kind: ownerKind!,
        name: metadata!.name!,
        uid: metadata!.uid!,
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  },
  data: { 'index.html': `<html lang="${spec.language}"><h1>${escaped(spec.title)}</h1></html>\n` },
});
const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

async function reconcile(key: string): Promise<void> {
  const [namespace = '', name = ''] = key.split('/');
  let website: Website;
  try {
    website = await websites.getNamespacedCustomObject({ ...kind, namespace, name });
  } catch (error) {
    // There is nothing to take down: what we made has an owner.
    if (error instanceof ApiException && error.code === 404) return;
    throw error;
  }
  if (website.metadata?.deletionTimestamp !== undefined) return;
  await objects.patch(pageOf(website), undefined, undefined, manager, true, PatchStrategy.ServerSideApply);
  await tell(website);
}

/** Writes the status, if it does not say so already: a status written each time would wake us for ever. */
async function tell(website: Website): Promise<void> {
  const { namespace = '', name = '', generation = 0 } = website.metadata!;
  const { status, spec } = website;
  const old = status?.conditions?.find(({ type }) => type === 'Ready');
  if (
    old?.status === 'True' &&
    status?.observedGeneration === generation &&
    status.replicas === spec.replicas
  ) {
    return;
  }
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: 'Published',
    message: `the page is in the ConfigMap ${name}-page`,
    observedGeneration: generation,
    lastTransitionTime: old?.status === 'True' ? old.lastTransitionTime : new Date().toISOString(),
  };
  const others = status?.conditions?.filter(({ type }) => type !== 'Ready') ?? [];
  const body = {
    ...website,
    status: { observedGeneration: generation, replicas: spec.replicas, conditions: [...others, ready] },
  };
  // Refused with 409 if the website has changed meanwhile, and then tried again on what it is now.
  await websites.replaceNamespacedCustomObjectStatus({ ...kind, namespace, name, body });
}

/** Lists and watches until the process ends, again after every break. */
async function follow<T extends KubernetesObject>(
  what: string,
  informer: Informer<T>,
  changed: (object: T) => void,
): Promise<void> {
  let tries = 0;
  let startedMs = 0;
  const start = async (): Promise<void> => {
    startedMs = Date.now();
    try {
      await informer.start();
    } catch (error) {
      await restart(error);
    }
  };
  const restart = async (error: unknown): Promise<void> => {
    // An informer says that it broke, never that it is well again: it was, if that took long.
    if (Date.now() - startedMs > retryMs.max) tries = 0;
    await sleep(report(what, error, tries++));
    await start();
  };
  for (const event of ['add', 'update', 'delete'] as const) informer.on(event, changed);
  informer.on('error', (error) => void restart(error));
  await start();
}

const queue = new Queue(reconcile);

await follow(
  'websites',
  makeInformer<Website>(
    config,
    `/apis/${kind.group}/${kind.version}/${kind.plural}`,
    (): Promise<KubernetesListObject<Website>> => websites.listCustomObjectForAllNamespaces(kind),
  ),
  ({ metadata }) => queue.add(`${metadata?.namespace}/${metadata?.name}`),
);
// What others do to a page is undone.
await follow(
  'pages',
  makeInformer<V1ConfigMap>(
    config,
    '/api/v1/configmaps',
    () => core.listConfigMapForAllNamespaces({ labelSelector }),
    labelSelector,
  ),
  ({ metadata }) => {
    const owner = metadata?.ownerReferences?.find(({ controller }) => controller === true);
    if (owner?.kind === 'Website') queue.add(`${metadata?.namespace}/${owner.name}`);
  },
);
console.log('started');
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0));
