/**
 * Answers in protobuf. What is expected is written by hand, field by field, or taken from upstream's own test objects,
 * so that the server's encoder is not its own judge; the decoder then reads what is too large for that.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import type { ClientHttp2Stream } from 'node:http2';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decodeEnvelope, decodeProtobuf } from '../../src/apimachinery/codec/protobuf.ts';
import { parseYaml } from '../../src/apimachinery/codec/yaml.ts';
import { limits } from '../../src/apimachinery/limits.ts';
import { listSchemaOf, partialObjectMetadataSchema } from '../../src/apimachinery/schema/list-schema.ts';
import { statusSchema } from '../../src/apimachinery/schema/meta.ts';
import type { ObjectSchema } from '../../src/apimachinery/schema/schema.ts';
import { configMapSchema } from '../../src/apis/core/v1/configmap/configmap-schema.ts';
import { type Answer, ApiServer, makeProjects } from '../api-client.ts';
import { corpusMissing, root } from '../corpus.ts';
import { enveloped, message, protobuf } from './protobuf-body.ts';

const namespace = '/api/v1/namespaces/default';
const configMaps = `${namespace}/configmaps`;
const organizations = '/apis/resourcemanager.miloapis.com/v1alpha1/organizations';
const accept = { accept: protobuf };
// What client-go sends.
const clientGo = { accept: `${protobuf},application/json` };

let server: ApiServer;
before(async () => {
  server = await ApiServer.start({ clock: { now: () => Date.parse('2026-03-04T05:06:07Z') } });
  await makeProjects(server, 'acme', ['shop']);
});
after(() => server.stop());

// biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every kind.
function decoded(answer: Answer, schema: ObjectSchema): any {
  assert.equal(answer.headers['content-type'], protobuf);
  return decodeProtobuf(answer.bytes, schema);
}
const decodedStatus = (answer: Answer): unknown => decoded(answer, statusSchema);

interface Meta {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
}
/** ObjectMeta as the server sets it, with what `rest` adds behind the creation time. */
function metadataBytes(meta: Meta, ...rest: readonly [number, Buffer][]): Buffer {
  const seconds = Date.parse('2026-03-04T05:06:07Z') / 1000;
  return message(
    [1, meta.name],
    [2, ''],
    [3, meta.namespace],
    [4, ''],
    [5, meta.uid],
    [6, meta.resourceVersion],
    [7, 0],
    [8, message([1, seconds], [2, 0])],
    ...rest,
  );
}
/** Without the managed fields: their order in a message is beside the point here. */
const withoutManagedFields = { managedFields: null };

/** Top-level fields of a message that has only length-delimited ones and varints below 2^28. */
function fieldsOf(raw: Buffer): Map<number, string[]> {
  const fields = new Map<number, string[]>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = raw[at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < raw.length) {
    const tag = varint();
    const start = at;
    const value = varint();
    if ((tag & 7) === 2) at += value;
    fields.set(tag >>> 3, [...(fields.get(tag >>> 3) ?? []), raw.toString('hex', start, at)]);
  }
  return fields;
}

test('objects that upstream encoded are served in its bytes', async (t) => {
  const folder = join(root, '..', 'shared', 'corpora', 'kubernetes-codec');
  if (!existsSync(folder)) return t.skip(corpusMissing('kubernetes-codec'));
  for (const [kind, resource] of [
    ['ConfigMap', 'configmaps'],
    ['ServiceAccount', 'serviceaccounts'],
  ] as const) {
    const object = JSON.parse(readFileSync(join(folder, `core.v1.${kind}.json`), 'utf8'));
    const body = { ...object, metadata: { name: 'from-corpus' } };
    assert.equal((await server.post(`${namespace}/${resource}`, body)).status, 201);
    const { bytes, headers } = await server.get(`${namespace}/${resource}/from-corpus`, clientGo);
    assert.equal(headers['content-type'], protobuf);
    const served = decodeEnvelope(bytes);
    const upstream = decodeEnvelope(readFileSync(join(folder, `core.v1.${kind}.pb`)));
    assert.deepEqual([served.apiVersion, served.kind], ['v1', kind]);
    const [ours, theirs] = [fieldsOf(served.raw), fieldsOf(upstream.raw)];
    ours.delete(1);
    theirs.delete(1);
    // Of the secrets of a ServiceAccount, upstream's server keeps the names alone.
    if (kind === 'ServiceAccount') for (const fields of [ours, theirs]) fields.delete(2);
    assert.ok(theirs.size >= 2);
    assert.deepEqual(ours, theirs, kind);
    await server.remove(`${namespace}/${resource}/from-corpus`);
  }
});

