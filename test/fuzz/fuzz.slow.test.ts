/**
 * Decoders and patch engines under damaged input: whatever comes, one of the errors that are meant for it or a result
 * that holds; never another error, never long, and what is accepted comes back the same through every encoding.
 *
 * The seed is fixed, so that a change that breaks nothing passes; MILO_FUZZ_SEED sets another (`random` draws one, and
 * says which), MILO_FUZZ_SCALE multiplies the length.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { ApplyConflicts } from '../../src/apimachinery/apply/apply-conflicts.ts';
import { FieldsV1Error, parseFieldsV1, toFieldsV1 } from '../../src/apimachinery/apply/fields-v1.ts';
import type { Managers } from '../../src/apimachinery/apply/managed-set.ts';
import { applySchemaOf } from '../../src/apimachinery/apply/schema-topology.ts';
import { TypedError } from '../../src/apimachinery/apply/typed-error.ts';
import { apply, update } from '../../src/apimachinery/apply/updater.ts';
import { validateTyped } from '../../src/apimachinery/apply/validate-typed.ts';
import { parseJson, stringifyJson } from '../../src/apimachinery/codec/json.ts';
import { JsonSyntaxError, parseExactJson } from '../../src/apimachinery/codec/json-parser.ts';
import { decodeProtobuf } from '../../src/apimachinery/codec/protobuf.ts';
import { encodeProtobuf } from '../../src/apimachinery/codec/protobuf-documents.ts';
import { ProtobufError } from '../../src/apimachinery/codec/protobuf-wire.ts';
import { hasRepeatedField } from '../../src/apimachinery/codec/repeated-field.ts';
import { parseYaml, stringifyYaml, YamlSyntaxError } from '../../src/apimachinery/codec/yaml.ts';
import { repeatedYamlKeys } from '../../src/apimachinery/codec/yaml-repeated-keys.ts';
import { deepEqual } from '../../src/apimachinery/equality.ts';
import { apiVersionOf } from '../../src/apimachinery/gvk.ts';
import type { JsonObject, JsonValue } from '../../src/apimachinery/object-meta.ts';
import { jsonPatch } from '../../src/apimachinery/patch/json-patch.ts';
import { mergePatch } from '../../src/apimachinery/patch/merge-patch.ts';
import { PatchError } from '../../src/apimachinery/patch/patch-error.ts';
import { strategicMergePatch } from '../../src/apimachinery/patch/strategic-merge-patch.ts';
import { DecodeError, decodeObject } from '../../src/apimachinery/schema/decode.ts';
import { hasProtobufForm } from '../../src/apimachinery/schema/protobuf-form.ts';
import type { ObjectSchema } from '../../src/apimachinery/schema/schema.ts';
import { strictErrorsOfText, untypedDocument } from '../../src/apimachinery/schema/strict-errors.ts';
import { asCompared, asWritten } from '../../src/apimachinery/schema/zero-members.ts';
import { builtInDefinitions } from '../../src/apis/definitions.ts';
import { Prng } from '../../src/lib/prng.ts';
import { root } from '../corpus.ts';
import { someOf, someText, someValue } from './generate.ts';
import { mutateBytes, mutateText, mutateValue } from './mutate.ts';

const wantedSeed = process.env.MILO_FUZZ_SEED ?? '1';
const seed = wantedSeed === 'random' ? Date.now() % 1_000_000 : Number(wantedSeed);
const scale = Number(process.env.MILO_FUZZ_SCALE ?? 1);
console.log(`fuzz seed ${seed}`);
/** For one input, on the best of a few tries: what is slow once is the machine, what is slow always is the input. */
const longestMs = 100;

interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly schema: ObjectSchema;
  /** Objects of it that are right: upstream's own where they are at hand. */
  readonly samples: readonly JsonObject[];
}

const corpus = join(root, '..', 'shared', 'corpora', 'kubernetes-codec');
const corpusNames = existsSync(corpus) ? readdirSync(corpus) : [];
const kinds: readonly Kind[] = builtInDefinitions.flatMap(({ group, kind, versions }) =>
  versions.map(({ version, schema }) => {
    const name = `${group === '' ? 'core' : group}.${version}.${kind}.json`;
    const samples = corpusNames.includes(name)
      ? [parseJson(readFileSync(join(corpus, name))) as JsonObject]
      : [];
    return { apiVersion: apiVersionOf({ group, version }), kind, schema, samples };
  }),
);

