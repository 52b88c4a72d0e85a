import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../apimachinery/object-meta.ts';
import { dumpMessage } from '../testing/dump-message.ts';
import { encodeOpenApiV3 } from './gnostic-v3.ts';

const any = { 2: {} };
const schema: Record<number, unknown> = { 24: {}, 33: {}, 36: any };
const wrapped = { 1: schema, 2: {} };
Object.assign(schema, {
  26: wrapped,
  27: wrapped,
  28: wrapped,
  29: schema,
  30: { 1: wrapped },
  31: { 1: { 2: wrapped } },
  32: { 1: wrapped },
});
const content = { 1: { 2: { 1: wrapped } } };
const parameter = { 1: { 10: wrapped }, 2: {} };
const operation = {
  6: parameter,
  7: { 1: { 2: content } },
  8: { 2: { 2: { 1: { 3: content } } } },
  13: any,
};
const pathItem = { 4: operation, 5: operation, 6: operation, 7: operation, 10: operation, 13: parameter };
const messages = {
  2: {},
  4: { 1: { 2: pathItem } },
  5: { 1: { 1: { 2: wrapped } }, 7: { 1: { 2: { 1: {} } } } },
  6: { 1: { 2: {} } },
};
const dump = (document: JsonObject): string =>
  dumpMessage(encodeOpenApiV3(document), messages as never)
    .map((line) => line.trim())
    .join(' ');

test('schemas are encoded with the field numbers of openapi.v3', () => {
  const check = (definition: JsonObject, expected: string): void =>
    assert.equal(
      dump({ components: { schemas: { a: definition } } }),
      `5 { 1 { 1 { 1: "a" 2 { ${expected === '' ? '' : `${expected} `}} } } }`,
    );
  check({ $ref: 'r' }, '2 { 1: "r" }');
  check({}, '1 { }');
  check({ type: 'string', format: 'byte', description: 'D' }, '1 { 25: "string" 35: "byte" 34: "D" }');
  check({ minimum: 0, maximum: 1.5, nullable: true }, '1 { 13: 0 11: 1.5 1: 1 }');
  check({ minLength: 1, maxLength: 2, pattern: 'p' }, '1 { 16: 1 15: 2 17: "p" }');
  check({ minItems: 1, maxItems: 2, uniqueItems: true }, '1 { 19: 1 18: 2 20: 1 }');
  check({ required: ['a', 'b'], enum: ['x'] }, '1 { 23: "a" 23: "b" 24 { 2: "\\"x\\"" } }');
  check({ allOf: [{ $ref: 'r' }], default: {} }, '1 { 26 { 2 { 1: "r" } } 33 { } }');
  check({ oneOf: [{ type: 'string' }] }, '1 { 27 { 1 { 25: "string" } } }');
  check({ items: { $ref: 'r' } }, '1 { 30 { 1 { 2 { 1: "r" } } } }');
  check({ properties: { p: { $ref: 'r' } } }, '1 { 31 { 1 { 1: "p" 2 { 2 { 1: "r" } } } } }');
  check({ additionalProperties: { $ref: 'r' } }, '1 { 32 { 1 { 2 { 1: "r" } } } }');
  check({ additionalProperties: true }, '1 { 32 { 2: 1 } }');
  check({ anyOf: [{ type: 'string' }] }, '1 { 28 { 1 { 25: "string" } } }');
  check({ not: { title: 'T' } }, '1 { 29 { 9: "T" } }');
  check({ multipleOf: 2, exclusiveMaximum: true, exclusiveMinimum: true }, '1 { 10: 2 12: 1 14: 1 }');
  check({ minProperties: 1, maxProperties: 2 }, '1 { 22: 1 21: 2 }');
  check({ default: '' }, '1 { 33 { 3: "" } }');
  check({ default: 0 }, '1 { 33 { 1: 0 } }');
  check({ default: false }, '1 { 33 { 2: 0 } }');
  check({ 'x-k': ['v'] }, '1 { 36 { 1: "x-k" 2 { 2: "[\\"v\\"]" } } }');
  assert.throws(() => dump({ components: { schemas: { a: { xml: {} } } } }), /gnostic has a field for xml/);
});

test('paths and operations are encoded with theirs', () => {
  const check = (item: JsonObject, expected: string): void =>
    assert.equal(dump({ paths: { '/p': item } }), `4 { 1 { 1: "/p" 2 { ${expected} } } }`);
  for (const [method, number] of Object.entries({ get: 4, put: 5, post: 6, delete: 7, patch: 10 })) {
    check({ [method]: { operationId: 'o', tags: ['t'] } }, `${number} { 5: "o" 1: "t" }`);
  }
  check(
    { parameters: [{ name: 'n', in: 'path', required: true, description: 'D', schema: { type: 'string' } }] },
    '13 { 1 { 1: "n" 2: "path" 4: 1 3: "D" 10 { 1 { 25: "string" } } } }',
  );
  const json = { 'application/json': { schema: { $ref: 'r' } } };
  const encodedJson = '1 { 1: "application/json" 2 { 1 { 2 { 1: "r" } } } }';
  check(
    { post: { requestBody: { content: json, required: true } } },
    `6 { 7 { 1 { 2 { ${encodedJson} } 3: 1 } } }`,
  );
  check(
    { get: { responses: { 200: { description: 'OK', content: json } } } },
    `4 { 8 { 2 { 1: "200" 2 { 1 { 1: "OK" 3 { ${encodedJson} } } } } } }`,
  );
  check(
    { get: { 'x-kubernetes-action': 'get' } },
    '4 { 13 { 1: "x-kubernetes-action" 2 { 2: "\\"get\\"" } } }',
  );
});

test('the document around them', () => {
  const check = (document: JsonObject, expected: string): void => assert.equal(dump(document), expected);
  check({ openapi: '3.0.0', info: { title: 'T', version: 'v' } }, '1: "3.0.0" 2 { 1: "T" 6: "v" }');
  check({ security: [{ B: [] }] }, '6 { 1 { 1: "B" 2 { } } }');
  check(
    { components: { securitySchemes: { B: { type: 'apiKey', name: 'n', in: 'header', description: 'D' } } } },
    '5 { 7 { 1 { 1: "B" 2 { 1 { 1: "apiKey" 3: "n" 4: "header" 2: "D" } } } } }',
  );
});