test('one object, to the byte, and the list it is in', async () => {
  const path = `${namespace}/configmaps`;
  await server.post(path, {
    metadata: { name: 'a', labels: { z: '1', b: '2' }, ...withoutManagedFields },
    data: { y: '', x: 'é' },
    binaryData: { raw: 'AP8=' },
  });
  const { json } = await server.get(`${path}/a`);
  delete json.metadata.managedFields;
  const entry = (key: string, value: string | Buffer): Buffer => message([1, key], [2, value]);
  const answer = await server.get(`${path}/a`, accept);
  const fields = fieldsOf(decodeEnvelope(answer.bytes).raw);
  assert.deepEqual(
    fields.get(2),
    ['x', 'y'].map((key) => sized(entry(key, key === 'x' ? 'é' : ''))),
  );
  assert.deepEqual(fields.get(3), [sized(entry('raw', Buffer.from([0, 255])))]);
  assert.deepEqual([...fields.keys()], [1, 2, 3]);
  const labels: [number, Buffer][] = ['b', 'z'].map((key) => [11, entry(key, key === 'b' ? '2' : '1')]);
  assert.ok(fields.get(1)?.[0]?.includes(metadataBytes(json.metadata, ...labels).toString('hex')));
  const { raw } = decodeEnvelope(answer.bytes);
  assert.deepEqual(answer.bytes, enveloped('v1', 'ConfigMap', raw));

  const list = await server.get(`${path}?fieldSelector=metadata.name=a`, accept);
  const listMeta = (version: string): Buffer => message([1, ''], [2, version], [3, '']);
  const { resourceVersion } = (await server.get(`${path}?fieldSelector=metadata.name=a`)).json.metadata;
  assert.deepEqual(
    list.bytes,
    enveloped('v1', 'ConfigMapList', message([1, listMeta(resourceVersion)], [2, raw])),
  );
  const none = await server.get(`${path}?fieldSelector=metadata.name=none`, accept);
  assert.deepEqual(none.bytes, enveloped('v1', 'ConfigMapList', message([1, listMeta(resourceVersion)])));
  await server.remove(`${path}/a`);
});
const sized = (bytes: Buffer): string => message([1, bytes]).subarray(1).toString('hex');

test('long lists, pages and metadata only', async () => {
  const names = Array.from(
    { length: limits.listStepEntries + 5 },
    (_, i) => `long-${String(i).padStart(4, '0')}`,
  );
  const labels = { long: 'yes' };
  await Promise.all(
    names.map((name) => server.post(configMaps, { metadata: { name, labels }, data: { name } })),
  );
  const path = `${configMaps}?labelSelector=long`;
  const schema = listSchemaOf(configMapSchema);
  const namesIn = (list: { items: { metadata: { name: string } }[] }): string[] =>
    list.items.map(({ metadata }) => metadata.name);
  const json = (await server.get(path)).json;
  const whole = decoded(await server.get(path, clientGo), schema);
  assert.deepEqual([whole.kind, whole.apiVersion], ['ConfigMapList', 'v1']);
  assert.deepEqual(whole.metadata, json.metadata);
  assert.deepEqual(
    whole.items,
    json.items.map(({ kind: _k, apiVersion: _v, ...item }: Record<string, unknown>) => item),
  );
  const page = decoded(await server.get(`${path}&limit=3`, accept), schema);
  assert.deepEqual(namesIn(page), names.slice(0, 3));
  const rest = decoded(
    await server.get(`${path}&limit=${names.length}&continue=${page.metadata.continue}`, accept),
    schema,
  );
  assert.deepEqual(namesIn(rest), names.slice(3));
  assert.equal(rest.metadata.continue, undefined);

  const partial = { accept: `${protobuf};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1` };
  const some = decoded(
    await server.get(`${path}&limit=2`, partial),
    listSchemaOf(partialObjectMetadataSchema),
  );
  assert.deepEqual([some.kind, some.apiVersion], ['PartialObjectMetadataList', 'meta.k8s.io/v1']);
  assert.deepEqual(
    some.items,
    json.items.slice(0, 2).map(({ metadata }: { metadata: object }) => ({ metadata })),
  );
  const gone = await server.send(path, { method: 'DELETE', headers: accept });
  assert.deepEqual(namesIn(decoded(gone, schema)), names);
});

