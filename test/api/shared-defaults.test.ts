/**
 * What every control plane shows from its start and nobody stored: read like any object, changed for one control plane
 * alone, and there again when it was deleted.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openStore } from '../../src/storage/backends/registry.ts';
import { tenantOfProject } from '../../src/storage/keys.ts';
import type { ObjectKey, TenantId } from '../../src/storage/store.ts';
import { type Answer, ApiServer, type EventStream } from '../api-client.ts';
import {
  configmap,
  createOrganization,
  createProject,
  group,
  type Manifest,
  must,
  namespace,
  plane,
  storedRows,
  until,
  untilGone,
} from './control-planes.ts';

let server: ApiServer;
let projects = 0;
before(async () => {
  server = await ApiServer.start();
  await createOrganization(server, 'acme');
});
after(() => server.stop());

async function freshProject(): Promise<string> {
  projects += 1;
  await createProject(server, `p${projects}`, 'Organization/acme');
  return plane(`p${projects}`);
}

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const flows = '/apis/flowcontrol.apiserver.k8s.io/v1';
const namespaces = '/api/v1/namespaces';
const roles = `${rbac}/clusterroles`;
const kinds = [
  namespaces,
  roles,
  `${rbac}/clusterrolebindings`,
  `${flows}/flowschemas`,
  `${flows}/prioritylevelconfigurations`,
];
const names = (list: Manifest): string[] => list.items.map(({ metadata }: Manifest) => metadata.name);
const read = (path: string): Promise<Manifest> => must(server.get(path), 200);
const rule = (...resources: string[]): Manifest => ({ verbs: ['get'], apiGroups: [''], resources });
const role = (name: string, labels: object, ...rules: Manifest[]): Manifest => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name, labels },
  rules,
});
const event = ({ type, object }: Manifest): string => `${type} ${object.metadata.name}`;
const eventsOf = async (stream: EventStream, count: number): Promise<string[]> => {
  await stream.until((events) => events.length >= count);
  return stream.events.map(event);
};

describe('reading', () => {
  for (const [where, baseOf] of [
    ['the platform', async () => ''],
    ['a project', freshProject],
  ] as const) {
    test(`${where} shows them in lists, alone, and to a watch, alike`, async () => {
      const base = await baseOf();
      for (const kind of kinds) {
        const list = await read(`${base}${kind}`);
        assert.ok(list.items.length >= 4, kind);
        assert.deepEqual(names(list), names(list).toSorted());
        const stream = server.watch(`${base}${kind}`);
        await stream.until((events) => events.length >= list.items.length);
        stream.close();
        assert.deepEqual(
          stream.events.map(({ type }) => type),
          list.items.map(() => 'ADDED'),
        );
        assert.deepEqual(
          stream.events.map(({ object }) => object),
          await Promise.all(
            list.items.map(({ metadata }: Manifest) => read(`${base}${kind}/${metadata.name}`)),
          ),
        );
      }
    });
  }

  test('they are of the moment in which the control plane began', async () => {
    const base = await freshProject();
    const project = await read(`${group}/projects/p${projects}`);
    const { metadata } = await read(`${base}${roles}/view`);
    assert.equal(metadata.creationTimestamp, project.metadata.creationTimestamp);
    assert.equal(metadata.resourceVersion, String(project.status.startRevision));
    assert.deepEqual(
      metadata.managedFields.map(({ manager, time }: Manifest) => [manager, time]),
      [['milo', project.metadata.creationTimestamp]],
    );
  });

  test('in other forms: tables, metadata, YAML, protobuf', async () => {
    const base = await freshProject();
    const accept = (type: string, path: string): Promise<Answer> =>
      server.get(`${base}${path}`, { accept: type });
    const table = await accept('application/json;as=Table;g=meta.k8s.io;v=v1', `${flows}/flowschemas`);
    assert.deepEqual(table.json.rows[0].cells.slice(0, 4), ['catch-all', 'catch-all', 10_000, 'ByUser']);
    const partial = await accept(
      'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
      `${roles}/edit`,
    );
    assert.equal(partial.json.metadata.name, 'edit');
    assert.match(
      (await accept('application/yaml', `${namespaces}/kube-public`)).text,
      /^ {2}phase: Active$/m,
    );
    for (const path of [roles, `${roles}/edit`]) {
      const { status, bytes } = await accept('application/vnd.kubernetes.protobuf', path);
      assert.deepEqual([status, bytes.subarray(0, 3).toString()], [200, 'k8s']);
      assert.ok(bytes.includes('rbac-defaults'));
    }
  });

  test('selectors choose among them, and pages go through them', async () => {
    const base = await freshProject();
    const chosen = async (query: string) => names(await read(`${base}${roles}?${query}`));
    assert.deepEqual(await chosen('fieldSelector=metadata.name%3Dadmin'), ['admin']);
    assert.deepEqual(await chosen('labelSelector=rbac.authorization.k8s.io/aggregate-to-admin%3Dtrue'), [
      'edit',
      'system:aggregate-to-admin',
    ]);
    assert.deepEqual(names(await read(`${base}${namespaces}?fieldSelector=status.phase%3DTerminating`)), []);

    await must(server.post(`${base}${roles}`, role('b', {}, rule('pods'))), 201);
    await must(server.post(`${base}${roles}`, role('zz', {}, rule('pods'))), 201);
    await must(server.patch(`${base}${roles}/cluster-admin`, { metadata: { labels: { a: 'b' } } }), 200);
    const whole = await read(`${base}${roles}`);
    const seen: string[] = [];
    for (let token = ''; ; ) {
      const page = await read(`${base}${roles}?limit=3&continue=${token}`);
      seen.push(...names(page));
      const { continue: next = '', remainingItemCount = 0, resourceVersion } = page.metadata;
      assert.equal(resourceVersion, whole.metadata.resourceVersion);
      assert.equal(remainingItemCount, whole.items.length - seen.length);
      if (next === '') break;
      token = next;
    }
    assert.deepEqual(seen, names(whole));
    assert.deepEqual(seen, ['admin', 'b', ...seen.slice(2, -1), 'zz']);
  });

  test('they have the form of what is created', async () => {
    const base = await freshProject();
    const blank = ({ metadata, ...rest }: Manifest): Manifest => ({
      ...rest,
      metadata: {
        ...metadata,
        name: '',
        uid: '',
        resourceVersion: '',
        creationTimestamp: '',
        managedFields: '',
      },
    });
    for (const [path, name] of [
      [roles, 'system:discovery'],
      [`${rbac}/clusterrolebindings`, 'system:monitoring'],
      [`${flows}/flowschemas`, 'system-leader-election'],
      [`${flows}/prioritylevelconfigurations`, 'workload-low'],
    ]) {
      const shared = await read(`${base}${path}/${name}`);
      const { kind, apiVersion, metadata, ...rest } = shared;
      const { labels, annotations } = metadata;
      const copy = { kind, apiVersion, metadata: { name: 'copy', labels, annotations }, ...rest };
      const created = await must(server.post(`${base}${path}`, copy), 201);
      assert.equal(JSON.stringify(blank(created)), JSON.stringify(blank(shared)));
    }
  });
});

describe('writing', () => {
  test('what says nothing new stores nothing; each of them can be written', async () => {
    const base = await freshProject();
    const stored = await storedRows(server);
    const all: [string, Manifest][] = [];
    for (const kind of kinds) {
      for (const { metadata } of (await read(`${base}${kind}`)).items) {
        const path = `${base}${kind}/${metadata.name}`;
        all.push([path, await read(path)]);
      }
    }
    for (const [path, object] of all) assert.deepEqual(await must(server.put(path, object), 200), object);
    for (const [path] of all)
      await must(server.patch(`${path}?dryRun=All`, { metadata: { labels: { a: 'b' } } }), 200);
    assert.deepEqual(await storedRows(server), stored);
    for (const [path, { metadata }] of all) {
      const written = await must(server.patch(path, { metadata: { labels: { a: 'b' } } }), 200);
      assert.equal(written.metadata.uid, metadata.uid);
      assert.equal(written.metadata.creationTimestamp, metadata.creationTimestamp);
      assert.ok(Number(written.metadata.resourceVersion) > Number(metadata.resourceVersion));
    }
    assert.equal((await storedRows(server)).currentEntries - stored.currentEntries, all.length);
  });

  test('is of one control plane alone', async () => {
    const [one, two] = [await freshProject(), await freshProject()];
    const before = [await read(`${two}${roles}`), await read(roles)];
    await must(server.patch(`${one}${roles}/view`, { metadata: { annotations: { mine: 'yes' } } }), 200);
    await must(server.remove(`${one}${roles}/edit`), 200);
    const blank = ({ items }: Manifest) => items;
    assert.deepEqual([await read(`${two}${roles}`), await read(roles)].map(blank), before.map(blank));
    const uids = await Promise.all(
      [one, two, ''].map(async (base) => (await read(`${base}${roles}/admin`)).metadata.uid),
    );
    assert.equal(new Set(uids).size, 3);
  });

  test('a watch tells the first write as a change, by selectors too; the past stays as it was', async () => {
    const base = await freshProject();
    const path = `${base}${roles}`;
    const streams = [
      server.watch(`${path}?fieldSelector=metadata.name%3Dview`),
      server.watch(`${path}?labelSelector=mine`),
      server.watch(`${path}?labelSelector=!mine&fieldSelector=metadata.name%3Dview`),
    ];
    await Promise.all([eventsOf(streams[0]!, 1), eventsOf(streams[2]!, 1)]);
    const { metadata } = await read(path);
    const later = server.watch(`${path}?resourceVersion=${metadata.resourceVersion}`);
    await must(server.patch(`${path}/view`, { metadata: { labels: { mine: 'yes' } } }), 200);
    assert.deepEqual(await eventsOf(streams[0]!, 2), ['ADDED view', 'MODIFIED view']);
    assert.deepEqual(await eventsOf(streams[1]!, 1), ['ADDED view']);
    assert.deepEqual(await eventsOf(streams[2]!, 2), ['ADDED view', 'DELETED view']);
    assert.deepEqual(await eventsOf(later, 1), ['MODIFIED view']);
    for (const stream of [...streams, later]) stream.close();
    const exact = `resourceVersion=${metadata.resourceVersion}&resourceVersionMatch=Exact`;
    assert.deepEqual(names(await read(`${path}?labelSelector=mine&${exact}`)), []);
    assert.ok(names(await read(`${path}?${exact}`)).includes('view'));
  });

  test('a create finds the name taken', async () => {
    const base = await freshProject();
    const { json, status } = await server.post(`${base}${roles}`, role('view', {}, rule('pods')));
    assert.equal(status, 409);
    assert.equal(json.message, 'clusterroles.rbac.authorization.k8s.io "view" already exists');
  });

  test('of racing first writes none is lost', async () => {
    const base = await freshProject();
    const keys = Array.from({ length: 12 }, (_, i) => `k${i}`);
    const path = `${base}${namespaces}/kube-system`;
    await Promise.all(
      keys.map((key) => must(server.patch(path, { metadata: { annotations: { [key]: 'v' } } }), 200)),
    );
    assert.deepEqual(Object.keys((await read(path)).metadata.annotations).toSorted(), keys.toSorted());
  });

  test('whoever applies meets who made them', async () => {
    const base = await freshProject();
    const path = `${base}${roles}/system:discovery?fieldManager=me`;
    const mine = role('system:discovery', { mine: 'yes' }, { verbs: ['get'], nonResourceURLs: ['/only'] });
    const apply = (query: string) =>
      server.send(`${path}${query}`, { method: 'PATCH', body: mine, type: 'application/apply-patch+yaml' });
    const refused = await apply('');
    assert.equal(refused.status, 409);
    assert.match(refused.json.message, /conflict with "milo" using rbac.authorization.k8s.io\/v1: \.rules/);
    const forced = await must(apply('&force=true'), 200);
    assert.deepEqual(forced.rules, mine.rules);
    assert.deepEqual(
      forced.metadata.managedFields.map(({ manager, operation }: Manifest) => [manager, operation]),
      [
        ['me', 'Apply'],
        ['milo', 'Update'],
      ],
    );
  });

  test('what nobody may change of flow control stays', async () => {
    const base = await freshProject();
    const change = (path: string, spec: object) => server.patch(`${base}${flows}/${path}`, { spec });
    await must(change('flowschemas/catch-all', { matchingPrecedence: 9 }), 422);
    await must(change('prioritylevelconfigurations/catch-all', { limited: { lendablePercent: 1 } }), 422);
    const level = await must(
      change('prioritylevelconfigurations/system', { limited: { lendablePercent: 1 } }),
      200,
    );
    assert.equal(level.metadata.generation, 2);
  });

  test('survives a restart', async () => {
    const base = await freshProject();
    await must(server.patch(`${base}${roles}/view`, { metadata: { labels: { kept: 'yes' } } }), 200);
    const before = await read(`${base}${roles}`);
    await server.restart();
    assert.deepEqual((await read(`${base}${roles}`)).items, before.items);
  });
});

describe('namespaces', () => {
  for (const name of ['default', 'kube-node-lease', 'kube-public', 'kube-system']) {
    test(`${name} takes objects, and is not deleted, written or not`, async () => {
      const base = await freshProject();
      const path = `${base}${namespaces}/${name}`;
      await must(server.post(`${path}/configmaps`, configmap('a')), 201);
      for (let times = 0; times < 2; times++) {
        const { status, json } = await server.remove(path);
        assert.equal(status, 403);
        assert.equal(json.message, `namespaces "${name}" is forbidden: this namespace may not be deleted`);
        await must(server.patch(path, { metadata: { labels: { a: 'b' } } }), 200);
      }
      await must(server.post(`${path}/configmaps`, configmap('b')), 201);
      assert.equal((await read(path)).metadata.labels['kubernetes.io/metadata.name'], name);
    });
  }

  test('of the platform are there too', async () => {
    const all = names(await read(namespaces));
    for (const name of ['default', 'kube-node-lease', 'kube-public', 'kube-system', 'milo-system'])
      assert.ok(all.includes(name), name);
    await must(server.post(`${namespaces}/kube-public/configmaps`, configmap('a')), 201);
    assert.equal(
      (await read(`${namespaces}/kube-system`)).metadata.labels['miloapis.com/project-default'],
      undefined,
    );
  });
});

describe('deleting', () => {
  test('makes it anew: another uid, the first content, a change to watches', async () => {
    const base = await freshProject();
    const path = `${base}${roles}/edit`;
    const first = await read(path);
    const stream = server.watch(`${base}${roles}?fieldSelector=metadata.name%3Dedit`);
    await eventsOf(stream, 1);
    let uid = first.metadata.uid;
    for (const change of [
      undefined,
      { metadata: { labels: { mine: 'yes' } }, aggregationRule: null, rules: [] },
    ]) {
      if (change !== undefined) await must(server.patch(path, change), 200);
      const answer = await must(server.remove(path), 200);
      assert.deepEqual([answer.status, answer.details.uid], ['Success', uid]);
      const { metadata, rules, aggregationRule } = await read(path);
      assert.notEqual(metadata.uid, uid);
      assert.deepEqual([rules, aggregationRule], [first.rules, first.aggregationRule]);
      assert.deepEqual(metadata.labels, first.metadata.labels);
      uid = metadata.uid;
    }
    assert.deepEqual(await eventsOf(stream, 4), [
      'ADDED edit',
      'MODIFIED edit',
      'MODIFIED edit',
      'MODIFIED edit',
    ]);
    assert.equal(stream.events.at(-1)?.object.metadata.uid, uid);
    stream.close();
    await must(server.remove(path, { preconditions: { uid: first.metadata.uid } }), 409);
  });

  test('waits for finalizers, of which the last makes it anew', async () => {
    const base = await freshProject();
    const path = `${base}${flows}/flowschemas/probes`;
    const { metadata } = await must(server.patch(path, { metadata: { finalizers: ['example.com/f'] } }), 200);
    const held = await must(server.remove(path), 200);
    assert.ok(held.metadata.deletionTimestamp !== undefined);
    await must(server.patch(path, { metadata: { finalizers: null } }), 200);
    const anew = await read(path);
    assert.deepEqual([anew.metadata.finalizers, anew.metadata.deletionTimestamp], [undefined, undefined]);
    assert.notEqual(anew.metadata.uid, metadata.uid);
  });

  test('a collection of them is there again', async () => {
    const base = await freshProject();
    const path = `${base}${rbac}/clusterrolebindings`;
    const own = { ...(await read(`${path}/cluster-admin`)), metadata: { name: 'own' } };
    await must(server.post(path, own), 201);
    const before = await read(path);
    assert.deepEqual(names(await must(server.remove(path), 200)), names(before));
    const rest = await read(path);
    assert.deepEqual(
      names(rest),
      names(before).filter((name) => name !== 'own'),
    );
    const uids = ({ items }: Manifest): string[] => items.map(({ metadata }: Manifest) => metadata.uid);
    assert.equal(new Set([...uids(before), ...uids(rest)]).size, before.items.length + rest.items.length);
  });

  test('takes along what depended on it, and not what depends on the new one', async () => {
    const base = await freshProject();
    const path = `${base}${roles}`;
    const owned = async (name: string): Promise<void> => {
      const { uid } = (await read(`${path}/view`)).metadata;
      const owner = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: 'view', uid };
      const dependent = role(name, {}, rule('pods'));
      dependent.metadata.ownerReferences = [owner];
      await must(server.post(path, dependent), 201);
    };
    await owned('old-a');
    await owned('old-b');
    const dependents = async () => names(await read(path)).filter((name) => /^(old|new)-/.test(name));
    await server.patch(`${path}/old-a`, { metadata: { labels: { looked: 'at' } } });
    assert.deepEqual(await dependents(), ['old-a', 'old-b']);
    await must(server.remove(`${path}/view`), 200);
    await owned('new-a');
    await untilGone(server, `${path}/old-a`);
    await untilGone(server, `${path}/old-b`);
    assert.deepEqual(await dependents(), ['new-a']);
    await must(server.remove(`${path}/view`, { propagationPolicy: 'Foreground' }), 200);
    await untilGone(server, `${path}/new-a`);
    const ended = ({ json }: Answer) => json.metadata.deletionTimestamp === undefined;
    await until(server, `${path}/view`, ended, 'anew');
  });
});

describe('aggregation', () => {
  const rulesOf = async (base: string, name: string): Promise<string> =>
    JSON.stringify((await read(`${base}${roles}/${name}`)).rules);
  const has =
    (word: string) =>
    ({ text }: Answer): boolean =>
      text.includes(word);

  test('shows what it comes to before anybody writes: nothing is to do', async () => {
    const base = await freshProject();
    const rules = await Promise.all(['view', 'edit', 'admin'].map((name) => rulesOf(base, name)));
    assert.ok(rules[1]?.includes(rules[0]!.slice(1, -1)) && rules[2]?.includes(rules[1]!.slice(1, -1)));
    await must(server.post(`${base}${roles}`, role('unconcerned', {}, rule('pods'))), 201);
    const stored = await storedRows(server);
    await must(server.patch(`${base}${roles}/unconcerned`, { metadata: { labels: { a: 'b' } } }), 200);
    assert.equal((await storedRows(server)).currentEntries, stored.currentEntries);
  });

  test('a role of a project joins those it is for, there alone, until it goes', async () => {
    const [base, other] = [await freshProject(), await freshProject()];
    const before = await rulesOf(base, 'admin');
    const widgets = role(
      'widgets',
      { 'rbac.authorization.k8s.io/aggregate-to-edit': 'true' },
      rule('widgets'),
    );
    await must(server.post(`${base}${roles}`, widgets), 201);
    await until(server, `${base}${roles}/edit`, has('widgets'), 'widgets');
    await until(server, `${base}${roles}/admin`, has('widgets'), 'widgets');
    assert.ok(!(await rulesOf(base, 'view')).includes('widgets'));
    assert.ok(!(await rulesOf(other, 'edit')).includes('widgets'));
    await must(server.remove(`${base}${roles}/widgets`), 200);
    await until(
      server,
      `${base}${roles}/admin`,
      ({ json }) => JSON.stringify(json.rules) === before,
      'as before',
    );
  });

  test('a default that was changed or made anew takes part', async () => {
    const base = await freshProject();
    const before = await rulesOf(base, 'admin');
    await must(server.patch(`${base}${roles}/system:aggregate-to-view`, { rules: [rule('gadgets')] }), 200);
    for (const name of ['view', 'edit', 'admin'])
      await until(server, `${base}${roles}/${name}`, has('gadgets'), 'gadgets');
    await must(server.remove(`${base}${roles}/system:aggregate-to-view`), 200);
    await until(
      server,
      `${base}${roles}/admin`,
      ({ json }) => JSON.stringify(json.rules) === before,
      'as before',
    );
    await must(server.patch(`${base}${roles}/edit`, { rules: [] }), 200);
    await until(server, `${base}${roles}/edit`, ({ json }) => json.rules?.length > 0, 'its rules again');
  });
});

test('a role that joined in the moment of a crash is found at the next start', async () => {
  const tenants: TenantId[] = [];
  const bases: string[] = [];
  for (let n = 0; n < 2; n++) {
    bases.push(await freshProject());
    const { name, uid } = (await read(`${group}/projects/p${projects}`)).metadata;
    tenants.push(tenantOfProject(name, uid));
  }
  const label = { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' };
  await must(server.post(`${bases[0]}${roles}`, role('late', label, rule('latecomers'))), 201);
  await server.restart(async (dataDir) => {
    const store = await openStore(`embedded:${dataDir}`);
    const [from, to] = tenants.map(
      (tenant): ObjectKey => ({
        tenant,
        group: 'rbac.authorization.k8s.io',
        resource: 'clusterroles',
        namespace: '',
        name: 'late',
      }),
    );
    const { record } = store.get(from!)!;
    assert.ok((await store.commit([{ kind: 'put', key: to!, record, expect: 0 }])).ok);
    await store.close();
  });
  for (const name of ['view', 'edit', 'admin'])
    await until(server, `${bases[1]}${roles}/${name}`, ({ text }) => text.includes('latecomers'), 'joined');
});

describe('a project that goes', () => {
  test('leaves nothing of what was written of them', async () => {
    const before = await storedRows(server);
    const base = await freshProject();
    for (const kind of kinds) {
      const [{ metadata }] = (await read(`${base}${kind}`)).items;
      await must(server.patch(`${base}${kind}/${metadata.name}`, { metadata: { labels: { a: 'b' } } }), 200);
    }
    await must(server.remove(`${base}${roles}/view`), 200);
    await must(server.post(`${base}${namespaces}/kube-system/configmaps`, configmap('a')), 201);
    await must(server.remove(`${group}/projects/p${projects}`), 200);
    await untilGone(server, `${group}/projects/p${projects}`);
    const { currentEntries, indexEntries, counterEntries } = await storedRows(server);
    const gone = { currentEntries, indexEntries, counterEntries, logEntries: before.logEntries };
    assert.deepEqual(gone, before);
  });

  test('shows them to the last, and takes no first write any more', async () => {
    const base = await freshProject();
    const project = `${group}/projects/p${projects}`;
    const widgets = role(
      'widgets',
      { 'rbac.authorization.k8s.io/aggregate-to-edit': 'true' },
      rule('widgets'),
    );
    widgets.metadata.finalizers = ['example.com/held'];
    await must(server.post(`${base}${roles}`, widgets), 201);
    await until(server, `${base}${roles}/admin`, ({ text }) => text.includes('widgets'), 'widgets');
    await must(server.remove(project), 200);
    const isMarked = ({ json }: Answer) => json.metadata.deletionTimestamp !== undefined;
    await until(server, `${base}${roles}/widgets`, isMarked, 'marked');
    for (const write of [
      server.patch(`${base}${roles}/view`, { metadata: { labels: { a: 'b' } } }),
      server.remove(`${base}${roles}/view`),
      server.patch(`${base}${namespaces}/kube-system`, { metadata: { labels: { a: 'b' } } }),
      server.post(`${base}${namespaces}`, namespace('late')),
    ]) {
      const refused = await must(write, 403);
      assert.equal(refused.details.causes[0].reason, 'ProjectTerminating');
    }
    assert.equal((await read(`${base}${namespaces}`)).items.length, 4);
    assert.ok((await read(`${base}${roles}`)).items.length > 10);
    await must(server.patch(`${base}${roles}/widgets`, { metadata: { finalizers: null } }), 200);
    await untilGone(server, project);
  });
});
