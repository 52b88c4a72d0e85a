import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { dump } from 'js-yaml';
import { UsageError } from '../run/usage-error.ts';
import type { SomeObject } from './http-client.ts';
import { Tenancy, type TenancyOptions } from './tenancy.ts';
import { readTenancy } from './tenancy-description.ts';

const directory = mkdtempSync(join(tmpdir(), 'milo-bench-tenancy-'));
after(() => rmSync(directory, { recursive: true }));

test('each known server addresses a tenant in its way', () => {
  const check = (name: string, options: TenancyOptions, expected: readonly string[]): void => {
    const tenancy = new Tenancy(readTenancy(name), options);
    const namespace = tenancy.namespaceOf('one');
    const paths = [tenancy.objectPath('one'), tenancy.configMapPath('one', namespace, 'map')];
    assert.deepEqual([...paths, tenancy.furtherNamespaceOf('one', 'lists')], expected);
  };
  const manager = '/apis/resourcemanager.miloapis.com/v1alpha1/projects';
  const inDefault = 'api/v1/namespaces/default/configmaps/map';
  check('milo', {}, [`${manager}/one`, `/projects/one/control-plane/${inDefault}`, 'lists']);
  check('original-milo', { basePath: '/base', namePrefix: 'run-' }, [
    `/base${manager}/run-one`,
    `/base${manager}/run-one/control-plane/${inDefault}`,
    'lists',
  ]);
  check('namespaces', { namePrefix: 'run-' }, [
    '/api/v1/namespaces/run-one',
    '/api/v1/namespaces/run-one/configmaps/map',
    'run-one-lists',
  ]);
  check('kcp', { basePath: '/clusters/root:mine' }, [
    '/clusters/root/apis/tenancy.kcp.io/v1alpha1/workspaces/one',
    `/clusters/root:one/${inDefault}`,
    'lists',
  ]);
});

test('every file of bench/tenancies/ is a description', () => {
  const folder = fileURLToPath(new URL('../../../bench/tenancies/', import.meta.url));
  const files = readdirSync(folder);
  assert.ok(files.length >= 5);
  for (const file of files) assert.ok(readTenancy(file.replace(/\.yaml$/, '')).collection.startsWith('/'));
});

test('a tenant is ready by a condition, or by a field', () => {
  const check = (name: string, status: unknown, isReady: boolean): void => {
    const object = { metadata: {}, status } as SomeObject;
    assert.equal(new Tenancy(readTenancy(name)).isReady(object), isReady);
  };
  check('milo', undefined, false);
  check('milo', { conditions: [{ type: 'Ready', status: 'False' }] }, false);
  check('milo', { conditions: [{ type: 'Ready', status: 'True' }] }, true);
  check('kcp', undefined, false);
  check('kcp', { phase: 'Initializing' }, false);
  check('kcp', { phase: 'Ready' }, true);
});

test('of tenants that share an API, only what lies in their namespaces is listed', () => {
  const resources = [
    { prefix: '/api/v1', name: 'nodes', namespaced: false },
    { prefix: '/api/v1', name: 'secrets', namespaced: true },
  ];
  const check = (name: string, expected: readonly string[]): void =>
    assert.deepEqual(new Tenancy(readTenancy(name)).listPaths('one', resources), expected);
  check('namespaces', ['/api/v1/namespaces/one/secrets']);
  check('milo', ['/projects/one/control-plane/api/v1/nodes', '/projects/one/control-plane/api/v1/secrets']);
});

test('a wrong description is refused in one sentence that names the field', () => {
  const good = {
    collection: '/tenants',
    object: { metadata: { name: '{tenant}' } },
    ready: { condition: 'Ready' },
    prefix: '/t/{tenant}',
    namespace: 'default',
  };
  const read = (description: unknown): unknown => {
    const file = join(directory, 'tenancy.yaml');
    writeFileSync(file, dump(description));
    return readTenancy(file);
  };
  assert.ok(read(good));
  const check = (sentence: RegExp, description: unknown): void => {
    assert.throws(
      () => read(description),
      (error) => error instanceof UsageError && sentence.test(error.message) && !error.message.includes('\n'),
    );
  };
  check(/is not a description/, ['good']);
  check(/unknown field "prefixes"/, { ...good, prefixes: '' });
  check(/needs a path as collection/, { ...good, collection: 'tenants' });
  check(/holds \{tenant\} as object/, { ...good, object: { metadata: { name: 'one' } } });
  check(/as ready/, { ...good, ready: { field: 'status.phase' } });
  check(/as finishDeletion/, { ...good, finishDeletion: [{ method: 'GET', path: '/' }] });
  check(/neither in prefix nor in namespace/, { ...good, prefix: '' });
  assert.throws(() => readTenancy('nowhere'), /neither a file nor one of kcp, milo, namespaces/);
});