test('a list larger than what is held of it is whole all the same', async () => {
  const large = 'x'.repeat(1_000_000);
  const names = Array.from(
    { length: Math.ceil(limits.protobufListBytes / large.length) + 2 },
    (_, i) => `large-${i}`,
  );
  const labels = { large: 'yes' };
  for (const name of names) {
    assert.equal(
      (await server.post(configMaps, { metadata: { name, labels }, data: { large } })).status,
      201,
    );
  }
  const path = `${configMaps}?labelSelector=large`;
  const { items } = decoded(await server.get(path, accept), listSchemaOf(configMapSchema));
  assert.deepEqual(
    items.map((item: { metadata: { name: string } }) => item.metadata.name),
    names.sort(),
  );
  assert.ok(items.every((item: { data: { large: string } }) => item.data.large === large));
  await server.send(path, { method: 'DELETE' });
});

test('writes are answered in protobuf, and a delete with a Status', async () => {
  const body = enveloped(
    'v1',
    'ConfigMap',
    message([1, message([1, 'w'])], [2, message([1, 'k'], [2, 'v'])]),
  );
  const made = await server.send(configMaps, { method: 'POST', body, type: protobuf, headers: clientGo });
  assert.equal(made.status, 201);
  assert.deepEqual(decoded(made, configMapSchema).data, { k: 'v' });
  const path = `${configMaps}/w`;
  const patched = await server.send(path, {
    method: 'PATCH',
    body: { data: { l: 'w' } },
    type: 'application/merge-patch+json',
    headers: clientGo,
  });
  assert.deepEqual(decoded(patched, configMapSchema).data, { k: 'v', l: 'w' });
  // What was answered may be sent back.
  const put = await server.send(path, {
    method: 'PUT',
    body: patched.bytes,
    type: protobuf,
    headers: clientGo,
  });
  assert.equal(put.status, 200);
  assert.deepEqual(put.bytes, patched.bytes);
  const dry = await server.send(`${path}?dryRun=All`, {
    method: 'PUT',
    body: put.bytes,
    type: protobuf,
    headers: accept,
  });
  assert.deepEqual(decoded(dry, configMapSchema).data, { k: 'v', l: 'w' });
  const { uid } = decoded(put, configMapSchema).metadata;
  const gone = await server.send(path, { method: 'DELETE', headers: clientGo });
  assert.deepEqual(decodedStatus(gone), {
    apiVersion: 'v1',
    kind: 'Status',
    metadata: {},
    status: 'Success',
    details: { name: 'w', kind: 'configmaps', uid },
  });
});

