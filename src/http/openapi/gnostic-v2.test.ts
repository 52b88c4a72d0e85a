import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../apimachinery/object-meta.ts';
import type { OpenApiSchema } from '../../apimachinery/schema/openapi.ts';
import { dumpMessage as dump } from '../testing/dump-message.ts';
import { encodeSwagger } from './gnostic-v2.ts';

const any = {};
const namedAny = { 2: any };
const schema: Record<number, unknown> = { 5: any, 20: any, 22: {}, 31: namedAny };
const namedSchema = { 2: schema };
schema[21] = { 1: schema };
schema[23] = { 1: schema };
schema[25] = { 1: namedSchema };
const documentMessages = { 2: {}, 8: {}, 9: { 1: namedSchema } };

const encoded = (definition: OpenApiSchema, more: JsonObject = {}): string =>
  dump(
    encodeSwagger({
      swagger: '2.0',
      info: { title: 'T', version: 'v1' },
      paths: {},
      definitions: { 'a.B': definition as unknown as JsonObject },
      ...more,
    }),
    documentMessages as never,
  ).join('\n');

/** The document around a definition whose schema is `lines`. */
const document = (...lines: string[]): string =>
  [
    '1: "2.0"',
    '2 {',
    '  1: "T"',
    '  2: "v1"',
    '}',
    '8 {',
    '}',
    '9 {',
    '  1 {',
    '    1: "a.B"',
    '    2 {',
    ...lines.map((line) => `      ${line}`),
    '    }',
    '  }',
    '}',
  ].join('\n');

test('a document is encoded with the field numbers of openapi.v2', () => {
  const check = (definition: OpenApiSchema, ...lines: string[]): void =>
    assert.equal(encoded(definition), document(...lines));
  check({});
  check({ $ref: '#/definitions/X', description: 'Überall' }, '1: "#/definitions/X"', '4: "Überall"');
  check({ type: 'string', format: 'byte' }, '22 {', '  1: "string"', '}', '2: "byte"');
  check({ minimum: 0, maximum: 1.5 }, '9: 0', '7: 1.5');
  check({ minLength: 1, maxLength: 300, pattern: '^a' }, '12: 1', '11: 300', '13: "^a"');
  check({ minItems: 2, maxItems: 32_768 }, '15: 2', '14: 32768');
  check({ required: ['a', 'b'] }, '19: "a"', '19: "b"');
  check({ default: { a: 1 } }, '5 {', '  2: "{\\"a\\":1}"', '}');
  check({ enum: ['x'] }, '20 {', '  2: "\\"x\\""', '}');
  check(
    { items: { type: 'integer' } },
    '23 {',
    '  1 {',
    '    22 {',
    '      1: "integer"',
    '    }',
    '  }',
    '}',
  );
  check({ additionalProperties: { $ref: 'r' } }, '21 {', '  1 {', '    1: "r"', '  }', '}');
  check(
    { properties: { p: { description: 'd' } } },
    '25 {',
    '  1 {',
    '    1: "p"',
    '    2 {',
    '      4: "d"',
    '    }',
    '  }',
    '}',
  );
  check(
    { 'x-kubernetes-list-map-keys': ['k'] },
    '31 {',
    '  1: "x-kubernetes-list-map-keys"',
    '  2 {',
    '    2: "[\\"k\\"]"',
    '  }',
    '}',
  );
});

