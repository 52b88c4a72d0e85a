/** What a schema does to custom resources, from the request to what is stored, shown and applied. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, ApiServer } from '../api-client.ts';
import { type Manifest, must } from './control-planes.ts';

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await must(server.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition), 201);
});
after(() => server.stop());

const string = { type: 'string' };
const definition: Manifest = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'boats.harbour.example' },
  spec: {
    group: 'harbour.example',
    scope: 'Namespaced',
    names: { plural: 'boats', kind: 'Boat' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: { specReplicasPath: '.spec.crew', statusReplicasPath: '.status.crew' },
        },
        selectableFields: [{ jsonPath: '.spec.home' }],
        additionalPrinterColumns: [
          { name: 'Home', type: 'string', jsonPath: '.spec.home' },
          { name: 'Masts', type: 'integer', jsonPath: '.spec.masts[*].metres', priority: 1 },
          { name: 'Afloat', type: 'string', jsonPath: '.status.conditions[?(@.type=="Afloat")].status' },
          { name: 'Built', type: 'date', jsonPath: '.spec.built' },
        ],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['home'],
                properties: {
                  home: { ...string, maxLength: 8 },
                  colour: { ...string, default: 'white', enum: ['white', 'blue'] },
                  crew: { type: 'integer', format: 'int64' },
                  length: { type: 'number', minimum: 1 },
                  draught: { 'x-kubernetes-int-or-string': true },
                  built: { ...string, format: 'date-time', nullable: true },
                  masts: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['name'],
                    items: {
                      type: 'object',
                      required: ['name'],
                      properties: { name: string, metres: { type: 'integer' } },
                    },
                  },
                  cargo: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                },
              },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      },
    ],
  },
};

const boats = '/apis/harbour.example/v1/namespaces/default/boats';
const boat = (name: string, spec: object): Manifest => ({
  apiVersion: 'harbour.example/v1',
  kind: 'Boat',
  metadata: { name },
  spec,
});
const causesOf = ({ status, json }: Answer): string[] => {
  assert.equal(status, 422, json?.message);
  return json.details.causes.map(({ field, message }: Manifest) => `${field}: ${message}`).sort();
};

test('unknown fields go, and what is missing comes', async () => {
  const answer = await server.post(
    boats,
    boat('a', { home: 'Kiel', sails: 3, cargo: { a: { b: 1 } }, built: null }),
  );
  const created = await must(Promise.resolve(answer), 201);
  assert.deepEqual(created.spec, { home: 'Kiel', colour: 'white', cargo: { a: { b: 1 } }, built: null });
  assert.match(String(answer.headers.warning), /unknown field \\"spec.sails\\"/);
  assert.deepEqual((await must(server.get(`${boats}/a`), 200)).spec, created.spec);
});

test('strictly read, they are refused', async () => {
  const { status, json } = await server.post(
    `${boats}?fieldValidation=Strict`,
    boat('b', { home: 'Kiel', sails: 3, masts: [{ name: 'main', wood: 'oak' }] }),
  );
  assert.equal(status, 400);
  assert.match(
    json.message,
    /strict decoding error: unknown field "spec.masts\[0\].wood", unknown field "spec.sails"/,
  );
});

test('values are judged, each by its field', async () => {
  const check = async (spec: object, ...expected: string[]): Promise<void> =>
    assert.deepEqual(causesOf(await server.post(boats, boat('c', spec))), expected);
  await check({}, 'spec.home: Required value');
  await check({ home: 'Wilhelmshaven' }, 'spec.home: Too long: may not be more than 8 bytes');
  await check(
    { home: 'Kiel', colour: 'red' },
    'spec.colour: Unsupported value: "red": supported values: "white", "blue"',
  );
  await check(
    { home: 'Kiel', crew: '3' },
    '.spec.crew: Invalid value: 0: .spec.crew accessor error: 3 is of the type string, expected int64',
    'spec.crew: Invalid value: "string": spec.crew in body must be of type integer: "string"',
  );
  await check(
    { home: 'Kiel', masts: [{ name: 'a' }, { name: 'a' }] },
    'spec.masts[1]: Duplicate value: {"name":"a"}',
  );
  await check(
    { home: 'Kiel', built: 'yesterday' },
    'spec.built: Invalid value: "yesterday": spec.built in body must be of type date-time: "yesterday"',
  );
});

test('a large integer stays what it is', async () => {
  const body = JSON.stringify(boat('big', { home: 'Kiel' })).replace(
    '"Kiel"',
    '"Kiel","crew":0,"draught":9007199254740993',
  );
  const { text } = await server.send(boats, { method: 'POST', body });
  assert.match(text, /"draught":9007199254740993/);
});

test('tables have the columns of the definition', async () => {
  await must(
    server.post(
      boats,
      boat('t', { home: 'Husum', built: '2001-01-01T00:00:00Z', masts: [{ name: 'main', metres: 12 }] }),
    ),
    201,
  );
  const status = {
    status: {
      conditions: [
        { type: 'Dry', status: 'No' },
        { type: 'Afloat', status: 'True' },
      ],
    },
  };
  await must(server.patch(`${boats}/t/status`, status), 200);
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
  const { json } = await server.get(`${boats}/t`, { accept });
  assert.deepEqual(
    json.columnDefinitions.map(({ name, type, priority }: Manifest) => `${name} ${type} ${priority}`),
    ['Name string 0', 'Home string 0', 'Masts integer 1', 'Afloat string 0', 'Built date 0'],
  );
  const [name, home, masts, afloat, built] = json.rows[0].cells;
  assert.deepEqual([name, home, masts, afloat], ['t', 'Husum', 12, 'True']);
  assert.match(built, /^\d+y/);
});

test('fields that are selectable select', async () => {
  const { items } = await must(server.get(`${boats}?fieldSelector=spec.home%3DHusum`), 200);
  assert.deepEqual(
    items.map(({ metadata }: Manifest) => metadata.name),
    ['t'],
  );
});

test('appliers share a list by its keys', async () => {
  const apply = (manager: string, spec: object): Promise<Answer> =>
    server.send(`${boats}/s?fieldManager=${manager}`, {
      method: 'PATCH',
      type: 'application/apply-patch+yaml',
      body: boat('s', spec),
    });
  await must(apply('one', { home: 'Kiel', masts: [{ name: 'fore', metres: 8 }] }), 201);
  const both = await must(apply('two', { home: 'Kiel', masts: [{ name: 'main', metres: 9 }] }), 200);
  assert.deepEqual(both.spec.masts, [
    { name: 'fore', metres: 8 },
    { name: 'main', metres: 9 },
  ]);
  const conflict = await apply('two', { home: 'Kiel', masts: [{ name: 'fore', metres: 1 }] });
  assert.equal(conflict.status, 409);
  assert.match(conflict.json.message, /\.spec\.masts\[name="fore"\]\.metres/);
});

test('what was wrong before a definition forbade it may stay, not come', async () => {
  const stricter = structuredClone(definition);
  await must(server.post(boats, boat('old', { home: 'Kiel', length: 2 })), 201);
  stricter.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.length.minimum = 5;
  const crd = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/boats.harbour.example';
  await must(server.patch(crd, { spec: { versions: stricter.spec.versions } }), 200);
  await must(server.patch(`${boats}/old`, { spec: { home: 'Husum' } }), 200);
  const small = 'spec.length in body should be greater than or equal to 5';
  assert.deepEqual(causesOf(await server.patch(`${boats}/old`, { spec: { length: 3 } })), [
    `spec.length: Invalid value: 3: ${small}`,
  ]);
});

test('what rules find in what an update leaves as it was is a warning', async () => {
  await must(server.post(boats, boat('ruled', { home: 'Kiel', crew: 1 })), 201);
  const ruled = structuredClone(definition);
  const { spec } = ruled.spec.versions[0].schema.openAPIV3Schema.properties;
  spec.properties.crew['x-kubernetes-validations'] = [{ rule: 'self > 1', message: 'nobody sails alone' }];
  const crd = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/boats.harbour.example';
  await must(server.patch(crd, { spec: { versions: ruled.spec.versions } }), 200);
  const found = 'spec.crew: Invalid value: 1: nobody sails alone';
  for (const [path, body] of [
    ['', { spec: { home: 'Husum' } }],
    ['/status', { status: { afloat: true } }],
  ] as const) {
    const { status, headers } = await server.patch(`${boats}/ruled${path}`, body);
    assert.equal(status, 200);
    assert.equal(headers.warning, `299 - "${found}"`, path);
  }
  const alone = await server.patch(`${boats}/ruled`, { spec: { crew: 0 } });
  assert.deepEqual(causesOf(alone), ['spec.crew: Invalid value: 0: nobody sails alone']);
  assert.equal(alone.headers.warning, undefined);
});

test('what is wrong with metadata may hold rules back, as any other field', async () => {
  const long = boat('long', { home: 'Kiel', crew: 1 });
  long.metadata.annotations = { long: 'x'.repeat(262_145) };
  assert.deepEqual(causesOf(await server.post(boats, long)), [
    '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
    'metadata.annotations: Too long: may not be more than 262144 bytes',
  ]);
  const misnamed = boat('Upper', { home: 'Kiel', crew: 1 });
  const causes = causesOf(await server.post(boats, misnamed));
  assert.equal(causes.length, 2);
  assert.equal(causes[1], 'spec.crew: Invalid value: 1: nobody sails alone');
});

test('OpenAPI publishes the schema in both dialects', async () => {
  const v3 = await must(server.get('/openapi/v3/apis/harbour.example/v1'), 200);
  const { spec, metadata } = v3.components.schemas['example.harbour.v1.Boat'].properties;
  assert.equal(spec.properties.colour.default, 'white');
  assert.deepEqual(spec.properties.draught.anyOf, [{ type: 'integer' }, { type: 'string' }]);
  assert.ok(JSON.stringify(metadata).includes('ObjectMeta'));
  const v2 = await must(server.get('/openapi/v2'), 200);
  const boatV2 = v2.definitions['example.harbour.v1.Boat'].properties;
  assert.equal(boatV2.spec.properties.draught.anyOf, undefined);
  assert.equal(boatV2.status.type, undefined);
  for (const [path, version] of [
    ['/openapi/v3/apis/harbour.example/v1', 'v3'],
    ['/openapi/v2', 'v2'],
  ]) {
    const accept = `application/com.github.proto-openapi.spec.${version}@v1.0+protobuf`;
    const { status, bytes } = await server.get(path!, { accept });
    assert.equal(status, 200);
    assert.ok(bytes.includes('example.harbour.v1.Boat'));
  }
});
