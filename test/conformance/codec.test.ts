/** Each built-in kind, in the three encodings of upstream's own test objects: they must decode to one object. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseJson } from '../../src/apimachinery/codec/json.ts';
import { decodeEnvelope, decodeProtobuf } from '../../src/apimachinery/codec/protobuf.ts';
import { ProtobufError } from '../../src/apimachinery/codec/protobuf-wire.ts';
import { parseYaml } from '../../src/apimachinery/codec/yaml.ts';
import { decodeObject } from '../../src/apimachinery/schema/decode.ts';
import type { ObjectSchema } from '../../src/apimachinery/schema/schema.ts';
import { builtInDefinitions } from '../../src/apis/definitions.ts';
import { corpusMissing, root } from '../corpus.ts';

const folder = join(root, '..', 'shared', 'corpora', 'kubernetes-codec');
interface Sample {
  readonly name: string;
  readonly schema: ObjectSchema;
  readonly json: string;
  readonly yaml: string;
  readonly protobuf: Buffer;
}
function samples(): Sample[] {
  const found: Sample[] = [];
  for (const { group, kind, versions } of builtInDefinitions) {
    for (const { version, schema } of versions) {
      const name = `${group === '' ? 'core' : group}.${version}.${kind}`;
      const path = join(folder, name);
      if (!existsSync(`${path}.pb`)) continue;
      found.push({
        name,
        schema,
        json: readFileSync(`${path}.json`, 'utf8'),
        yaml: readFileSync(`${path}.yaml`, 'utf8'),
        protobuf: readFileSync(`${path}.pb`),
      });
    }
  }
  return found;
}

test('JSON, YAML and protobuf of a kind decode to one object, whole', (t) => {
  if (!existsSync(folder)) return t.skip(corpusMissing('kubernetes-codec'));
  const all = samples();
  assert.ok(all.length >= 7, 'the built-in kinds of upstream are covered');
  for (const { name, schema, json, yaml, protobuf } of all) {
    const value = parseJson(json);
    assert.deepEqual(decodeObject(value, schema), value, `${name}: nothing of the JSON is lost`);
    assert.deepEqual(decodeObject(parseYaml(yaml), schema), value, `${name}: YAML`);
    assert.deepEqual(decodeProtobuf(protobuf, schema), value, `${name}: protobuf`);
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
