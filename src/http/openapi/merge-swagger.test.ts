import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseJson } from '../../apimachinery/codec/json.ts';
import type { JsonObject, JsonValue } from '../../apimachinery/object-meta.ts';
import { encodeSwagger } from './gnostic-v2.ts';
import { mergeSwagger } from './merge-swagger.ts';
import { type RemoteSwagger, readSwagger } from './remote-swagger.ts';
import type { SwaggerDocument } from './v2-document.ts';

const version = { group: 'g.io', version: 'v1' };
const ref = (name: string): JsonObject => ({ $ref: `#/definitions/${name}` });
const kinds = (...groups: string[]): JsonObject => ({
  'x-kubernetes-group-version-kind': groups.map((group) => ({ group, version: 'v1', kind: 'Options' })),
});
const getting = (name: string, more: object = {}): JsonObject => ({
  get: { operationId: 'read', responses: { 200: { description: 'OK', schema: ref(name) } }, ...more },
});
const remote = (paths: JsonObject, definitions: JsonObject = {}, more: object = {}): RemoteSwagger =>
  readSwagger({ swagger: '2.0', paths, definitions, ...more } as JsonObject, version);
const local = (definitions: object): SwaggerDocument => ({
  swagger: '2.0',
  info: { title: 't', version: 'v' },
  paths: { '/api/': {} },
  definitions: definitions as SwaggerDocument['definitions'],
  parameters: {},
  securityDefinitions: {},
  security: [],
});
function merged(document: SwaggerDocument, ...remotes: RemoteSwagger[]): JsonObject {
  const steps = mergeSwagger(document, remotes);
  for (;;) {
    const { done, value } = steps.next();
    if (done !== true) continue;
    const text = JSON.stringify(value);
    // Nothing that a service says may keep clients from the rest.
    encodeSwagger(parseJson(text) as JsonObject);
    for (const [, name = ''] of text.matchAll(/"#\/definitions\/([^"]*)"/g)) {
      assert.ok(Object.hasOwn(value.definitions, name), `${name} is there`);
    }
    return JSON.parse(text);
  }
}

describe('what a service says is read', () => {
  const check = (what: string, given: RemoteSwagger, paths: readonly string[], definitions: object): void => {
    test(what, () => {
      const document = merged(local({}), given);
      const own = Object.keys(document.paths as JsonObject).filter((path) => path !== '/api/');
      assert.deepEqual(own, paths);
      assert.deepEqual(document.definitions, definitions);
    });
  };
  const path = '/apis/g.io/v1/stars';
  const star = { type: 'object', properties: { name: { type: 'string' } } };
  check('as it is', remote({ [path]: getting('Star') }, { Star: star }), [path], { Star: star });
  check(
    'of its own version alone',
    remote(
      {
        '/apis/g.io/v1/': {},
        '/apis/g.io/v10/x': {},
        '/apis/apps/v1/x': getting('Star'),
        '/api/v1/pods': {},
      },
      { Star: star },
    ),
    ['/apis/g.io/v1/'],
    {},
  );
  check(
    'with what is referred to, in circles too, and nothing else',
    remote({ [path]: getting('A') }, { A: { items: ref('B') }, B: { properties: { a: ref('A') } }, C: star }),
    [path],
    { A: {} },
  );
  check(
    'with names that mean something elsewhere',
    remote(
      { [path]: getting('A') },
      { A: { type: 'object', properties: { default: ref('B'), enum: ref('B'), $ref: star } }, B: star },
    ),
    [path],
    { A: { type: 'object', properties: { default: ref('B'), enum: ref('B'), $ref: star } }, B: star },
  );
  check(
    'without references that lead nowhere, or elsewhere',
    remote(
      { [path]: getting('A') },
      {
        A: {
          type: 'object',
          properties: {
            x: ref('None'),
            y: { $ref: 'https://elsewhere.example/x' },
            z: { $ref: '#/parameters/p' },
          },
        },
      },
      { parameters: { p: { in: 'query', name: 'p' } } },
    ),
    [path],
    { A: { type: 'object', properties: { x: {}, y: {}, z: {} } } },
  );
  check(
    'without what clients cannot read',
    remote(
      { [path]: getting('A') },
      {
        A: {
          type: 'object',
          oneOf: [],
          required: ['x', 1],
          maxLength: 1.5,
          properties: {
            x: { type: ['string', 'null'] },
            y: { type: 'array' },
            z: { type: 'string', properties: { a: star } },
            q: 1,
          },
        },
      },
    ),
    [path],
    {
      A: {
        type: 'object',
        required: ['x'],
        properties: { x: {}, y: { type: 'array', items: {} }, z: { type: 'string' } },
      },
    },
  );
  check(
    'without kinds of others',
    remote({ [path]: getting('A') }, { A: { ...star, ...kinds('g.io', 'apps') } }),
    [path],
    { A: { ...star, ...kinds('g.io') } },
  );

  test('to a depth', () => {
    let deep: JsonObject = { type: 'string' };
    for (let i = 0; i < 500; i++) deep = { type: 'array', items: deep };
    merged(local({}), remote({ [path]: getting('A') }, { A: deep }));
  });

  test('up to a size', () => {
    const definitions: JsonObject = {};
    for (let i = 0; i < 30_000; i++)
      definitions[`D${i}`] = { ...star, properties: { next: ref(`D${i + 1}`) } };
    assert.throws(() => remote({ [path]: getting('D0') }, definitions), /too large/);
    assert.equal(remote({ [path]: getting('D29990') }, definitions).definitions.size, 10);
  });

  test('under any name', () => {
    const text = `{"swagger":"2.0","paths":{"${path}":{"get":{"responses":{"200":{"schema":{"$ref":"#/definitions/__proto__"}}}}}},
      "definitions":{"__proto__":{"type":"object"}}}`;
    const { definitions } = merged(local({}), readSwagger(parseJson(text), version));
    assert.deepEqual(Object.keys(definitions as JsonObject), ['__proto__']);
  });

  for (const document of [null, 1, [], {}, { swagger: '3.0' }] as JsonValue[]) {
    test(`${JSON.stringify(document)} is refused`, () =>
      assert.throws(() => readSwagger(document, version), /no Swagger/));
  }
  for (const paths of [null, 1, [], { [path]: 1 }, { [path]: { get: [], parameters: {} } }] as JsonValue[]) {
    test(`paths ${JSON.stringify(paths)} are none, or empty`, () =>
      void merged(local({}), readSwagger({ swagger: '2.0', paths }, version)));
  }
});