test('paths, operations, parameters and security are encoded with theirs', () => {
  const check = (more: JsonObject, messages: Record<number, unknown>, ...lines: string[]): void => {
    const bytes = encodeSwagger({ swagger: '2.0', ...more });
    assert.deepEqual(dump(bytes, messages as never), ['1: "2.0"', ...lines]);
  };
  const parameter = { 1: {}, 2: { 3: {}, 4: {} } };
  const item = { 1: parameter, 2: {} };
  const response = { 1: { 2: { 1: {} } } };
  const operation = { 8: item, 9: { 1: { 2: response } }, 13: { 2: {} } };
  const pathItem = { 2: operation, 3: operation, 4: operation, 5: operation, 8: operation, 9: item };
  const paths = { 8: { 2: { 2: pathItem } } };
  const ofPath = (...lines: string[]): string[] => [
    '8 {',
    '  2 {',
    '    1: "/p"',
    '    2 {',
    ...lines.map((line) => `      ${line}`),
    '    }',
    '  }',
    '}',
  ];
  for (const [method, number] of Object.entries({ get: 2, put: 3, post: 4, delete: 5, patch: 8 })) {
    check(
      { paths: { '/p': { [method]: { operationId: 'o' } } } },
      paths,
      ...ofPath(`${number} {`, '  5: "o"', '}'),
    );
  }
  check(
    {
      paths: {
        '/p': {
          parameters: [
            { $ref: '#/parameters/x' },
            { in: 'query', name: 'q', type: 'string', uniqueItems: true, description: 'D' },
            { in: 'path', name: 'n', type: 'string', uniqueItems: true, required: true },
          ],
        },
      },
    },
    paths,
    ...ofPath(
      ...['9 {', '  2 {', '    1: "#/parameters/x"', '  }', '}'],
      ...['9 {', '  1 {', '    2 {', '      3 {'],
      ...['2: "query"', '4: "q"', '6: "string"', '20: 1', '3: "D"'].map((line) => `        ${line}`),
      ...['      }', '    }', '  }', '}'],
      ...['9 {', '  1 {', '    2 {', '      4 {'],
      ...['2: "path"', '4: "n"', '5: "string"', '19: 1', '1: 1'].map((line) => `        ${line}`),
      ...['      }', '    }', '  }', '}'],
    ),
  );
  check(
    {
      paths: {
        '/p': {
          get: {
            tags: ['t'],
            description: 'D',
            produces: ['a', 'b'],
            consumes: ['*/*'],
            schemes: ['https'],
            responses: { 200: { description: 'OK', schema: { $ref: 'r' } } },
            'x-kubernetes-action': 'get',
          },
        },
      },
    },
    paths,
    ...ofPath(
      ...['2 {', '  1: "t"', '  3: "D"', '  6: "a"', '  6: "b"', '  7: "*/*"', '  10: "https"', '  9 {'],
      ...['    1 {', '      1: "200"', '      2 {', '        1 {', '          1: "OK"', '          2 {'],
      ...['            1 {', '              1: "r"', '            }', '          }', '        }', '      }'],
      ...['    }', '  }', '  13 {', '    1: "x-kubernetes-action"', '    2 {', '      2: "\\"get\\""'],
      ...['    }', '  }', '}'],
    ),
  );
  check(
    { parameters: { b: { in: 'body', name: 'body', required: true, schema: { $ref: 'r' } } } },
    { 10: { 1: { 2: { 1: { 5: {} } } } } },
    ...['10 {', '  1 {', '    1: "b"', '    2 {', '      1 {', '        3: "body"', '        2: "body"'],
    ...['        4: 1', '        5 {', '          1: "r"', '        }', '      }', '    }', '  }', '}'],
  );
  check(
    {
      security: [{ T: [] }],
      securityDefinitions: { T: { type: 'apiKey', name: 'n', in: 'header', description: 'D' } },
    },
    { 12: { 1: { 2: {} } }, 13: { 1: { 2: { 2: {} } } } },
    ...['12 {', '  1 {', '    1: "T"', '    2 {', '    }', '  }', '}'],
    ...['13 {', '  1 {', '    1: "T"', '    2 {', '      2 {', '        1: "apiKey"', '        2: "n"'],
    ...['        3: "header"', '        4: "D"', '      }', '    }', '  }', '}'],
  );
});

test('what Swagger 2.0 has no field for is refused, not lost', () => {
  assert.throws(() => encoded({ oneOf: [] }), /gnostic has a field for oneOf/);
});