test('refusals come in the encoding that is accepted', async () => {
  const path = `${configMaps}/none`;
  const plain = (await server.get(path)).json;
  const expected = message(
    [1, message([1, ''], [2, ''], [3, ''])],
    [2, 'Failure'],
    [3, plain.message],
    [4, 'NotFound'],
    [5, message([1, 'none'], [2, ''], [3, 'configmaps'], [5, 0], [6, ''])],
    [6, 404],
  );
  for (const headers of [accept, clientGo, { accept: `${protobuf};stream=watch` }]) {
    const answer = await server.get(path, headers);
    assert.deepEqual([answer.status, answer.headers['content-type']], [404, protobuf]);
    assert.deepEqual(answer.bytes, enveloped('v1', 'Status', expected));
  }
  const yaml = await server.get(path, { accept: 'application/yaml' });
  assert.equal(yaml.headers['content-type'], 'application/yaml');
  assert.deepEqual(parseYaml(yaml.text), plain);
  const table = await server.get(path, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
  assert.deepEqual([table.headers['content-type'], table.json], ['application/json', plain]);
  assert.equal((await server.get(`${path}?pretty=true`)).text, JSON.stringify(plain, null, 2));
  const invalid = await server.send(configMaps, {
    method: 'POST',
    body: { metadata: { name: 'NO' } },
    headers: accept,
  });
  assert.equal(invalid.status, 422);
  const { details } = decodedStatus(invalid) as { details: { causes: { field: string }[] } };
  assert.equal(details.causes[0]?.field, 'metadata.name');
  // Nobody is told in a form they do not read what is wrong with what they read.
  const refused = await server.get(path, { accept: 'text/plain' });
  assert.deepEqual([refused.status, refused.headers['content-type']], [406, 'application/json']);
  assert.equal(
    refused.json.message,
    '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  );
});

test('kinds without protobuf are answered in the next encoding, and have their metadata in it', async () => {
  const path = `${organizations}/acme`;
  const { headers, json } = await server.get(path, clientGo);
  assert.deepEqual([headers['content-type'], json.kind], ['application/json', 'Organization']);
  assert.equal((await server.get(organizations, clientGo)).json.kind, 'OrganizationList');
  const refused = await server.get(path, accept);
  assert.equal(refused.status, 406);
  assert.equal((decodedStatus(refused) as { reason: string }).reason, 'NotAcceptable');
  const partial = { accept: `${protobuf};as=PartialObjectMetadata;g=meta.k8s.io;v=v1` };
  assert.deepEqual(decoded(await server.get(path, partial), partialObjectMetadataSchema), {
    apiVersion: 'meta.k8s.io/v1',
    kind: 'PartialObjectMetadata',
    metadata: json.metadata,
  });
});

test('a table has no protobuf', async () => {
  const table = `${protobuf};as=Table;v=v1;g=meta.k8s.io`;
  assert.equal((await server.get(configMaps, { accept: table })).status, 406);
  const next = await server.get(configMaps, { accept: `${table},application/json` });
  assert.equal(next.json.kind, 'ConfigMapList');
});

/** A watch, as the frames that came so far. */
class Frames {
  contentType = '';
  isEnded = false;
  readonly #stream: ClientHttp2Stream;
  #bytes = Buffer.alloc(0);

  constructor(path: string, headers: Record<string, string>) {
    const session = server.connect();
    this.#stream = session.request({ ':path': path, ...headers });
    this.#stream.on('response', (answered) => {
      this.contentType = String(answered['content-type']);
    });
    this.#stream.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
    });
    this.#stream.on('close', () => {
      this.isEnded = true;
      session.close();
    });
  }

  /** The WatchEvents of the first frames, once there are so many: what happened, and the object in its envelope. */
  async take(count: number): Promise<{ type: string; object: Buffer }[]> {
    const deadline = Date.now() + limits.shutdownGraceMs * 3;
    for (;;) {
      const events: { type: string; object: Buffer }[] = [];
      for (let at = 0; at + 4 <= this.#bytes.length && events.length < count; ) {
        const end = at + 4 + this.#bytes.readUInt32BE(at);
        if (end > this.#bytes.length) break;
        events.push(eventOf(this.#bytes.subarray(at + 4, end)));
        at = end;
      }
      if (events.length === count) return events;
      assert.ok(Date.now() < deadline, `${count} frames in time; got ${events.length}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  close(): void {
    this.#stream.close();
  }
}

/** Takes a WatchEvent apart, and checks that it consists of nothing else. */
function eventOf(frame: Buffer): { type: string; object: Buffer } {
  const start = frame.indexOf('k8s\0');
  const type = frame.toString('utf8', 2, 2 + frame[1]!);
  const object = frame.subarray(start);
  assert.deepEqual(frame, message([1, type], [2, message([1, object])]));
  return { type, object };
}

test('a watch is frames, each event in an envelope of its own', async () => {
  const path = `${configMaps}?labelSelector=watched&watch=1`;
  const labels = { watched: 'yes' };
  await server.post(configMaps, { metadata: { name: 'w1', labels }, data: { k: '1' } });
  const initial = '&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
  const stream = new Frames(`${path}${initial}`, clientGo);
  const same = new Frames(`${path}${initial}`, { accept: `${protobuf};stream=watch` });
  const [added, bookmark] = await stream.take(2);
  assert.equal(stream.contentType, `${protobuf};stream=watch`);
  assert.equal(added!.type, 'ADDED');
  assert.deepEqual(added!.object, (await server.get(`${configMaps}/w1`, accept)).bytes);
  assert.equal(bookmark!.type, 'BOOKMARK');
  const mark = decodeProtobuf(bookmark!.object, configMapSchema);
  assert.deepEqual(mark.metadata.annotations, { 'k8s.io/initial-events-end': 'true' });
  assert.deepEqual(
    bookmark!.object,
    enveloped(
      'v1',
      'ConfigMap',
      message([
        1,
        message(
          ...([1, 2, 3, 4, 5] as const).map((number) => [number, ''] as const),
          [6, mark.metadata.resourceVersion ?? ''],
          [7, 0],
          [8, ''],
          [12, message([1, 'k8s.io/initial-events-end'], [2, 'true'])],
        ),
      ]),
    ),
  );
  await same.take(2);
  await server.patch(`${configMaps}/w1`, { data: { k: '2' } });
  const modified = (await stream.take(3))[2]!;
  assert.equal(modified.type, 'MODIFIED');
  assert.deepEqual(modified.object, (await server.get(`${configMaps}/w1`, accept)).bytes);
  await server.remove(`${configMaps}/w1`);
  const deleted = (await stream.take(4))[3]!;
  assert.equal(deleted.type, 'DELETED');
  assert.deepEqual(decodeProtobuf(deleted.object, configMapSchema).data, { k: '2' });
  assert.deepEqual(await same.take(4), await stream.take(4));
  stream.close();
  same.close();
});

test('a watch of metadata, and what cannot be watched', async () => {
  await server.post(configMaps, { metadata: { name: 'm1' } });
  const partial = `${protobuf};as=PartialObjectMetadata;g=meta.k8s.io;v=v1`;
  const stream = new Frames(`${configMaps}?watch=1&fieldSelector=metadata.name=m1`, { accept: partial });
  const [added] = await stream.take(1);
  const object = decodeProtobuf(added!.object, partialObjectMetadataSchema);
  assert.deepEqual(object, {
    apiVersion: 'meta.k8s.io/v1',
    kind: 'PartialObjectMetadata',
    metadata: (await server.get(`${configMaps}/m1`)).json.metadata,
  });
  stream.close();

  // A revision from before the project's first.
  const shop = '/projects/shop/control-plane/api/v1/configmaps';
  const expired = new Frames(`${shop}?watch=1&resourceVersion=1`, clientGo);
  const [error] = await expired.take(1);
  assert.equal(error!.type, 'ERROR');
  assert.equal((decodeProtobuf(error!.object, statusSchema) as { code: number }).code, 410);
  const invalid = await server.get(`${configMaps}?watch=1&resourceVersion=x`, clientGo);
  assert.equal(invalid.status, 400);
  assert.equal((decodedStatus(invalid) as { reason: string }).reason, 'BadRequest');
  assert.equal((await server.get(`${configMaps}?watch=1`, { accept: 'application/yaml' })).status, 406);
  // What has no protobuf is watched as JSON.
  const json = server.watch(organizations, clientGo);
  assert.equal((await json.until((events) => events.length > 0))[0]!.object.kind, 'Organization');
  json.close();
});
