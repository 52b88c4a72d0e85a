/**
 * Each word of the OpenAPI documents is a promise: what is described is served, in every media type named, and what is
 * not described is refused. The requests are made from the documents, so a new kind is tested as soon as it is served.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, ApiServer } from '../api-client.ts';

// biome-ignore lint/suspicious/noExplicitAny: documents are read as their clients read them.
type Json = any;
interface Described {
  readonly path: string;
  readonly method: string;
  readonly operation: Json;
}

let server: ApiServer;
let paths: [string, Json][];
let operations: Described[];
before(async () => {
  server = await ApiServer.start();
  const index = (await server.get('/openapi/v3')).json;
  const documents = await Promise.all(
    Object.keys(index.paths).map(async (name) => (await server.get(`/openapi/v3/${name}`)).json),
  );
  paths = documents.flatMap((document) => Object.entries(document.paths));
  operations = paths.flatMap(([path, item]) =>
    Object.entries<Json>(item)
      .filter(([key]) => key !== 'parameters')
      .map(([method, operation]) => ({ path, method, operation })),
  );
});
after(() => server.stop());

const missing = 'nothing';
const concrete = (path: string): string => path.replace('{namespace}', 'default').replace('{name}', missing);

/** So many at a time: each is a request or more. */
async function forEach<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await run(item);
  };
  await Promise.all(Array.from({ length: 150 }, worker));
}

/** The endpoint is there, whatever it says of the object. */
function assertServed({ status, text }: Answer, what: string): void {
  assert.ok(status !== 405 && status !== 415 && status !== 406 && status < 500, `${what}: ${text}`);
  if (status === 404) assert.match(text, / \\?"nothing\\?" not found/, `${what}: ${text}`);
}

const bodies: Readonly<Record<string, string>> = { 'application/json-patch+json': '[]' };
/** What takes anything is asked with each encoding that the server reads. */
const encodings = ['application/json', 'application/yaml'];

test('there is something to promise', () => {
  assert.ok(operations.length > 300, String(operations.length));
});

test('reads are answered in every media type that is named', async () => {
  const reads = operations.filter(({ method }) => method === 'get');
  await forEach(reads, async ({ path, operation }) => {
    const isWatch = path.includes('/watch/');
    for (const type of Object.keys(operation.responses['200'].content)) {
      const isStream = type.endsWith(';stream=watch');
      if (isWatch && !isStream) continue;
      const target = `${concrete(path)}${isStream ? '?watch=1&timeoutSeconds=1' : ''}`;
      const answer = await server.get(target, { accept: type });
      const what = `GET ${target} as ${type}`;
      assertServed(answer, what);
      if (answer.status === 404) continue;
      assert.equal(answer.status, 200, `${what}: ${answer.text}`);
      const given = String(answer.headers['content-type']);
      assert.ok(given === type || given === type.replace(/;.*/, ''), `${what}: ${given}`);
    }
  });
});

test('writes are taken in every media type that is named', async () => {
  const writes = operations.filter(({ method }) => method !== 'get');
  await forEach(writes, async ({ path, method, operation }) => {
    const named = Object.keys(operation.requestBody.content);
    for (const type of named.includes('*/*') ? encodings : named) {
      const target = `${concrete(path)}?dryRun=All&fieldManager=test`;
      const answer = await server.send(target, {
        method: method.toUpperCase(),
        type,
        body: bodies[type] ?? '{}',
      });
      assertServed(answer, `${method} ${target} as ${type}`);
    }
  });
});

test('what is not described is refused', async () => {
  await forEach(paths, async ([path, item]) => {
    for (const method of ['get', 'post', 'put', 'patch', 'delete']) {
      if (method in item) continue;
      const { status, text } = await server.send(concrete(path), {
        method: method.toUpperCase(),
        ...(method === 'get' ? {} : { body: '{}' }),
      });
      const isRefused = status === 405 || (path.includes('/watch/') && status === 404);
      assert.ok(isRefused, `${method} ${path}: ${status} ${text}`);
    }
  });
});

test('documents over HTTP: conditions, redirects, encodings, compression', async () => {
  const path = '/openapi/v3/api/v1';
  const { headers } = await server.get(path);
  const etag = String(headers.etag);
  const check = async (
    target: string,
    asked: Record<string, string>,
    status: number,
    expected: Record<string, string | RegExp | undefined>,
  ): Promise<Answer> => {
    const answer = await server.get(target, asked);
    assert.equal(answer.status, status, target);
    for (const [name, value] of Object.entries(expected)) {
      if (value instanceof RegExp) assert.match(String(answer.headers[name]), value, `${target} ${name}`);
      else assert.equal(answer.headers[name], value, `${target} ${name}`);
    }
    if (status !== 200) assert.equal(answer.bytes.length, 0, target);
    return answer;
  };
  const hash = etag.slice(1, -1);
  await check(path, { 'if-none-match': etag }, 304, { etag });
  await check(path, {}, 200, { vary: 'Accept, Accept-Encoding', 'cache-control': 'no-cache, private' });
  await check(`${path}?hash=${hash}`, {}, 200, { 'cache-control': 'public, immutable', expires: / GMT$/ });
  await check(`${path}?hash=OLD`, {}, 301, { location: `${path}?hash=${hash}`, etag });
  await check(path, { accept: 'text/html' }, 406, { vary: 'Accept' });
  await check('/openapi/v2', { accept: 'text/html' }, 406, { vary: 'Accept' });
  // The document is made when it is first asked for, perhaps in the next second.
  const modified = String((await server.get('/openapi/v2')).headers['last-modified']);
  await check('/openapi/v2', { 'if-modified-since': modified }, 304, {
    'last-modified': / GMT$/,
  });
  const protobuf = await check(
    '/openapi/v2',
    { accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf', 'accept-encoding': 'gzip' },
    200,
    {
      'content-type': 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
      'content-encoding': 'gzip',
    },
  );
  assert.deepEqual([...protobuf.bytes.subarray(0, 2)], [0x1f, 0x8b]);
  const v2 = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const aggregated = await check('/apis', { accept: v2 }, 200, {
    'content-type': v2,
    'cache-control': 'public',
    vary: /^Accept/,
  });
  await check('/apis', { accept: v2, 'if-none-match': String(aggregated.headers.etag) }, 304, {
    etag: aggregated.headers.etag as string,
    'content-length': undefined,
  });
});

test('discovery is indented for who reads it with the eye', async () => {
  const check = async (target: string, agent: string, isIndented: boolean): Promise<void> => {
    const { text, json } = await server.get(target, { 'user-agent': agent });
    assert.equal(text.startsWith('{\n  "'), isIndented, `${target} ${agent}`);
    assert.ok(json.kind !== undefined || json.openapi !== undefined, target);
  };
  await check('/apis', 'curl/8.0', true);
  await check('/api/v1', 'Mozilla/5.0', true);
  await check('/apis/events.k8s.io?pretty=true', 'kubectl', true);
  await check('/apis?pretty=false', 'curl/8.0', false);
  await check('/apis', 'kubectl', false);
  await check('/openapi/v3/api', 'curl/8.0', false);
});
