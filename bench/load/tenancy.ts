/**
 * The tenants of a run on one server: made, found and deleted as a description says. Scenarios name tenants as they
 * like (`project-7`); on a server that other people use too, every name gets the run's own prefix.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpClient, SomeObject } from './http-client.ts';
import type { TenancyDescription } from './tenancy-description.ts';

const pollMsMin = 5;
const pollMsMax = 500;
const pollingMsMax = 600_000;
const namespacesPath = '/api/v1/namespaces';

export interface TenancyOptions {
  /** In front of every path. */
  readonly basePath?: string;
  /** In front of every tenant's name. */
  readonly namePrefix?: string;
}

export class Tenancy {
  readonly name: string;
  /** Of the objects that stand for tenants. */
  readonly collection: string;
  /** Tenants have definitions of kinds, namespaces and discovery of their own. */
  readonly hasControlPlanes: boolean;
  /** Tenants take requests before they are ready. */
  readonly isUsableOnceCreated: boolean;
  readonly #description: TenancyDescription;
  readonly #basePath: string;
  readonly #namePrefix: string;
  readonly #living = new Set<string>();
  /** Paths of the owners that this run made and not somebody before it. */
  readonly ownersMade: string[] = [];

  constructor(description: TenancyDescription, { basePath = '', namePrefix = '' }: TenancyOptions = {}) {
    this.#description = description;
    this.#basePath = description.ignoresServerPath ? '' : basePath;
    this.#namePrefix = namePrefix;
    this.name = description.name;
    this.collection = `${this.#basePath}${description.collection}`;
    this.isUsableOnceCreated = description.usableOnceCreated;
    this.hasControlPlanes = description.prefix.includes('{tenant}');
  }

  /** Of the server itself: `/metrics`, `/version`. */
  serverPath(path: string): string {
    return `${this.#basePath}${path}`;
  }

  /** In front of the paths of the tenant's own API. */
  controlPlane(tenant: string): string {
    return `${this.#basePath}${this.#fill(this.#description.prefix, tenant)}`;
  }

  /** Where the tenant's objects go, from the beginning. */
  namespaceOf(tenant: string): string {
    return this.#fill(this.#description.namespace, tenant);
  }

  /** One more of the tenant's own, for what must not be among the others; to be made by `createNamespace`. */
  furtherNamespaceOf(tenant: string, purpose: string): string {
    return this.hasControlPlanes ? purpose : this.namespaceOf(`${tenant}-${purpose}`);
  }

  /** Name of the object that stands for the tenant. */
  objectNameOf(tenant: string): string {
    return `${this.#namePrefix}${tenant}`;
  }

  objectPath(tenant: string): string {
    return `${this.collection}/${this.objectNameOf(tenant)}`;
  }

  /** Of all objects when `name` is absent. */
  configMapPath(tenant: string, namespace: string, name?: string): string {
    return this.corePath(tenant, 'configmaps', namespace, name);
  }

  corePath(tenant: string, resource: string, namespace: string, name?: string): string {
    const collection = `${this.controlPlane(tenant)}${namespacesPath}/${namespace}/${resource}`;
    return name === undefined ? collection : `${collection}/${name}`;
  }

  /** Where all that a tenant has is listed; of tenants that share an API, what lies in their namespaces. */
  listPaths(tenant: string, resources: readonly Listable[]): string[] {
    const root = this.controlPlane(tenant);
    if (this.hasControlPlanes) return resources.map(({ prefix, name }) => `${root}${prefix}/${name}`);
    const within = `namespaces/${this.namespaceOf(tenant)}`;
    return resources
      .filter(({ namespaced }) => namespaced)
      .map(({ prefix, name }) => `${root}${prefix}/${within}/${name}`);
  }

  /** Makes what owns the tenants of a run; there may be such already. */
  async prepare(client: HttpClient): Promise<void> {
    for (const { collection, object } of this.#description.owners) {
      const path = `${this.#basePath}${collection}`;
      const { status } = await client.request('POST', path, object);
      if (status === 201) this.ownersMade.push(`${path}/${(object as SomeObject).metadata.name}`);
      else if (status !== 409) throw new Error(`POST ${path}: ${status}`);
    }
  }

  /** Resolves when the tenant takes requests. */
  async create(client: HttpClient, tenant: string): Promise<void> {
    await this.createObject(client, tenant);
    if (this.isUsableOnceCreated) return;
    await this.untilUsable(client, tenant);
  }

  /** The first half of `create`. */
  async createObject(client: HttpClient, tenant: string): Promise<SomeObject> {
    const text = this.#fill(JSON.stringify(this.#description.object), tenant);
    this.#living.add(tenant);
    return await client.create(this.collection, JSON.parse(text) as object);
  }

