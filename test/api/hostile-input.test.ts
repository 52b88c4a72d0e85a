/**
 * Input that is made to hurt, through HTTP: each is refused, or taken for what little it is, in bounded time and memory;
 * nothing that was refused is stored, and whoever comes next is served.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { limits } from '../../src/apimachinery/limits.ts';
import { type Answer, ApiServer, type Send } from '../api-client.ts';

const core = '/api/v1/namespaces/default';
const configMaps = `${core}/configmaps`;
const here = `${configMaps}/here`;
/** Of one request, with room for a busy machine: what is quadratic in 3 MiB takes minutes. */
const longestMs = 5_000;
const heapBytesMax = 512 * 1024 * 1024;

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await server.post(configMaps, {
    metadata: { name: 'here' },
    data: Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`k${i}`, 'x'.repeat(100)])),
  });
});
after(() => server.stop());

const json = 'application/json';
const yaml = 'application/yaml';
const protobuf = 'application/vnd.kubernetes.protobuf';
const patchType = (kind: string): string => `application/${kind}-patch+json`;
const kib = (count: number): string => 'x'.repeat(count * 1024);

/** Sends it, and checks that it was refused as said, quickly, and changed nothing. */
async function check(what: string, path: string, send: Send, statuses: readonly number[]): Promise<Answer> {
  const stored = await server.get(configMaps);
  const startMs = Date.now();
  const answer = await server.send(path, send);
  const tookMs = Date.now() - startMs;
  assert.ok(statuses.includes(answer.status), `${what}: ${answer.status} ${answer.text.slice(0, 300)}`);
  assert.ok(tookMs < longestMs, `${what}: ${tookMs} ms`);
  // A refusal says every wrong value twice, and what is wrong with it.
  const answerBytesMax = 16 * limits.requestBodyBytes;
  assert.ok(answer.text.length < answerBytesMax, `${what}: an answer of ${answer.text.length}`);
  if (answer.status >= 400) {
    assert.equal(answer.json.kind, 'Status', what);
    assert.ok(answer.json.message.length > 0, what);
  }
  const next = await server.get(configMaps);
  assert.deepEqual(next.json.items, stored.json.items, `${what}: something is stored`);
  assert.ok(process.memoryUsage().heapUsed < heapBytesMax, `${what}: memory`);
  return answer;
}
const post = (body: string | Buffer, type = json): Send => ({ method: 'POST', body, type });
const patch = (body: unknown, kind: string): Send => ({
  method: 'PATCH',
  body,
  type: kind === 'apply' ? 'application/apply-patch+yaml' : patchType(kind),
});

test('depth', async () => {
  for (const depth of [limits.jsonDepth + 1, 100_000, 700_000]) {
    const lists = `${'['.repeat(depth)}${']'.repeat(depth)}`;
    const objects = `${'{"a":'.repeat(depth / 2)}1${'}'.repeat(depth / 2)}`;
    for (const [shape, text] of Object.entries({ lists, objects, open: '['.repeat(depth) })) {
      const body = `{"metadata":{"name":"deep"},"data":${text}}`;
      await check(`${shape} ${depth} deep`, configMaps, post(body), [400]);
      await check(`${shape} ${depth} deep, YAML`, configMaps, post(body, yaml), [400]);
      for (const kind of ['merge', 'strategic-merge']) {
        await check(`${shape} ${depth} deep, ${kind}`, here, patch(body, kind), [400, 422, 500]);
      }
      await check(
        `${shape} ${depth} deep, json`,
        here,
        patch(`[{"op":"add","path":"/data","value":${text}}]`, 'json'),
        [400, 422],
      );
      await check(
        `${shape} ${depth} deep, applied`,
        `${here}?fieldManager=m`,
        patch(body, 'apply'),
        [400, 500],
      );
    }
  }
  const nested = `data: ${'{a: '.repeat(20_000)}`;
  await check('flow mappings', configMaps, post(nested, yaml), [400]);
  const indented = Array.from({ length: 1_200 }, (_, i) => `${' '.repeat(i)}a:`).join('\n');
  await check('indentation', configMaps, post(indented, yaml), [400]);
});

