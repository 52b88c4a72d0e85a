/**
 * Objects and JSON values at random: those of a schema, mostly right and now and then wrong, and those of no schema.
 * Small on purpose: many small inputs find more than few large ones.
 */
import { setField } from '../../src/apimachinery/codec/json-parser.ts';
import type { JsonObject, JsonValue } from '../../src/apimachinery/object-meta.ts';
import type { ObjectSchema, Schema } from '../../src/apimachinery/schema/schema.ts';
import type { Prng } from '../../src/lib/prng.ts';

const texts: readonly string[] = [
  '',
  'a',
  'b',
  'name',
  'default',
  'true',
  'null',
  '1',
  '-0',
  '1e3',
  '0x1f',
  '~',
  'yes',
  'no',
  '\n',
  ' x ',
  '"',
  '\\',
  '\u2028',
  'é',
  '😀',
  '\ud800',
  '\u0000',
  '\u0085',
  '\ufeff',
  '__proto__',
  'constructor',
  'a: b',
  '- a',
  '#c',
  '{}',
  '[]',
  '<<',
  '*a',
  '&a',
  '2020-01-01',
  '2020-01-01T00:00:00Z',
  '2020-01-01T00:00:00.000001Z',
  '2020-02-30T25:61:61Z',
  '100m',
  '1Gi',
  '.5',
  'aGk=',
  'a===',
  '$patch',
  '$setElementOrder/a',
  'f:a',
  'k:{"a":1}',
  'v:1',
  'i:0',
  '.',
  '%',
  '/',
  '~1',
  'x'.repeat(300),
];
const numbers: readonly (number | bigint)[] = [
  0,
  -0,
  1,
  -1,
  7,
  80,
  1.5,
  -2.25,
  1e21,
  1e-7,
  2 ** 31,
  2 ** 31 - 1,
  -(2 ** 31),
  2n ** 53n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  1.7976931348623157e308,
  5e-324,
  0.1,
];

export const someText = (prng: Prng): string =>
  prng.chance(0.1) ? prng.pick(texts) + prng.pick(texts) : prng.pick(texts);

export function someValue(prng: Prng, depth = 3): JsonValue {
  switch (prng.below(depth > 0 ? 9 : 6)) {
    case 0:
      return null;
    case 1:
      return prng.chance(0.5);
    case 2:
    case 3:
      return prng.pick(numbers);
    case 4:
    case 5:
      return someText(prng);
    case 6:
      return Array.from({ length: prng.below(4) }, () => someValue(prng, depth - 1));
    default: {
      const object: JsonObject = {};
      for (let i = prng.below(4); i > 0; i--) setField(object, someText(prng), someValue(prng, depth - 1));
      return object;
    }
  }
}

/** Of `wrong`, how many in a thousand values are of no particular type. */
export function someOf(prng: Prng, schema: Schema, wrong: number, depth = 6): JsonValue {
  if (prng.below(1000) < wrong) return someValue(prng, 2);
  switch (schema.type) {
    case 'object':
      return someObject(prng, schema, wrong, depth);
    case 'map': {
      const object: JsonObject = {};
      for (let i = prng.below(3); i > 0; i--)
        setField(object, someText(prng), someOf(prng, schema.value, wrong, depth - 1));
      return object;
    }
    case 'list':
      return Array.from({ length: depth > 0 ? prng.below(3) : 0 }, () =>
        someOf(prng, schema.item, wrong, depth - 1),
      );
    case 'either': {
      const { schema: form } = depth > 0 && prng.chance(0.5) ? schema.object : schema.other;
      return someOf(prng, form, wrong, depth - 1);
    }
    case 'boolean':
      return prng.chance(0.5);
    case 'integer':
      return schema.format === 'int32'
        ? prng.pick([0, 1, -1, 80, 2 ** 31 - 1, -(2 ** 31)])
        : prng.pick([0, 1, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)]);
    case 'number':
      return prng.pick([0, 1.5, -2.25, 1e21]);
    case 'int-or-string':
      return prng.pick<JsonValue>([0, 80, 'http', '10%', '']);
    case 'any':
      return someValue(prng, 2);
    case 'string':
      return ofFormat(prng, schema.format);
  }
}

function ofFormat(prng: Prng, format: string | undefined): string {
  switch (format) {
    case 'date-time':
      return prng.pick([
        '2020-01-01T00:00:00Z',
        '2020-06-01T12:00:00+02:00',
        '0001-01-01T00:00:00Z',
        '9999-12-31T23:59:59Z',
      ]);
    case 'micro-time':
      return prng.pick(['2020-01-01T00:00:00.000000Z', '2020-06-01T12:00:00.123456+02:00']);
    case 'byte':
      return prng.pick(['', 'aGk=', '/w==', 'AAECAw==']);
    case 'quantity':
      return prng.pick(['0', '1', '100m', '1Gi', '1.5', '-2', '1e3']);
    default:
      return someText(prng);
  }
}

const containers: ReadonlySet<Schema['type']> = new Set(['object', 'list', 'map', 'either']);

function someObject(prng: Prng, { fields }: ObjectSchema, wrong: number, depth: number): JsonObject {
  const object: JsonObject = {};
  for (const [name, { schema, required }] of Object.entries(fields)) {
    if (depth <= 0 && containers.has(schema.type)) continue;
    if (prng.chance(required ? 0.9 : 0.35)) object[name] = someOf(prng, schema, wrong, depth - 1);
  }
  if (prng.below(1000) < wrong * 4) setField(object, someText(prng), someValue(prng, 1));
  return object;
}