  /** The second half: resolves when the tenant is ready and has its namespace. */
  async untilUsable(client: HttpClient, tenant: string): Promise<void> {
    await poll(async () => this.isReady(await client.get(this.objectPath(tenant))));
    const namespace = `${this.controlPlane(tenant)}${namespacesPath}/${this.namespaceOf(tenant)}`;
    await poll(async () => (await client.request('GET', namespace)).status === 200);
  }

  /** Whether an object that stands for a tenant says that the tenant is ready. */
  isReady(object: SomeObject): boolean {
    const { ready } = this.#description;
    if ('field' in ready) {
      const value = ready.field
        .split('.')
        .reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], object);
      return value === ready.is;
    }
    const status = object.status as { conditions?: { type: string; status: string }[] } | undefined;
    return (
      status?.conditions?.some(({ type, status }) => type === ready.condition && status === 'True') === true
    );
  }

  /** Where tenants are namespaces, a further one is as good as one more tenant, and goes with them. */
  async createNamespace(client: HttpClient, tenant: string, purpose: string): Promise<void> {
    if (!this.hasControlPlanes) return await this.create(client, `${tenant}-${purpose}`);
    await client.create(`${this.controlPlane(tenant)}${namespacesPath}`, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: purpose },
    });
  }

  /** Resolves when the name is free again. */
  async delete(client: HttpClient, tenant: string): Promise<void> {
    await this.beginDelete(client, tenant);
    await this.untilGone(client, tenant);
  }

  async isGone(client: HttpClient, tenant: string): Promise<boolean> {
    return (await client.request('GET', this.objectPath(tenant))).status === 404;
  }

  /** The first half of `delete`. */
  async beginDelete(client: HttpClient, tenant: string): Promise<void> {
    await accepted(client, 'DELETE', this.objectPath(tenant));
    const namespace = this.namespaceOf(tenant);
    const fill = (text: string): string => this.#fill(text, tenant).replaceAll('{namespace}', namespace);
    for (const { method, path, object } of this.#description.finishDeletion) {
      const body = object === undefined ? undefined : (JSON.parse(fill(JSON.stringify(object))) as object);
      await accepted(client, method, `${this.#basePath}${fill(path)}`, body);
    }
  }

  /** The second half. */
  async untilGone(client: HttpClient, tenant: string): Promise<void> {
    await poll(() => this.isGone(client, tenant));
    this.#living.delete(tenant);
  }

  /** Resolves when the owners that this run made are gone. */
  async deleteOwners(client: HttpClient): Promise<void> {
    for (const path of this.ownersMade.splice(0)) {
      await accepted(client, 'DELETE', path);
      await poll(async () => (await client.request('GET', path)).status === 404);
    }
  }

  /** Tenants that were created and not deleted. */
  get living(): readonly string[] {
    return [...this.#living];
  }

  #fill(text: string, tenant: string): string {
    return text.replaceAll('{tenant}', this.objectNameOf(tenant));
  }
}

async function accepted(client: HttpClient, method: string, path: string, body?: object): Promise<void> {
  const answer = await client.request(method, path, body);
  if (answer.status === 200 || answer.status === 202) return;
  throw new Error(`${method} ${path}: ${answer.status}, ${answer.body.toString('utf8', 0, 400)}`);
}

async function poll(isDone: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + pollingMsMax;
  for (let pause = pollMsMin; !(await isDone()); pause = Math.min(pause * 2, pollMsMax)) {
    if (performance.now() > end)
      throw new Error(`a tenant is not ready, or not gone, after ${pollingMsMax} ms`);
    await sleep(pause);
  }
}

/** A resource that can be listed. */
export interface Listable {
  /** `/api/v1`, `/apis/apps/v1`. */
  readonly prefix: string;
  readonly name: string;
  readonly namespaced: boolean;
}

/** All of them, as the discovery of a control plane names them. */
export async function listables(client: HttpClient, root: string): Promise<Listable[]> {
  const groups = (await client.get(`${root}/apis`)) as unknown as {
    groups: { versions: { groupVersion: string }[] }[];
  };
  const served = groups.groups.flatMap(({ versions }) =>
    versions.map(({ groupVersion }) => `/apis/${groupVersion}`),
  );
  const found: Listable[] = [];
  for (const prefix of ['/api/v1', ...served]) {
    const { resources } = (await client.get(`${root}${prefix}`)) as unknown as {
      resources: { name: string; namespaced: boolean; verbs: string[] }[];
    };
    const listed = resources.filter(({ verbs }) => verbs.includes('list'));
    found.push(...listed.map(({ name, namespaced }) => ({ prefix, name, namespaced })));
  }
  return found;
}