test('aliases', async () => {
  const laughs = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 30; i++)
    laughs.push(
      `a${i}: &a${i} [${Array(9)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
    );
  await check('a billion laughs', configMaps, post(laughs.join('\n'), yaml), [400]);
  await check('and applied', `${here}?fieldManager=m`, patch(laughs.join('\n'), 'apply'), [400]);
  const many = `data: &a {x: y}\nlist: [${Array(200_000).fill('*a').join(',')}]`;
  await check('many aliases', configMaps, post(many, yaml), [400]);
  await check('an alias of itself', configMaps, post('a: &a [*a]', yaml), [400]);
  const merged = `${Array.from({ length: 300 }, (_, i) => `m${i}: &m${i} {k${i}: v${i === 0 ? '' : `, <<: *m${i - 1}`}}`).join('\n')}`;
  await check('merge keys', configMaps, post(merged, yaml), [400, 422]);
});

test('length and number', async () => {
  const name = '"metadata":{"name":"big"}';
  const large = 'x'.repeat(limits.requestBodyBytes - 100);
  await check('3 MiB of a text', configMaps, post(`{${name},"data":{"a":"${large}"}}`), [413, 422]);
  await check('3 MiB of a name', configMaps, post(`{"metadata":{"name":"${large}"}}`), [400, 413, 422]);
  await check('3 MiB of a key', configMaps, post(`{${name},"data":{"${large}":"a"}}`), [413, 422]);
  await check(
    '3 MiB of escapes',
    configMaps,
    post(`{${name},"data":{"a":"${'\\u0000'.repeat(500_000)}"}}`),
    [413, 422],
  );
  await check('3 MiB of backslashes', configMaps, post(`{${name},"x":"${'\\\\'.repeat(1_400_000)}"`), [400]);
  await check(
    '3 MiB of digits',
    configMaps,
    post(`{"metadata":{"generation":${'9'.repeat(3_000_000)}}}`),
    [400],
  );
  await check(
    '3 MiB of a fraction',
    configMaps,
    post(`{"metadata":{"generation":1.${'9'.repeat(3_000_000)}}}`),
    [400],
  );
  await check(
    '3 MiB of digits, YAML',
    configMaps,
    post(`metadata: {generation: ${'9'.repeat(3_000_000)}}`, yaml),
    [400],
  );
  await check('3 MiB of space', configMaps, post(' '.repeat(limits.requestBodyBytes)), [400]);
  await check('3 MiB of quotes', configMaps, post(`{"a":${'""'.repeat(1_400_000)}`), [400]);
  await check('one byte more', configMaps, post('x'.repeat(limits.requestBodyBytes + 1)), [413]);

  const twice = Array.from({ length: 100_000 }, (_, i) => `"k${i % 10}":"v"`).join(',');
  const repeated = `{"metadata":{"name":"BAD"},"data":{${twice}}}`;
  await check('100,000 repeated fields', configMaps, post(repeated), [422]);
  await check('and strictly', `${configMaps}?fieldValidation=Strict`, post(repeated), [400]);
  const unknown = Array.from({ length: 100_000 }, (_, i) => `"u${i}":1`).join(',');
  const strange = `{"metadata":{"name":"BAD"},${unknown}}`;
  const warned = await check('100,000 unknown fields', configMaps, post(strange), [422]);
  const warning = String(warned.headers.warning ?? '');
  assert.ok(warning.length < 2 * limits.warningRunes, `${warning.length} of warnings`);
  await check('and strictly', `${configMaps}?fieldValidation=Strict`, post(strange), [400]);
  const labels = Array.from({ length: 100_000 }, (_, i) => `"a${i}":"!"`).join(',');
  await check('100,000 labels', configMaps, post(`{"metadata":{"name":"l","labels":{${labels}}}}`), [422]);
  const proto =
    '{"metadata":{"name":"BAD"},"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
  await check('names of the prototype', configMaps, post(proto), [422]);
  await check('and as a patch', here, patch('{"__proto__":{"polluted":1}}', 'merge'), [200]);
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});

test('patches', async () => {
  const operation = { op: 'test', path: '/data/k0', value: 'no' };
  await check('10,000 operations', here, patch(Array(10_000).fill(operation), 'json'), [422]);
  await check('10,001 operations', here, patch(Array(10_001).fill(operation), 'json'), [413]);
  const doubling = Array.from({ length: 60 }, (_, i) => ({
    op: 'copy',
    from: '/data',
    path: `/data/copy${i}`,
  }));
  await check('copies of copies', here, patch(doubling, 'json'), [422]);
  const shifting = Array.from({ length: 9_999 }, () => ({
    op: 'add',
    path: '/metadata/finalizers/0',
    value: 'a.io/b',
  }));
  const list = { op: 'add', path: '/metadata/finalizers', value: ['a.io/a'] };
  await check(
    '10,000 insertions',
    here,
    patch([list, ...shifting, { op: 'test', path: '/kind', value: '' }].slice(1), 'json'),
    [422],
  );
  await check(
    'a long path',
    here,
    patch([{ op: 'add', path: '/a'.repeat(500_000), value: 1 }], 'json'),
    [422],
  );
  await check(
    'a long index',
    here,
    patch(
      [
        { op: 'add', path: `/metadata/${'9'.repeat(1_000_000)}`, value: {} },
        { op: 'remove', path: '/none' },
      ],
      'json',
    ),
    [422],
  );
  const order = Array.from({ length: 200_000 }, (_, i) => `f${i}`);
  await check(
    'a long order',
    here,
    patch({ metadata: { '$setElementOrder/finalizers': order, finalizers: ['!'] } }, 'strategic-merge'),
    [422, 500],
  );
  const owners = Array.from({ length: 20_000 }, (_, i) => ({ uid: `u${i}` }));
  await check(
    'many to merge',
    here,
    patch({ metadata: { ownerReferences: owners } }, 'strategic-merge'),
    [422],
  );
  const deletions = { metadata: { '$deleteFromPrimitiveList/finalizers': order, finalizers: ['!'] } };
  await check('many to delete', here, patch(deletions, 'strategic-merge'), [422, 500]);
});

test('selectors', async () => {
  const get = (query: string, statuses: readonly number[]) =>
    check(query.slice(0, 60), `${configMaps}?${query}`, {}, statuses);
  const bytes = limits.requestUrlBytes - configMaps.length - 40;
  await get(`labelSelector=${'('.repeat(bytes)}`, [400]);
  await get(`labelSelector=${'a,'.repeat(bytes / 2)}`, [400]);
  await get(`labelSelector=${'!'.repeat(bytes)}a`, [400]);
  await get(`labelSelector=a%20in%20(${'b,'.repeat(bytes / 2 - 10)}b)`, [200]);
  await get(`labelSelector=${'a'.repeat(bytes)}`, [400]);
  await get(`labelSelector=(a%2B)%2B%24`, [400]);
  await get(`fieldSelector=${'metadata.name!=a,'.repeat(bytes / 17 - 1)}metadata.name!=b`, [200]);
  await get(`fieldSelector=${'\\'.repeat(bytes)}`, [400]);
  await get(`fieldSelector=${'='.repeat(bytes)}`, [400]);
  await get(`continue=${'A'.repeat(bytes)}`, [400]);
  await get(`resourceVersion=${'9'.repeat(bytes)}`, [400]);
  await get(`limit=${'9'.repeat(bytes)}`, [400]);
  const long = await server.get(`${configMaps}?labelSelector=${'a'.repeat(limits.requestUrlBytes)}`);
  assert.deepEqual([long.status, long.json.reason], [414, 'RequestURITooLong']);
});

test('protobuf', async () => {
  const varint = (value: number): Buffer => {
    const out: number[] = [];
    let left = value;
    for (; left > 127; left = Math.floor(left / 128)) out.push((left % 128) | 128);
    return Buffer.from([...out, left]);
  };
  const message = (field: number, content: Buffer): Buffer =>
    Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);
  const envelope = (raw: Buffer): Buffer =>
    Buffer.concat([
      Buffer.from('k8s\0'),
      message(1, Buffer.concat([message(1, Buffer.from('v1')), message(2, Buffer.from('ConfigMap'))])),
      message(2, raw),
    ]);
  const send = (what: string, raw: Buffer, statuses: readonly number[] = [400]) =>
    check(what, configMaps, post(envelope(raw), protobuf), statuses);

  let nested: Buffer = Buffer.alloc(0);
  for (let i = 0; i < 5_000; i++) nested = message(1, nested);
  await send('nesting', nested, [400, 422]);
  // Field 99, which nobody knows, as groups.
  await send('groups', Buffer.alloc(1_000_000, Buffer.from([0x9b, 0x06])));
  await send('a length beyond the end', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]));
  await send(
    'a length beyond all',
    Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
  );
  await send('an endless number', Buffer.alloc(1_000_000, 0xff));
  await send('field 0', Buffer.from([0x02, 0x00]));
  await send('a wrong wire type', Buffer.from([0x0f]));
  const entry = message(2, Buffer.concat([message(1, Buffer.from('k')), message(2, Buffer.from('v'))]));
  const many = Buffer.concat(Array<Buffer>(300_000).fill(entry));
  await send('300,000 entries of one key', many, [422]);
  const metadata = message(1, message(13, Buffer.alloc(0)));
  await send('400,000 empty owners', Buffer.concat(Array<Buffer>(400_000).fill(metadata)), [413, 422]);
  await check(
    'a lie about the whole',
    configMaps,
    post(Buffer.from('6b3873000affffffff0f', 'hex'), protobuf),
    [400],
  );
  await check('only the magic', configMaps, post(Buffer.from('6b387300', 'hex'), protobuf), [400]);
});

test('managers, headers and names', async () => {
  const entries = Array.from({ length: 20_000 }, (_, i) => ({
    manager: `m${i}`,
    operation: 'Update',
    apiVersion: 'v1',
    fieldsType: 'FieldsV1',
    fieldsV1: { [`f:${i}`]: {} },
  }));
  const managed = { metadata: { name: 'BAD', managedFields: entries } };
  await check('20,000 managers', configMaps, post(JSON.stringify(managed)), [413, 422]);
  let fields: object = {};
  for (let i = 0; i < 900; i++) fields = { 'f:a': fields };
  const deep = { metadata: { name: 'BAD', managedFields: [{ ...entries[0], fieldsV1: fields }] } };
  await check('deep fields', configMaps, post(JSON.stringify(deep)), [400, 422]);
  await check(
    'a long manager',
    `${configMaps}?fieldManager=${kib(8)}`,
    post('{"metadata":{"name":"m"}}'),
    [422],
  );
  await check(
    'many accepted',
    configMaps,
    { headers: { accept: `${'a/b;q=0.1,'.repeat(5_000)}application/json` } },
    [200, 406],
  );
  await check('a long user agent', `${configMaps}/none`, { headers: { 'user-agent': kib(32) } }, [404]);
});

test('and the server is as it was', async () => {
  const { status, json: items } = await server.get(configMaps);
  assert.equal(status, 200);
  assert.deepEqual(
    items.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name),
    ['here'],
  );
  assert.equal((await server.post(configMaps, { metadata: { name: 'after' } })).status, 201);
});