/** An object of the kind, as JSON; of a thousand of its values, `wrong` are anything. */
function someObject(prng: Prng, kind: Kind, wrong: number): JsonObject {
  const base =
    kind.samples.length > 0 && prng.chance(0.2)
      ? prng.pick(kind.samples)
      : (someOf(prng, { ...kind.schema }, 0) as JsonObject);
  const typed = { ...base, apiVersion: kind.apiVersion, kind: kind.kind };
  if (wrong === 0) return typed;
  const mutated = mutateValue(prng, typed);
  return typeof mutated === 'object' && mutated !== null && !Array.isArray(mutated) ? mutated : typed;
}

/** A text as the server gets it. */
const onTheWire = (text: string): string => Buffer.from(text, 'utf8').toString('utf8');
const received = <T extends JsonValue>(value: T): T => parseJson(stringifyJson(value)) as T;

let inputs = 0;

/** Runs `count` inputs. `run` throws nothing but `expected` errors. */
function fuzz(
  count: number,
  expected: readonly (new (...args: never[]) => Error)[],
  run: (prng: Prng) => (() => void) | undefined,
): void {
  const total = Math.ceil(count * scale);
  for (let i = 0; i < total; i++) {
    const inputSeed = (seed * 1_000_003 + inputs++) >>> 0;
    let attempt = run(new Prng(inputSeed));
    for (let tries = 1; attempt !== undefined; tries++) {
      const start = performance.now();
      try {
        attempt();
      } catch (error) {
        const isExpected = expected.some((type) => error instanceof type);
        if (!isExpected)
          throw new Error(
            `seed ${seed}, input ${inputSeed}: ${error instanceof Error ? error.stack : error}`,
          );
      }
      const tookMs = performance.now() - start;
      if (tookMs <= longestMs) break;
      assert.ok(tries < 3, `seed ${seed}, input ${inputSeed}: took ${tookMs.toFixed(0)} ms`);
      attempt = run(new Prng(inputSeed));
    }
  }
}

function same(found: unknown, wanted: unknown, what: string): void {
  if (!deepEqual(found, wanted)) {
    assert.fail(
      `${what}: ${stringifyJson(found as JsonValue)} instead of ${stringifyJson(wanted as JsonValue)}`,
    );
  }
}

/** Without what is empty: a message that is unset and one that is empty are one in protobuf. */
function essence(value: JsonValue): JsonValue | undefined {
  if (value === null || value === '' || value === 0 || value === false) return undefined;
  if (typeof value !== 'object') return value;
  if (Array.isArray(value))
    return value.length === 0 ? undefined : value.map((item) => essence(item) ?? null);
  const fields = Object.entries(value)
    .map(([key, field]) => [key, essence(field ?? null)] as const)
    .filter(([, field]) => field !== undefined);
  return fields.length === 0 ? undefined : (Object.fromEntries(fields) as JsonObject);
}

/** As protobuf keeps it: an empty list of managers is a wish that only JSON can say. */
function asKept(object: JsonObject): JsonObject {
  const { managedFields = [], ...metadata } = (object.metadata ?? {}) as JsonObject;
  const isEmpty = Array.isArray(managedFields) && managedFields.length === 0;
  return isEmpty && object.metadata !== undefined ? { ...object, metadata } : object;
}

/** What was accepted, through every encoding and back. */
function checkRoundTrips({ apiVersion, kind, schema }: Kind, decoded: JsonObject, alsoYaml: boolean): void {
  const object: JsonObject = { ...decoded, apiVersion, kind };
  same(decodeObject(parseJson(stringifyJson(object)), schema), object, 'JSON');
  if (alsoYaml) same(decodeObject(parseYaml(stringifyYaml(object)), schema), object, 'YAML');
  if (!hasProtobufForm(schema)) return;
  const once = decodeProtobuf(encodeProtobuf(object as never, schema), schema) as unknown as JsonObject;
  const again = decodeProtobuf(encodeProtobuf(once as never, schema), schema);
  same(essence(once), essence(object), 'protobuf');
  same(again, once, 'protobuf');
  // As it is stored and answered, it is the same whichever way it came.
  const written = asWritten(object, schema);
  same(asWritten(decodeObject(parseJson(stringifyJson(written)), schema), schema), written, 'as written');
  same(asWritten(asCompared(written, schema), schema), written, 'as compared');
  const bytes = encodeProtobuf(object as never, schema);
  assert.ok(bytes.equals(encodeProtobuf(written as never, schema)), 'protobuf of what is written');
  same(asWritten(once, schema), asKept(written), 'JSON of protobuf');
  same(decodeObject(parseJson(stringifyJson(once)), schema), once, 'protobuf to JSON');
}