describe('definitions of several servers', () => {
  const path = '/apis/g.io/v1/a';
  const text = { type: 'string' };
  const other = { type: 'integer' };
  const check = (what: string, mine: object, theirs: JsonObject[], expected: object): void => {
    test(what, () => {
      const remotes = theirs.map((each) => remote({ [path]: getting('A') }, each));
      assert.deepEqual(merged(local(mine), ...remotes).definitions, expected);
    });
  };
  check('that are equal are one', { A: text }, [{ A: text }], { A: text });
  check('that differ have different names', { A: text }, [{ A: other }], { A: text, A_v2: other });
  check('of two that agree are shared', { A: text }, [{ A: other }, { A: other }], { A: text, A_v2: other });
  check('of two that do not, are not', { A: text }, [{ A: other }, { A: { type: 'number' } }], {
    A: text,
    A_v2: other,
    A_v3: { type: 'number' },
  });
  const uses = { type: 'object', properties: { b: ref('B') } };
  check('that refer to what differs differ', { A: uses, B: text }, [{ A: uses, B: other }], {
    A: uses,
    B: text,
    A_v2: { type: 'object', properties: { b: ref('B_v2') } },
    B_v2: other,
  });
  check(
    'keep out of the way of names that are in use',
    { A: uses, B: text },
    [{ A: uses, B: { type: 'object', properties: { c: ref('B_v2') } }, B_v2: text }],
    {
      A: uses,
      B: text,
      B_v2: text,
      A_v3: { type: 'object', properties: { b: ref('B_v3') } },
      B_v3: { type: 'object', properties: { c: ref('B_v2') } },
    },
  );
  check(
    'that differ in their kinds alone are of all of them',
    { A: { ...text, ...kinds('apps') } },
    [{ A: { ...text, ...kinds('g.io') } }],
    { A: { ...text, ...kinds('apps', 'g.io') } },
  );

  test('are named in the end, however many have taken their names', () => {
    const taken = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [i === 0 ? 'A' : `A_v${i}`, text]));
    const { definitions } = merged(local(taken), remote({ [path]: getting('A') }, { A: other }));
    const added = Object.entries(definitions as JsonObject).filter(([name]) => !Object.hasOwn(taken, name));
    assert.deepEqual(
      added.map(([, definition]) => definition),
      [other],
    );
  });

  test('a path is of the first, and keeps its references', () => {
    const [first, second] = [text, other].map((A) => remote({ [path]: getting('A') }, { A }));
    const document = merged(local({ A: { type: 'boolean' } }), first!, second!);
    const { get } = (document.paths as JsonObject)[path] as JsonObject;
    assert.deepEqual(((get as JsonObject).responses as JsonObject)['200'], {
      description: 'OK',
      schema: ref('A_v2'),
    });
  });

  test('parameters are found again', () => {
    const parameters = {
      pretty: { in: 'query', name: 'pretty', type: 'string' },
      body: { in: 'body', name: 'body', schema: ref('A') },
      bad: { in: 'nowhere' },
    };
    const used = Object.keys(parameters).map((name) => ({ $ref: `#/parameters/${name}` }));
    const given = remote({ [path]: getting('A', { parameters: used }) }, { A: other }, { parameters });
    const document = merged(local({ A: text }), given, given);
    const { get } = (document.paths as JsonObject)[path] as JsonObject;
    const found = ((get as JsonObject).parameters as { $ref: string }[]).map(
      ({ $ref }) => (document.parameters as JsonObject)[$ref.slice('#/parameters/'.length)],
    );
    assert.deepEqual(found, [parameters.pretty, { ...parameters.body, schema: ref('A_v2') }]);
    assert.equal(Object.keys(document.parameters as JsonObject).length, 2);
  });
});
