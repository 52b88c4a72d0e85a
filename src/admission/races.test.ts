/**
 * What a check relied on must still hold when its write commits. Each case puts an opposing write into the one
 * moment where it could slip through: behind the checks of the first, in front of its commit.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { limits } from '../apimachinery/limits.ts';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import { StatusError } from '../apimachinery/status.ts';
import { builtInDefinitions } from '../apis/definitions.ts';
import { folderController, organizationController } from '../controllers/hierarchy/parent-controller.ts';
import { namespaceController } from '../controllers/namespace/namespace-controller.ts';
import { projectController } from '../controllers/project/project-controller.ts';
import { ControllerRuntime } from '../controllers/runtime/controller.ts';
import { systemClock } from '../lib/clock.ts';
import { create } from '../registry/create.ts';
import { DefinitionTable } from '../registry/definition-table.ts';
import { onlyBuiltIn } from '../registry/definitions.ts';
import { deleteObject } from '../registry/delete.ts';
import { type Engine, keyOf, noWarnings, type Target } from '../registry/engine.ts';
import { SharedDefaults } from '../registry/shared-defaults.ts';
import { StoreWithDefaults } from '../registry/store-with-defaults.ts';
import { Turns } from '../registry/turns.ts';
import { update } from '../registry/update.ts';
import type { Tenant } from '../request/context.ts';
import { bootstrapUser } from '../request/system-users.ts';
import { InProcessClient } from '../server/in-process-client.ts';
import { planeOrigins } from '../server/plane-origin.ts';
import { eventually, settle } from '../storage/conformance/eventually.ts';
import { ReferenceStore } from '../storage/conformance/reference-store.ts';
import { tenantOfPlatform, tenantOfProject } from '../storage/keys.ts';
import { isDeleting, parseRecord } from '../storage/record.ts';
import type { CommitOutcome, Write } from '../storage/store.ts';
import { WatchHub } from '../storage/watch-hub.ts';
import { hierarchy } from './hierarchy/hierarchy.ts';
import { keptFinalizers } from './kept-finalizers/kept-finalizers.ts';
import { namespaceLifecycle } from './namespace-lifecycle/namespace-lifecycle.ts';
import { projectLifecycle } from './project-lifecycle/project-lifecycle.ts';

class RacedStore extends ReferenceStore {
  /** Runs in front of every commit but its own. */
  opposing: ((batch: readonly Write[]) => Promise<unknown>) | undefined;

  override async commit(batch: readonly Write[]): Promise<CommitOutcome> {
    const { opposing } = this;
    if (opposing !== undefined) {
      this.opposing = undefined;
      await opposing(batch);
      this.opposing = opposing;
    }
    return await super.commit(batch);
  }
}

const group = 'resourcemanager.miloapis.com';
const apiVersion = `${group}/v1alpha1`;
const kinds = {
  organizations: { apiVersion, kind: 'Organization' },
  folders: { apiVersion, kind: 'Folder' },
  projects: { apiVersion, kind: 'Project' },
  namespaces: { apiVersion: 'v1', kind: 'Namespace' },
  configmaps: { apiVersion: 'v1', kind: 'ConfigMap' },
} as const;
type Resource = keyof typeof kinds;
const platform: Tenant = {
  id: tenantOfPlatform,
  surface: { kind: 'Platform', name: '' },
  startRevision: 0,
};
const options = { user: bootstrapUser, dryRun: false, fieldManager: 'test', warn: noWarnings };

/** The engine as the server composes it, and its verbs in few words. */
class World {
  readonly store = new RacedStore();
  readonly engine: Engine;
  readonly #errors: unknown[] = [];
  #runtime: ControllerRuntime | undefined;

  constructor() {
    const definitions = new DefinitionTable(builtInDefinitions);
    const defaults = new SharedDefaults(definitions);
    const store = new StoreWithDefaults(this.store, defaults, planeOrigins(this.store));
    this.engine = {
      store,
      hub: new WatchHub(store),
      definitions: onlyBuiltIn(definitions, (tenant) => tenant === tenantOfPlatform),
      plugins: [keptFinalizers(), projectLifecycle(store), namespaceLifecycle(store), hierarchy(store)],
      turns: new Turns(),
      clock: systemClock,
      newUid: () => `uid-${store.applied}`,
      renewed: () => undefined,
      random: Math.random,
    };
  }

