/** Webhooks and policies about subresources of custom resources: in the form of the endpoint, and changed in it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer } from '../api-client.ts';
import { allow, deny, patchOf } from './webhook-server.ts';
import { configure, server, webhooks } from './webhook-setting.ts';

test('a custom resource with endpoints of its own', async () => {
  const made = await server.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'crews.shop.io' },
    spec: {
      group: 'shop.io',
      names: { plural: 'crews', kind: 'Crew' },
      scope: 'Namespaced',
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: {
                  type: 'object',
                  properties: { replicas: { type: 'integer' }, name: { type: 'string' } },
                },
                status: {
                  type: 'object',
                  properties: { replicas: { type: 'integer' }, phase: { type: 'string' } },
                },
              },
            },
          },
          subresources: {
            status: {},
            scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
          },
        },
      ],
    },
  });
  assert.equal(made.status, 201, made.text);
});

let crews = 0;
async function newCrew(): Promise<string> {
  const name = `crew${crews++}`;
  const made = await server.post('/apis/shop.io/v1/namespaces/default/crews', {
    apiVersion: 'shop.io/v1',
    kind: 'Crew',
    metadata: { name },
    spec: { replicas: 1, name: 'a' },
  });
  assert.equal(made.status, 201, made.text);
  return `/apis/shop.io/v1/namespaces/default/crews/${name}`;
}
const rule = (resource: string): object => ({ apiGroups: ['shop.io'], resources: [resource] });
const scaleTo = (at: string, replicas: number): Promise<Answer> =>
  server.patch(`${at}/scale`, { spec: { replicas } });

test('a scale is sent as a Scale, and a changed one changes the object', async () => {
  const at = await newCrew();
  const { path, end } = await configure(
    'Mutating',
    ({ object }) => patchOf([{ op: 'replace', path: '/spec/replicas', value: object.spec.replicas + 10 }]),
    { rule: rule('crews/scale') },
  );
  const scaled = await scaleTo(at, 2);
  assert.equal(scaled.status, 200, scaled.text);
  assert.equal(scaled.json.kind, 'Scale');
  assert.equal(scaled.json.spec.replicas, 12);
  assert.deepEqual((await server.get(at)).json.spec, { replicas: 12, name: 'a' });
  const [review] = webhooks.reviewsAt(path);
  assert.deepEqual(review.kind, { group: 'autoscaling', version: 'v1', kind: 'Scale' });
  assert.deepEqual(review.resource, { group: 'shop.io', version: 'v1', resource: 'crews' });
  assert.equal(review.subResource, 'scale');
  assert.equal(review.object.spec.replicas, 2);
  assert.equal(review.oldObject.spec.replicas, 1);
  await end();
});

test('a Scale that a webhook makes invalid is refused', async () => {
  const at = await newCrew();
  const { end } = await configure(
    'Mutating',
    patchOf([{ op: 'replace', path: '/spec/replicas', value: -1 }]),
    {
      rule: rule('crews/scale'),
    },
  );
  assert.equal((await scaleTo(at, 2)).status, 422);
  assert.equal((await server.get(at)).json.spec.replicas, 1);
  await end();
});

test('a status is changed in its endpoint, and nothing else is', async () => {
  const at = await newCrew();
  const { end } = await configure(
    'Mutating',
    patchOf([
      { op: 'add', path: '/status/phase', value: 'Seen' },
      { op: 'replace', path: '/spec/name', value: 'stolen' },
    ]),
    { rule: rule('crews/status') },
  );
  const written = await server.patch(`${at}/status`, { status: { replicas: 3 } });
  assert.equal(written.status, 200, written.text);
  assert.deepEqual(written.json.status, { replicas: 3, phase: 'Seen' });
  assert.deepEqual(written.json.spec, { replicas: 1, name: 'a' });
  await end();
});

test('who is asked about the object is not asked about its endpoints', async () => {
  const at = await newCrew();
  const { path, end } = await configure('Validating', deny(), { rule: rule('crews') });
  assert.equal((await scaleTo(at, 2)).status, 200);
  assert.equal((await server.patch(`${at}/status`, { status: { phase: 'x' } })).status, 200);
  assert.deepEqual(webhooks.reviewsAt(path), []);
  assert.equal((await server.patch(at, { spec: { name: 'b' } })).status, 400);
  await end();
});

test('fields that the kind does not have are pruned from what a webhook adds', async () => {
  const { end } = await configure(
    'Mutating',
    patchOf([{ op: 'add', path: '/spec/unknown', value: { a: 1 } }]),
    {
      rule: rule('crews'),
    },
  );
  const at = await newCrew();
  assert.deepEqual((await server.get(at)).json.spec, { replicas: 1, name: 'a' });
  await end();
});

test('a policy about scales', async () => {
  const at = await newCrew();
  const registration = '/apis/admissionregistration.k8s.io/v1';
  const spec = {
    matchConstraints: {
      resourceRules: [
        { apiGroups: ['shop.io'], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['crews/scale'] },
      ],
    },
    validations: [
      {
        expression:
          "object.spec.replicas <= 5 && request.subResource == 'scale' && oldObject.kind == 'Scale'",
        message: 'too many',
      },
    ],
  };
  await server.post(`${registration}/validatingadmissionpolicies`, { metadata: { name: 'scales' }, spec });
  await server.post(`${registration}/validatingadmissionpolicybindings`, {
    metadata: { name: 'scales' },
    spec: { policyName: 'scales', validationActions: ['Deny'] },
  });
  assert.equal((await scaleTo(at, 5)).status, 200);
  const refused = await scaleTo(at, 6);
  assert.equal(refused.status, 422);
  assert.match(refused.json.message, /^crews\.shop\.io "crew\d+" is forbidden: .*: too many$/);
  const { end } = await configure('Validating', allow, { rule: rule('crews/*') });
  assert.equal((await scaleTo(at, 4)).status, 200);
  await end();
});