test('JSON of kinds, damaged as text and as values', () => {
  fuzz(70_000, [JsonSyntaxError, DecodeError], (prng) => {
    const kind = prng.pick(kinds);
    const whole = stringifyJson(someObject(prng, kind, prng.chance(0.5) ? 5 : 0));
    const text = onTheWire(prng.chance(0.6) ? mutateText(prng, whole) : whole);
    const alsoYaml = prng.chance(0.15);
    return () => {
      const value = parseJson(text);
      const unknown: string[] = [];
      const object = decodeObject(value, kind.schema, unknown) as unknown as JsonObject;
      if (unknown.length > 0 || hasRepeatedField(text, value)) strictErrorsOfText(text, kind.schema);
      checkRoundTrips(kind, object, alsoYaml);
    };
  });
});

test('our JSON parser reads what the platform’s does, and as that does', () => {
  fuzz(40_000, [JsonSyntaxError], (prng) => {
    const whole = stringifyJson(someValue(prng, 4));
    const text = onTheWire(prng.chance(0.7) ? mutateText(prng, whole) : whole);
    return () => {
      let wanted: JsonValue | undefined;
      try {
        wanted = JSON.parse(text);
      } catch {
        assert.throws(() => parseJson(text), JsonSyntaxError, text);
        return;
      }
      const exact = parseExactJson(text);
      same(parseJson(text), exact, text);
      // Only where every number is one that a double holds, and every text is one that UTF-8 holds.
      if (!/[0-9]{16}|\\u[dD]|[eE]/.test(text)) same(exact, wanted, text);
      const repeated = strictErrorsOfText(text, untypedDocument);
      assert.equal(hasRepeatedField(text, exact), repeated.length > 0, text);
    };
  });
});

test('YAML, damaged', () => {
  fuzz(25_000, [YamlSyntaxError, DecodeError], (prng) => {
    const kind = prng.pick(kinds);
    const whole = prng.chance(0.5)
      ? stringifyYaml(someObject(prng, kind, 0))
      : stringifyYaml(someValue(prng, 3) ?? {});
    const text = onTheWire(prng.chance(0.8) ? mutateText(prng, whole) : whole);
    return () => {
      const value = parseYaml(text);
      repeatedYamlKeys(text);
      same(parseYaml(stringifyYaml(value)), value, `YAML of ${JSON.stringify(text)}`);
      checkRoundTrips(kind, decodeObject(value, kind.schema) as unknown as JsonObject, false);
    };
  });
});

test('protobuf of kinds, damaged', () => {
  const binary = kinds.filter(({ schema }) => hasProtobufForm(schema));
  fuzz(40_000, [ProtobufError, DecodeError], (prng) => {
    const kind = prng.pick(binary);
    const typed = decodeObject(received(someObject(prng, kind, 0)), kind.schema);
    const whole = encodeProtobuf(typed as never, kind.schema);
    const bytes = prng.chance(0.85) ? mutateBytes(prng, whole) : whole;
    return () => {
      const object = decodeProtobuf(bytes, kind.schema) as unknown as JsonObject;
      checkRoundTrips(kind, object, false);
    };
  });
});

test('patches of kinds, at random and made for them', () => {
  fuzz(45_000, [PatchError, DecodeError], (prng) => {
    const kind = prng.pick(kinds);
    const current = decodeObject(received(someObject(prng, kind, 0)), kind.schema) as unknown as JsonObject;
    const before = stringifyJson(current);
    const which = prng.below(3);
    const patch = received(
      which === 0 ? somePatch(prng, current) : withDirectives(prng, mutateValue(prng, current), 0),
    );
    const patchBefore = stringifyJson(patch);
    return () => {
      const result =
        which === 0
          ? jsonPatch(current, patch)
          : which === 1
            ? mergePatch(current, patch)
            : strategicMergePatch(current, patch, kind.schema);
      assert.equal(stringifyJson(current), before, 'the object is not touched');
      assert.equal(stringifyJson(patch), patchBefore, 'the patch is not touched');
      if (typeof result !== 'object' || result === null || Array.isArray(result)) return;
      checkRoundTrips(kind, decodeObject(result, kind.schema) as unknown as JsonObject, false);
    };
  });
});

function somePatch(prng: Prng, current: JsonObject): JsonValue {
  if (prng.chance(0.05)) return someValue(prng, 3);
  return Array.from({ length: prng.between(1, 4) }, () => ({
    op: prng.pick(['add', 'remove', 'replace', 'move', 'copy', 'test', 'none']),
    path: somePath(prng, current),
    ...(prng.chance(0.4) ? { from: somePath(prng, current) } : {}),
    ...(prng.chance(0.8) ? { value: someValue(prng, 2) } : {}),
  }));
}