  control(): void {
    const { engine } = this;
    const { store } = engine;
    const client = new InProcessClient(engine);
    this.#runtime = new ControllerRuntime(
      store,
      engine.hub,
      [
        namespaceController(store, client, systemClock),
        projectController(store, client, systemClock),
        organizationController(store, client),
        folderController(store, client),
      ],
      { onError: (_, __, error) => this.#errors.push(error) },
    );
  }

  /** Ends the controllers; none may have failed. */
  async close(): Promise<void> {
    await this.#runtime?.close();
    assert.deepEqual(this.#errors, []);
  }

  target(resource: Resource, name: string, tenant = platform): Target {
    const isOurs = kinds[resource].apiVersion === apiVersion;
    const served = this.engine.definitions.builtIn.find(
      tenant.surface.kind,
      isOurs ? group : '',
      isOurs ? 'v1alpha1' : 'v1',
      resource,
    );
    assert.ok(served !== undefined, resource);
    return { served, tenant, name, namespace: resource === 'configmaps' ? 'n' : '' };
  }

  async make(resource: Resource, name: string, spec: object = {}, tenant = platform): Promise<KubeObject> {
    const object = (): KubeObject => ({ ...kinds[resource], metadata: { name }, ...structuredClone(spec) });
    return (await create(this.engine, this.target(resource, '', tenant), object, options)).object;
  }
  async edit(
    resource: Resource,
    name: string,
    change: (object: KubeObject) => void,
    tenant = platform,
  ): Promise<void> {
    const request = {
      isReplace: false,
      change: (current: () => KubeObject) => {
        const object = structuredClone(current());
        change(object);
        return object;
      },
    };
    await update(this.engine, this.target(resource, name, tenant), request, options);
  }
  async remove(resource: Resource, name: string): Promise<void> {
    await deleteObject(this.engine, this.target(resource, name), {}, options);
  }
  move(name: string, to: object): Promise<void> {
    return this.edit('folders', name, (folder) => Object.assign(folder, under(to)));
  }

  read(resource: Resource, name: string, tenant = platform): KubeObject | undefined {
    const stored = this.store.get(keyOf(this.target(resource, name, tenant)));
    return stored && parseRecord(stored.record, stored.revision);
  }
  tenantOf(project: string): Tenant {
    const uid = this.read('projects', project)?.metadata.uid ?? '';
    return {
      id: tenantOfProject(project, uid),
      surface: { kind: 'Project', name: project },
      startRevision: 0,
    };
  }

  /** The first write, with the opposing one between its checks and its commit. How it ended: "ok", or the refusal. */
  async race(first: () => Promise<unknown>, opposing: () => Promise<unknown>): Promise<string> {
    let raced = 0;
    this.store.opposing = async () => {
      if (raced++ === 0) await opposing();
    };
    try {
      await first();
      return 'ok';
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      const { code, details, reason } = error.status;
      return `${code} ${details?.causes?.[0]?.reason ?? reason} ${details?.causes?.[0]?.field ?? ''}`.trim();
    } finally {
      this.store.opposing = undefined;
      assert.ok(raced > 0, 'nothing was committed');
    }
  }
}

const organization = (name: string) => ({ kind: 'Organization', name });
const folder = (name: string) => ({ kind: 'Folder', name });
const under = (parentRef: object) => ({ spec: { parentRef } });
const ownedBy = (ownerRef: object) => ({ spec: { ownerRef } });

/** An organization `o`; folders a, b with in-a, in-b; a project `p`; a namespace `n` in both control planes. */
async function furnished(): Promise<World> {
  const world = new World();
  await world.make('organizations', 'o');
  for (const name of ['a', 'b']) {
    await world.make('folders', name, under(organization('o')));
    await world.make('folders', `in-${name}`, under(folder(name)));
  }
  await world.make('folders', 'leaf', under(organization('o')));
  await world.make('projects', 'p', ownedBy(organization('o')));
  await world.make('organizations', 'empty');
  await world.make('namespaces', 'n');
  await world.make('namespaces', 'n', {}, world.tenantOf('p'));
  return world;
}

interface Race {
  readonly title: string;
  first(world: World): Promise<unknown>;
  opposing(world: World): Promise<unknown>;
  readonly outcome: string;
}
const annotate = ({ metadata }: KubeObject): void => {
  metadata.annotations = { ...metadata.annotations, a: 'b' };
};
const races: readonly Race[] = [
  {
    title: 'an object in a project being deleted',
    first: (world) => world.make('configmaps', 'c', {}, world.tenantOf('p')),
    opposing: (world) => world.remove('projects', 'p'),
    outcome: '403 ProjectTerminating',
  },
  {
    title: 'a namespace in a project being deleted',
    first: (world) => world.make('namespaces', 'm', {}, world.tenantOf('p')),
    opposing: (world) => world.remove('projects', 'p'),
    outcome: '403 ProjectTerminating',
  },
  {
    title: 'the first write of what every control plane has in a project being deleted',
    first: (world) => world.edit('namespaces', 'kube-system', annotate, world.tenantOf('p')),
    opposing: (world) => world.remove('projects', 'p'),
    outcome: '403 ProjectTerminating',
  },
  {
    title: 'two first writes of one namespace',
    first: (world) => world.edit('namespaces', 'default', annotate, world.tenantOf('p')),
    opposing: (world) =>
      world.edit(
        'namespaces',
        'default',
        ({ metadata }) => Object.assign(metadata, { labels: { a: 'b' } }),
        world.tenantOf('p'),
      ),
    outcome: 'ok',
  },
  {
    title: 'an object in a project that is only changed',
    first: (world) => world.make('configmaps', 'c', {}, world.tenantOf('p')),
    opposing: (world) =>
      world.edit('projects', 'p', (project) => {
        project.metadata.annotations = { a: 'b' };
      }),
    outcome: 'ok',
  },
  {
    title: 'an object in a namespace being deleted',
    first: (world) => world.make('configmaps', 'c'),
    opposing: (world) => world.remove('namespaces', 'n'),
    outcome: '403 NamespaceTerminating metadata.namespace',
  },
  {
    title: 'an object in a namespace that is only changed',
    first: (world) => world.make('configmaps', 'c'),
    opposing: (world) =>
      world.edit('namespaces', 'n', (namespace) => {
        namespace.metadata.annotations = { a: 'b' };
      }),
    outcome: 'ok',
  },
  {
    title: 'a project of an organization being deleted',
    first: (world) => world.make('projects', 'new', ownedBy(organization('empty'))),
    opposing: (world) => world.remove('organizations', 'empty'),
    outcome: '422 FieldValueForbidden spec.ownerRef',
  },
  {
    title: 'a folder of an organization being deleted',
    first: (world) => world.make('folders', 'new', under(organization('empty'))),
    opposing: (world) => world.remove('organizations', 'empty'),
    outcome: '422 FieldValueForbidden spec.parentRef',
  },
  {
    title: 'a folder moved into one being deleted',
    first: (world) => world.move('a', folder('leaf')),
    opposing: (world) => world.remove('folders', 'leaf'),
    outcome: '422 FieldValueForbidden spec.parentRef',
  },
  {
    title: 'a project moved into a folder being deleted',
    first: (world) =>
      world.edit('projects', 'p', (project) => Object.assign(project, ownedBy(folder('leaf')))),
    opposing: (world) => world.remove('folders', 'leaf'),
    outcome: '422 FieldValueForbidden spec.ownerRef',
  },
  {
    title: 'a move that would close a circle with another move',
    first: (world) => world.move('a', folder('in-b')),
    opposing: (world) => world.move('b', folder('in-a')),
    outcome: '422 FieldValueInvalid spec.parentRef',
  },
  {
    title: 'a folder whose way up has grown meanwhile',
    first: (world) => world.make('folders', 'new', under(folder('in-a'))),
    async opposing(world) {
      // Nine above `in-a`: it becomes the last level, and `new` would be one more.
      let top = organization('o');
      for (let level = 1; level <= limits.folderDepth - 2; level++) {
        await world.make('folders', `level-${level}`, under(top));
        top = folder(`level-${level}`);
      }
      await world.move('a', top);
    },
    outcome: '422 FieldValueForbidden spec.parentRef',
  },
];

describe('a write that races another', () => {
  for (const { title, first, opposing, outcome } of races) {
    test(`${title}: ${outcome}`, async () => {
      const world = await furnished();
      assert.equal(
        await world.race(
          () => first(world),
          () => opposing(world),
        ),
        outcome,
      );
    });
  }

  test('a namesake is not written to by who meant the project before it', async () => {
    const world = await furnished();
    world.control();
    const old = world.tenantOf('p');
    const outcome = await world.race(
      () => world.make('namespaces', 'late', {}, old),
      async () => {
        await world.remove('projects', 'p');
        await eventually(() => world.read('projects', 'p') === undefined, 'the end of the project');
        await world.make('projects', 'p', ownedBy(organization('o')));
      },
    );
    assert.equal(outcome, '404 NotFound');
    assert.equal(world.read('namespaces', 'late', old), undefined);
    assert.equal(world.read('namespaces', 'late', world.tenantOf('p')), undefined);
    await world.close();
  });
});

describe('a child written between the check for children and the deletion mark', () => {
  const leavings: readonly (readonly [string, (world: World) => Promise<void>])[] = [
    ['deleted', (world) => world.remove('folders', 'late')],
    ['moved', (world) => world.move('late', folder('a'))],
  ];
  for (const [how, leave] of leavings) {
    test(`holds its parent until it is ${how}`, async () => {
      const world = await furnished();
      world.control();
      const outcome = await world.race(
        () => world.remove('folders', 'leaf'),
        () => world.make('folders', 'late', under(folder('leaf'))),
      );
      assert.equal(outcome, 'ok');
      await settle();
      assert.ok(world.read('folders', 'leaf')?.metadata.deletionTimestamp);
      await leave(world);
      await eventually(() => world.read('folders', 'leaf') === undefined, 'the end of the folder');
      await world.close();
    });
  }
});

describe('an object that is changed whenever it is about to be removed', () => {
  const changes = 3 * limits.removalPasses;
  const cases: readonly (readonly [string, (world: World) => Tenant, (world: World) => Promise<void>])[] = [
    ['its namespace', () => platform, (world) => world.remove('namespaces', 'n')],
    ['its project', (world) => world.tenantOf('p'), (world) => world.remove('projects', 'p')],
  ];
  for (const [what, tenantIn, remove] of cases) {
    test(`does not outlive ${what}`, async () => {
      const world = await furnished();
      const tenant = tenantIn(world);
      const key = keyOf(world.target('configmaps', 'c', tenant));
      await world.make('configmaps', 'c', {}, tenant);
      let changed = 0;
      world.store.opposing = async (batch) => {
        const isRemoval = batch.some((write) => write.kind === 'delete' && write.key.name === 'c');
        const stored = world.store.get(key);
        if (!isRemoval || stored === undefined || changed >= changes) return;
        changed += 1;
        await world.store.commit([{ kind: 'put', key, record: stored.record, expect: stored.revision }]);
      };
      world.control();
      await remove(world);
      const owner = () => (tenant === platform ? world.read('namespaces', 'n') : world.read('projects', 'p'));
      await eventually(() => owner() === undefined, 'the end of the owner');
      assert.equal(changed, changes);
      assert.equal(world.store.get(key), undefined, 'an orphan');
      await world.close();
    });
  }
});

test('closing does not wait for the end of a large removal, and the next start goes on with it', async () => {
  const world = await furnished();
  const tenant = world.tenantOf('p');
  const id = tenant.id as ReturnType<typeof tenantOfProject>;
  const count = 3 * limits.removalStepEntries;
  await Promise.all(Array.from({ length: count }, (_, i) => world.make('configmaps', `c-${i}`, {}, tenant)));
  await world.remove('projects', 'p');
  let closing: Promise<void> | undefined;
  world.store.opposing = async (batch) => {
    if (batch[0]?.kind === 'delete') closing ??= world.close();
  };
  world.control();
  await eventually(() => closing !== undefined, 'the first removal');
  await closing;
  world.store.opposing = undefined;
  const left = world.store.counter(id, '', 'configmaps').objects;
  assert.equal(left, count - limits.removalStepEntries, 'one step was made');
  assert.ok(world.read('projects', 'p'));
  world.control();
  await eventually(() => world.read('projects', 'p') === undefined, 'the end of the project');
  assert.deepEqual(world.store.resourcesOf(id), []);
  await world.close();
});

test('a deletion goes on in a control plane that was marked when nobody looked', async () => {
  const world = await furnished();
  const { id } = world.tenantOf('p');
  await world.make('configmaps', 'c', {}, world.tenantOf('p'));
  await world.remove('projects', 'p');
  const stored = world.store.get(keyOf(world.target('projects', 'p')));
  assert.ok(stored !== undefined && isDeleting(stored.record));
  world.control();
  await eventually(() => world.read('projects', 'p') === undefined, 'the end of the project');
  assert.deepEqual(world.store.resourcesOf(id as ReturnType<typeof tenantOfProject>), []);
  await world.close();
});
