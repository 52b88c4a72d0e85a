/** Projects by phase, and for how long the oldest deletion has been asked for. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { limits } from '../apimachinery/limits.ts';
import { projectDefinition } from '../apis/resourcemanager/v1alpha1/project/project-definition.ts';
import { exposition } from '../metrics/exposition.ts';
import { Registry } from '../metrics/registry.ts';
import { ReferenceStore } from '../storage/conformance/reference-store.ts';
import { committed, put } from '../storage/conformance/sample.ts';
import { StorageError } from '../storage/errors.ts';
import { deletingIndex, deletingValue } from '../storage/index-names.ts';
import { tenantOfPlatform } from '../storage/keys.ts';
import { encodeRecord, serializeObject } from '../storage/record.ts';
import type { Write } from '../storage/store.ts';
import { projectCounts } from './project-counts.ts';

const { group, resource } = projectDefinition.storage;
const nowMs = Date.parse('2026-01-01T12:00:00Z');

function projectOf(name: string, deletionTimestamp?: string): Write {
  const metadata = { name, uid: 'u', ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }) };
  const { json, rvOffset } = serializeObject({ apiVersion: 'g/v1', kind: 'Project', metadata });
  const isDeleting = deletionTimestamp !== undefined;
  const indexes = isDeleting
    ? [{ name: deletingIndex, value: deletingValue({ group, resource }), scope: 'store' as const }]
    : [];
  const record = encodeRecord(
    { uid: 'u', deleting: isDeleting, labels: {}, fields: {}, indexes },
    json,
    rvOffset,
  );
  return put({ tenant: tenantOfPlatform, group, resource, namespace: '', name }, record);
}

async function told(projects: readonly Write[]): Promise<readonly string[]> {
  const store = new ReferenceStore();
  if (projects.length > 0) await committed(store, ...projects);
  const registry = new Registry(limits);
  projectCounts(registry, store, { now: () => nowMs });
  const text = (await exposition(registry)).toString();
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

function check(name: string, projects: readonly Write[], active: number, going: number, age: number): void {
  test(name, async () => {
    assert.deepEqual(await told(projects), [
      `milo_project_deletion_age_seconds ${age}`,
      `milo_projects{phase="Active"} ${active}`,
      `milo_projects{phase="Terminating"} ${going}`,
    ]);
  });
}

check('none', [], 0, 0, 0);
check('active ones', [projectOf('a'), projectOf('b')], 2, 0, 0);
check(
  'the longest deletion counts',
  [projectOf('a'), projectOf('b', '2026-01-01T11:59:00Z'), projectOf('c', '2026-01-01T11:00:00Z')],
  1,
  2,
  3_600,
);
const many = Array.from({ length: limits.countStepEntries + 5 }, (_, i) =>
  projectOf(`p${i}`, '2026-01-01T11:59:59Z'),
);
check('more than fit one step', many, 0, many.length, 1);

test('where a project cannot be read, all figures stay as they were', async () => {
  const store = new ReferenceStore();
  await committed(store, projectOf('a'), projectOf('b', '2026-01-01T11:59:00Z'));
  const failures: unknown[] = [];
  const registry = new Registry(limits, (error) => failures.push(error));
  projectCounts(registry, store, { now: () => nowMs });
  const before = (await exposition(registry)).toString();
  await committed(store, projectOf('c'));
  mock.method(store, 'get', () => {
    throw new StorageError('corrupt', 'a record cannot be read');
  });
  assert.equal((await exposition(registry)).toString(), before);
  assert.equal(failures.length, 1);
});
