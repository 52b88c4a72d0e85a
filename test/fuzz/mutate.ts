/** Small damage to texts, bytes and values: what a hostile or broken client may make of something that was right. */
import { setField } from '../../src/apimachinery/codec/json-parser.ts';
import type { JsonObject, JsonValue } from '../../src/apimachinery/object-meta.ts';
import type { Prng } from '../../src/lib/prng.ts';
import { someText, someValue } from './generate.ts';

const scraps: readonly string[] = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ',',
  ':',
  '\\',
  '\\u0000',
  '\\ud83d',
  '\\x',
  'null',
  'true',
  'NaN',
  '-',
  '+',
  '.',
  'e',
  '1e400',
  '-0',
  '01',
  '9007199254740993',
  '1'.repeat(400),
  ' ',
  '\n',
  '\t',
  '\r',
  '- ',
  '? ',
  '! ',
  '!!str ',
  '&a ',
  '*a ',
  '<<: *a\n',
  '|\n',
  '>\n',
  '#',
  '---\n',
  '...\n',
  '%YAML 1.1\n',
  '\u0000',
  '\ufeff',
  '[[[[[[[[[[[[[[[[',
  '{"a":{"a":{"a":{"a":',
  '"a":1,"a":2,',
  'é',
  '😀',
];

export function mutateText(prng: Prng, text: string): string {
  let mutated = text;
  for (let i = prng.between(1, 3); i > 0; i--) {
    const at = prng.below(mutated.length + 1);
    const to = Math.min(mutated.length, at + prng.below(12));
    switch (prng.below(5)) {
      case 0:
        mutated = mutated.slice(0, at) + mutated.slice(to);
        break;
      case 1:
        mutated = mutated.slice(0, at) + prng.pick(scraps) + mutated.slice(at);
        break;
      case 2:
        mutated = mutated.slice(0, at) + prng.pick(scraps) + mutated.slice(to);
        break;
      case 3:
        mutated = mutated.slice(0, to) + mutated.slice(at);
        break;
      default:
        mutated = mutated.slice(0, at);
    }
  }
  return mutated;
}

export function mutateBytes(prng: Prng, bytes: Buffer): Buffer {
  let mutated = Buffer.from(bytes);
  for (let i = prng.between(1, 4); i > 0; i--) {
    const at = prng.below(mutated.length + 1);
    switch (prng.below(5)) {
      case 0:
        mutated = mutated.subarray(0, at);
        break;
      case 1:
        mutated = Buffer.concat([
          mutated.subarray(0, at),
          Buffer.from([prng.below(256)]),
          mutated.subarray(at),
        ]);
        break;
      case 2:
        mutated = Buffer.concat([
          mutated.subarray(0, at),
          mutated.subarray(Math.min(mutated.length, at + prng.below(8))),
        ]);
        break;
      default:
        if (at < mutated.length) mutated[at] = prng.pick([0, 0x7f, 0x80, 0xff, prng.below(256)]);
    }
  }
  return mutated;
}

/** A copy with one or two places changed. */
export function mutateValue(prng: Prng, value: JsonValue): JsonValue {
  if (prng.chance(0.08)) return someValue(prng, 2);
  if (Array.isArray(value)) {
    const items = [...value];
    const at = prng.below(items.length + 1);
    const way = at === items.length ? 0 : prng.below(5);
    if (way === 0) items.splice(at, 0, someValue(prng, 1));
    else if (way === 1) items.splice(at, 1);
    else items[at] = mutateValue(prng, items[at]!);
    return items;
  }
  if (typeof value !== 'object' || value === null) return prng.chance(0.5) ? value : someValue(prng, 1);
  const object: JsonObject = { ...value };
  const keys = Object.keys(object);
  if (keys.length === 0 || prng.chance(0.1)) setField(object, someText(prng), someValue(prng, 1));
  else {
    const key = prng.pick(keys);
    if (prng.chance(0.1)) delete object[key];
    else setField(object, key, mutateValue(prng, object[key] ?? null));
  }
  return object;
}
