import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import { builtInDefinitions } from '../apis/definitions.ts';
import { must } from '../lib/assert.ts';
import { ReferenceStore } from '../storage/conformance/reference-store.ts';
import { tenantOfPlatform } from '../storage/keys.ts';
import { DefinitionTable } from './definition-table.ts';
import { serviceAddress } from './service-address.ts';
import { recordOf } from './stored-object.ts';

const definitions = new DefinitionTable(builtInDefinitions);
const groups: Readonly<Record<string, string>> = { endpointslices: 'discovery.k8s.io' };

/** The addresses that chance leads to, in order, or the refusal. */
async function found(objects: readonly [resource: string, object: object][], port = 443): Promise<string> {
  const store = new ReferenceStore();
  for (const [index, [resource, object]] of objects.entries()) {
    const group = groups[resource] ?? '';
    const form = must(definitions.stored({ group, resource }), resource);
    const name = resource === 'endpointslices' ? `s-${index}` : 'svc';
    const metadata = { name, namespace: 'ns', labels: { 'kubernetes.io/service-name': 'svc' } };
    const key = { tenant: tenantOfPlatform, group, resource, namespace: 'ns', name };
    const stored = { apiVersion: 'v1', kind: form.definition.kind, metadata, ...object } as KubeObject;
    await store.commit([{ kind: 'put', key, record: recordOf(form, stored, 0), expect: 0 }]);
  }
  const reference = { namespace: 'ns', name: 'svc', port };
  const addresses = new Set<string>();
  try {
    for (let chance = 0; chance < 1; chance += 0.01) {
      const { host, port: at } = serviceAddress(store, tenantOfPlatform, reference, () => chance);
      addresses.add(`${host}:${at}`);
    }
  } catch (error) {
    return (error as Error).message;
  }
  return [...addresses].join(' ');
}

function check(
  what: string,
  objects: readonly [resource: string, object: object][],
  expected: string,
  port?: number,
): void {
  void test(what, async () => assert.equal(await found(objects, port), expected));
}

const service = (spec: object): [string, object] => ['services', { spec }];
const web = service({ ports: [{ name: 'web', port: 443 }] });
const ports = [{ name: 'web', port: 8443 }];
const slice = (endpoints: readonly object[], given = ports): [string, object] => [
  'endpointslices',
  { addressType: 'IPv4', ports: given, endpoints },
];
const subsets = [{ addresses: [{ ip: '10.0.0.7' }], notReadyAddresses: [{ ip: '10.0.0.8' }], ports }];

check('no service', [], 'services "svc" not found');
check('a name outside', [service({ type: 'ExternalName', externalName: 'a.example' })], 'a.example:443');
check('a port that it does not have', [web], 'no service port 80 found for service "svc"', 80);
check('no endpoints', [web], 'no endpoints available for service "svc"');
check(
  'those that are ready, of all slices',
  [
    web,
    slice([{ addresses: ['10.0.0.1'] }, { addresses: ['10.0.0.2'], conditions: { ready: false } }]),
    slice([{ addresses: ['10.0.0.3'], conditions: { ready: true } }]),
  ],
  '10.0.0.1:8443 10.0.0.3:8443',
);
check(
  'slices without the port',
  [web, slice([{ addresses: ['10.0.0.1'] }], [{ name: 'metrics', port: 9090 }])],
  'no endpoints available for service "svc"',
);
check('Endpoints, where no slice has any', [web, ['endpoints', { subsets }]], '10.0.0.7:8443');
