import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OpenApiSchema } from '../../apimachinery/schema/openapi.ts';
import { encodeSwagger } from './gnostic.ts';

/** A message as nested `number: value` text: what a reader of the wire format sees who knows which fields are messages. */
function dump(bytes: Buffer, messages: Record<number, 'message' | Record<number, unknown>>): string[] {
  const out: string[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    if (tag % 8 === 0) out.push(`${field}: ${varint()}`);
    else if (tag % 8 === 1) {
      out.push(`${field}: ${bytes.readDoubleLE(at)}`);
      at += 8;
    } else {
      const length = varint();
      const body = bytes.subarray(at, at + length);
      at += length;
      const inner = messages[field];
      if (inner === undefined) out.push(`${field}: ${JSON.stringify(body.toString())}`);
      else out.push(`${field} {`, ...dump(body, inner as never).map((line) => `  ${line}`), '}');
    }
  }
  assert.equal(at, bytes.length, 'the message ends where its bytes do');
  return out;
}

const any = {};
const namedAny = { 2: any };
const schema: Record<number, unknown> = { 5: any, 20: any, 22: {}, 31: namedAny };
const namedSchema = { 2: schema };
schema[21] = { 1: schema };
schema[23] = { 1: schema };
schema[25] = { 1: namedSchema };
const documentMessages = { 2: {}, 8: {}, 9: { 1: namedSchema } };

const encoded = (definition: OpenApiSchema): string =>
  dump(
    encodeSwagger({
      swagger: '2.0',
      info: { title: 'T', version: 'v1' },
      paths: {},
      definitions: { 'a.B': definition },
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

test('what Swagger 2.0 has no field for is refused, not lost', () => {
  assert.throws(() => encoded({ oneOf: [] }), /swagger has a field for oneOf/);
});