function somePath(prng: Prng, current: JsonValue): string {
  let path = '';
  let value: JsonValue | undefined = current;
  while (typeof value === 'object' && value !== null && prng.chance(0.8)) {
    const keys: string[] = Object.keys(value);
    const key: string =
      prng.chance(0.15) || keys.length === 0
        ? prng.pick(['-', '0', '01', '-1', '99', someText(prng)])
        : prng.pick(keys);
    path += `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    value = (value as JsonObject)[key];
  }
  return path;
}

/** Directives of strategic merge patches, here and there. */
function withDirectives(prng: Prng, value: JsonValue, depth: number): JsonValue {
  if (Array.isArray(value)) return value.map((item) => withDirectives(prng, item, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  const object: JsonObject = Object.fromEntries(
    Object.entries(value).map(([key, field]) => [
      key,
      prng.chance(0.1) ? null : withDirectives(prng, field!, depth + 1),
    ]),
  );
  if (!prng.chance(0.2)) return object;
  const field = prng.chance(0.2) ? someText(prng) : (prng.pick([...Object.keys(object), 'a']) as string);
  const ofField = Object.hasOwn(object, field) ? object[field] : undefined;
  switch (prng.below(4)) {
    case 0:
      object.$patch = prng.pick<JsonValue>(['delete', 'replace', 'merge', 'x', 1]);
      break;
    case 1:
      object.$retainKeys = prng.chance(0.8) ? [field] : someValue(prng, 1);
      break;
    case 2:
      object[`$setElementOrder/${field}`] = prng.chance(0.5) ? (ofField ?? []) : someValue(prng, 2);
      break;
    default:
      object[`$deleteFromPrimitiveList/${field}`] = prng.chance(0.5) ? (ofField ?? []) : someValue(prng, 2);
  }
  return object;
}

test('FieldsV1, damaged', () => {
  fuzz(15_000, [FieldsV1Error, JsonSyntaxError], (prng) => {
    const text = onTheWire(mutateText(prng, stringifyJson(someFields(prng, 3))));
    return () => {
      const set = parseFieldsV1(parseJson(text));
      const written = toFieldsV1(set);
      same(toFieldsV1(parseFieldsV1(parseJson(stringifyJson(written)))), written, text);
    };
  });
});

function someFields(prng: Prng, depth: number): JsonObject {
  const fields: JsonObject = prng.chance(0.3) ? { '.': {} } : {};
  for (let i = prng.below(4); i > 0 && depth > 0; i--) {
    const element = prng.pick([
      'f:a',
      'f:',
      'k:{"a":1}',
      'k:{"b":"x","a":null}',
      'v:1',
      'v:"x"',
      'v:{"a":[1]}',
      'i:0',
      'i:7',
      `f:${someText(prng)}`,
      `v:${stringifyJson(someValue(prng, 1))}`,
    ]);
    setOwn(fields, element, someFields(prng, depth - 1));
  }
  return fields;
}
const setOwn = (object: JsonObject, key: string, value: JsonValue): void => {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
};

test('apply and update by several managers', () => {
  fuzz(8_000, [TypedError, ApplyConflicts], (prng) => {
    const kind = prng.pick(kinds);
    const { apiVersion } = kind;
    const schema = applySchemaOf(kind.schema);
    const versions = { schemaOf: () => schema, convert: (object: JsonObject) => object };
    const live = received(someObject(prng, kind, 0));
    const configs = Array.from({ length: 3 }, () =>
      received(prng.chance(0.7) ? (mutateValue(prng, live) as JsonObject) : someObject(prng, kind, 3)),
    );
    const force = prng.chance(0.7);
    return () => {
      let managers: Managers = new Map();
      let object: JsonObject = live;
      for (const [i, config] of configs.entries()) {
        validateTyped(config, schema);
        const write = { live: object, apiVersion, managers, manager: `m${i % 2}`, versions };
        if (i === 1) ({ object, managers } = update({ ...write, object: config }));
        else {
          const applied = apply({ ...write, config, force });
          ({ managers } = applied);
          object = applied.object ?? object;
        }
        for (const [name, { set }] of managers) {
          const written = toFieldsV1(set);
          const read = parseFieldsV1(received(written));
          assert.ok(
            set.equals(read),
            `${name}: ${stringifyJson(written)} is not ${stringifyJson(toFieldsV1(read))}`,
          );
        }
      }
    };
  });
});

test('there were as many inputs as promised', () => {
  assert.ok(inputs >= 200_000 * Math.min(1, scale), `${inputs} inputs`);
});
