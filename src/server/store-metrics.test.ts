/** By which names commits are told: those of what is built in or the platform's at that moment, and one for all others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JsonSyntaxError } from '../apimachinery/codec/json-parser.ts';
import type { ResourceDefinition } from '../apimachinery/resource-definition.ts';
import { exposition } from '../metrics/exposition.ts';
import { Registry } from '../metrics/registry.ts';
import type { StorageForm } from '../registry/definition-table.ts';
import type { Definitions } from '../registry/definitions.ts';
import { StoreActivity } from '../storage/activity.ts';
import { StorageError } from '../storage/errors.ts';
import { tenantOfProject } from '../storage/keys.ts';
import type { Store } from '../storage/store.ts';
import { ResourceNames } from './resource-names.ts';
import { commitMetrics } from './store-metrics.ts';

type Found = Pick<ResourceDefinition, 'writtenBy' | 'definedBy'> | undefined;

function check(what: string, stored: () => Found, told: string): void {
  test(`${what} is told as ${told === '' ? 'itself' : told}`, async () => {
    const registry = new Registry({ metricSeries: 1_000, metricSamples: 1_000 });
    const activity = new StoreActivity();
    const definitions = {
      of: () => ({
        stored: () => {
          const definition = stored();
          return definition && ({ definition } as StorageForm);
        },
      }),
    } as unknown as Definitions;
    commitMetrics(registry, { activity } as Store, new ResourceNames(definitions));
    const key = { tenant: tenantOfProject('p', 'u'), group: 'g.example', resource: 'things' };
    for (let i = 0; i < 2; i++) activity.onCommit?.({ kind: 'put', key, expect: 0 }, 0.1, false);
    const text = (await exposition(registry)).toString();
    const labels = told === '' ? 'group="g.example",resource="things"' : `group="",resource="${told}"`;
    assert.deepEqual(
      text.split('\n').filter((line) => line.startsWith('etcd_requests_total')),
      [`etcd_requests_total{operation="create",${labels}} 2`],
    );
  });
}

check('what is built in', () => ({}), '');
check('what the platform gives', () => ({ writtenBy: 'v1/x', definedBy: 'Platform' }), '');
check('what a project defines', () => ({ writtenBy: 'v1/x', definedBy: 'Project' }), 'project-defined');
check('what nobody defines any more', () => undefined, 'project-defined');
const unreadable = (): never => {
  throw new StorageError('corrupt', 'a definition cannot be read');
};
check('what cannot be found out', unreadable, 'project-defined');
const unparsable = (): never => {
  throw new JsonSyntaxError('a definition is no JSON', 0);
};
check('what cannot be understood', unparsable, 'project-defined');
