/**
 * Each built-in kind, in the three encodings of upstream's own test objects: they must decode to one object, and that
 * object must be written back to the very bytes. What is covered follows from what is served.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { indentJson } from '../../src/apimachinery/codec/indent-json.ts';
import { parseJson, stringifyJson } from '../../src/apimachinery/codec/json.ts';
import { decodeEnvelope, decodeProtobuf } from '../../src/apimachinery/codec/protobuf.ts';
import { encodeProtobuf } from '../../src/apimachinery/codec/protobuf-documents.ts';
import { ProtobufError } from '../../src/apimachinery/codec/protobuf-wire.ts';
import { parseYaml, stringifyYaml } from '../../src/apimachinery/codec/yaml.ts';
import type { GroupVersionKind } from '../../src/apimachinery/gvk.ts';
import { scaleSchema } from '../../src/apimachinery/scale/scale-schema.ts';
import { decodeObject } from '../../src/apimachinery/schema/decode.ts';
import { inFieldOrder } from '../../src/apimachinery/schema/field-order.ts';
import { deleteOptionsSchema, statusSchema } from '../../src/apimachinery/schema/meta.ts';
import { hasProtobufForm } from '../../src/apimachinery/schema/protobuf-form.ts';
import { any, type ObjectSchema, object, required, string } from '../../src/apimachinery/schema/schema.ts';
import { admissionReviewSchema } from '../../src/apis/admission/v1/admission-review-schema.ts';
import { tokenRequestSchema } from '../../src/apis/authentication/v1/token-request-schema.ts';
import { builtInDefinitions } from '../../src/apis/definitions.ts';
import { corpusMissing, root } from '../corpus.ts';
import { conversionReviewSchema } from './conversion-review-schema.ts';

const folder = join(root, '..', 'shared', 'corpora', 'kubernetes-codec');
interface Sample {
  readonly name: string;
  readonly schema: ObjectSchema;
  readonly json: string;
  readonly yaml: string;
  readonly protobuf: Buffer;
}

const watchEventSchema = object({
  type: required(1, string(), 'ADDED, MODIFIED, DELETED, BOOKMARK or ERROR.'),
  object: required(2, any(), 'What it happened to.'),
});

type Form = GroupVersionKind & { readonly schema: ObjectSchema };

/** A WatchEvent has no kind. */
const untyped = { apiVersion: '', kind: '' };

/** By corpus name: every served kind, what its subresources take, and what goes with every kind. */
function schemas(): Map<string, ObjectSchema> {
  const named = new Map<string, ObjectSchema>([
    ['core.v1.DeleteOptions', deleteOptionsSchema],
    ['core.v1.Status', statusSchema],
    ['core.v1.WatchEvent', watchEventSchema],
  ]);
  const add = (group: string, version: string, kind: string, schema: ObjectSchema): void => {
    named.set(`${group === '' ? 'core' : group}.${version}.${kind}`, schema);
  };
  for (const { group, kind, versions, subresources } of builtInDefinitions) {
    for (const { version, schema } of versions)
      if (hasProtobufForm(schema)) add(group, version, kind, schema);
    for (const { form } of subresources as readonly { form?: Form }[])
      if (form !== undefined) add(form.group, form.version, form.kind, form.schema);
  }
  add('apiextensions.k8s.io', 'v1', 'ConversionReview', conversionReviewSchema);
  add('admission.k8s.io', 'v1', 'AdmissionReview', admissionReviewSchema);
  add('authentication.k8s.io', 'v1', 'TokenRequest', tokenRequestSchema);
  add('autoscaling', 'v1', 'Scale', scaleSchema);
  return named;
}

function samples(): Sample[] {
  return [...schemas()].flatMap(([name, schema]) => {
    const path = join(folder, name);
    if (!existsSync(`${path}.pb`)) return [];
    const text = (extension: string): string => readFileSync(`${path}.${extension}`, 'utf8');
    // Go writes markup as escapes, which is the same JSON.
    const json = text('json').replaceAll('\\u003c', '<').replaceAll('\\u003e', '>');
    return [{ name, schema, json, yaml: text('yaml'), protobuf: readFileSync(`${path}.pb`) }];
  });
}

test('JSON, YAML and protobuf of a kind decode to one object, whole', (t) => {
  if (!existsSync(folder)) return t.skip(corpusMissing('kubernetes-codec'));
  const all = samples();
  assert.ok(all.length >= 10, 'the built-in kinds of upstream are covered');
  for (const { name, schema, json, yaml, protobuf } of all) {
    const value = parseJson(json);
    assert.deepEqual(decodeObject(value, schema), value, `${name}: nothing of the JSON is lost`);
    assert.deepEqual(decodeObject(parseYaml(yaml), schema), value, `${name}: YAML`);
    assert.deepEqual(decodeProtobuf(protobuf, schema), value, `${name}: protobuf`);
  }
});

test('and from each of them it is written back to the bytes of all three', (t) => {
  if (!existsSync(folder)) return t.skip(corpusMissing('kubernetes-codec'));
  for (const { name, schema, json, yaml, protobuf } of samples()) {
    const decoded = {
      json: decodeObject(parseJson(json), schema),
      yaml: decodeObject(parseYaml(yaml), schema),
      protobuf: decodeProtobuf(protobuf, schema),
    };
    for (const [from, object] of Object.entries(decoded)) {
      const where = `${name}, read from ${from}`;
      assert.equal(indentJson(stringifyJson(inFieldOrder(object, schema))), json, `${where}: JSON`);
      assert.equal(stringifyYaml(object), yaml, `${where}: YAML`);
      assert.equal(
        encodeProtobuf({ ...untyped, ...object }, schema).toString('hex'),
        protobuf.toString('hex'),
        `${where}: protobuf`,
      );
    }
  }
});

test('a body cut short or damaged is decoded or refused, never worse', (t) => {
  if (!existsSync(folder)) return t.skip(corpusMissing('kubernetes-codec'));
  for (const { name, schema, protobuf } of samples()) {
    const { raw } = decodeEnvelope(protobuf);
    const messageStart = protobuf.indexOf(raw);
    for (let length = 0; length < protobuf.length; length++) {
      decodeOrRefuse(protobuf.subarray(0, length), schema, name);
    }
    // Every byte of the message turned over in turn: lengths, tags, texts.
    for (let at = messageStart; at < messageStart + raw.length; at++) {
      const damaged = Buffer.from(protobuf);
      damaged[at] = damaged[at]! ^ 0xff;
      decodeOrRefuse(damaged, schema, name);
    }
  }
});

function decodeOrRefuse(body: Buffer, schema: ObjectSchema, name: string): void {
  try {
    decodeProtobuf(body, schema);
  } catch (error) {
    assert.ok(error instanceof ProtobufError, `${name}: ${error}`);
  }
}
