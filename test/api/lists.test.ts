/** LIST: every cell of the resourceVersion table, pages that stay at one revision, and selectors. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { limits } from '../../src/apimachinery/limits.ts';
import { type Answer, ApiServer, makeProjects } from '../api-client.ts';

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await makeProjects(server, 'acme', ['p', 'q']);
});
after(() => server.stop());

let count = 0;
/** The configmaps of a namespace of their own. */
async function collection(prefix = ''): Promise<string> {
  const namespace = `lists-${count++}`;
  await server.post(`${prefix}/api/v1/namespaces`, { metadata: { name: namespace } });
  return `${prefix}/api/v1/namespaces/${namespace}/configmaps`;
}
async function fill(path: string, names: readonly string[], metadata: object = {}): Promise<void> {
  const answers = await Promise.all(
    names.map((name) => server.post(path, { metadata: { name, ...metadata } })),
  );
  for (const { status, text } of answers) assert.equal(status, 201, text);
}
const names = ({ json }: Answer): string[] =>
  json.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
async function refused(path: string, code: number, message: string): Promise<void> {
  const { status, json, text } = await server.get(path);
  assert.equal(status, code, text);
  assert.equal(json.message, message);
}

test('the table of resourceVersion and resourceVersionMatch', async () => {
  const path = await collection();
  await fill(path, ['a', 'b', 'c']);
  const old = (await server.get(path)).json.metadata.resourceVersion;
  const token = (await server.get(`${path}?limit=1`)).json.metadata.continue;
  await fill(path, ['d']);
  await server.remove(`${path}/b`);
  const latest = (await server.get(path)).json.metadata.resourceVersion;

  /** The names listed, and the list's resourceVersion. */
  const check = async (query: string, listed: string, resourceVersion: string) => {
    const answer = await server.get(`${path}?${query}`);
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(
      [names(answer).join(''), answer.json.metadata.resourceVersion],
      [listed, resourceVersion],
      query,
    );
  };
  // No match: most recent, any, not older than. With a limit: exactly that one.
  await check('', 'acd', latest);
  await check('resourceVersion=', 'acd', latest);
  await check('resourceVersion=0', 'acd', latest);
  await check(`resourceVersion=${old}`, 'acd', latest);
  await check(`resourceVersion=${latest}`, 'acd', latest);
  await check('limit=2', 'ac', latest);
  await check('limit=2&resourceVersion=0', 'ac', latest);
  await check(`limit=2&resourceVersion=${old}`, 'ab', old);
  await check(`limit=9&resourceVersion=${old}`, 'abc', old);
  await check(`limit=1&continue=${token}`, 'b', old);
  await check(`limit=9&continue=${token}&resourceVersion=0`, 'bc', old);
  await check(`continue=${token}`, 'bc', old);
  // Exact.
  await check(`resourceVersion=${old}&resourceVersionMatch=Exact`, 'abc', old);
  await check(`resourceVersion=${latest}&resourceVersionMatch=Exact`, 'acd', latest);
  await check(`limit=2&resourceVersion=${old}&resourceVersionMatch=Exact`, 'ab', old);
  // Not older than.
  await check('resourceVersion=0&resourceVersionMatch=NotOlderThan', 'acd', latest);
  await check(`resourceVersion=${old}&resourceVersionMatch=NotOlderThan`, 'acd', latest);
  await check('limit=2&resourceVersion=0&resourceVersionMatch=NotOlderThan', 'ac', latest);
  await check(`limit=2&resourceVersion=${old}&resourceVersionMatch=NotOlderThan`, 'ac', latest);

  const matchField = 'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch:';
  const unprovided = `${matchField} Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided`;
  for (const limit of ['', '&limit=2']) {
    await refused(`${path}?resourceVersionMatch=Exact${limit}`, 422, unprovided);
    await refused(`${path}?resourceVersionMatch=NotOlderThan${limit}`, 422, unprovided);
    await refused(
      `${path}?resourceVersion=0&resourceVersionMatch=Exact${limit}`,
      422,
      `${matchField} Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"`,
    );
    await refused(
      `${path}?resourceVersion=${old}&resourceVersionMatch=Newest${limit}`,
      422,
      `${matchField} Unsupported value: "Newest": supported values: "Exact", "NotOlderThan", ""`,
    );
  }
  await refused(
    `${path}?limit=1&continue=${token}&resourceVersion=${old}`,
    400,
    'specifying resource version is not allowed when using continue',
  );
  await refused(
    `${path}?limit=1&continue=${token}&resourceVersion=${old}&resourceVersionMatch=Exact`,
    422,
    `${matchField} Forbidden: resourceVersionMatch is forbidden when continue is provided`,
  );
  for (const value of ['true', 'false', '']) {
    await refused(
      `${path}?sendInitialEvents=${value}`,
      422,
      'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list',
    );
  }
});

test('pages are of one revision, whatever happens between them', async () => {
  const path = await collection();
  await fill(path, ['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  const whole = await server.get(path);
  const pages: Answer[] = [];
  let token = '';
  for (let page = 0; page === 0 || token !== ''; page++) {
    const answer = await server.get(`${path}?limit=2${token === '' ? '' : `&continue=${token}`}`);
    pages.push(answer);
    token = answer.json.metadata.continue ?? '';
    // Gone, changed, new before and behind the cursor, and back under the same name.
    const [gone, changed] = [
      ['d', 'e'],
      ['f', 'g'],
      ['a', 'b'],
    ][page] ?? ['d', 'c'];
    await server.remove(`${path}/${gone}`);
    await server.patch(`${path}/${changed}`, { data: { page: `${page}` } });
    await server.post(path, { metadata: { name: `${gone}-new` } });
    if (page === 1) await server.post(path, { metadata: { name: 'd' }, data: { second: 'life' } });
  }
  assert.deepEqual(pages.map(names), [['a', 'b'], ['c', 'd'], ['e', 'f'], ['g']]);
  assert.deepEqual(
    pages.flatMap(({ json }) => json.items),
    whole.json.items,
  );
  assert.deepEqual(
    pages.map(({ json }) => [json.metadata.resourceVersion, json.metadata.remainingItemCount]),
    [5, 3, 1, undefined].map((remaining) => [whole.json.metadata.resourceVersion, remaining]),
  );
  assert.equal(pages.at(-1)?.json.metadata.continue, undefined);
});

test('a page that ends with the collection has no token', async () => {
  const path = await collection();
  await fill(path, ['a', 'b', 'c', 'd']);
  const exact = (await server.get(`${path}?limit=4`)).json.metadata;
  assert.deepEqual([exact.continue, exact.remainingItemCount], [undefined, undefined]);
  const first = (await server.get(`${path}?limit=2`)).json.metadata;
  assert.equal(first.remainingItemCount, 2);
  const second = (await server.get(`${path}?limit=2&continue=${first.continue}`)).json.metadata;
  assert.deepEqual([second.continue, second.remainingItemCount], [undefined, undefined]);
  for (const limit of ['0', '-1', '9223372036854775807']) {
    const answer = await server.get(`${path}?limit=${limit}`);
    assert.deepEqual([names(answer).length, answer.json.metadata.continue], [4, undefined]);
  }
});

test('pages over all namespaces', async () => {
  const prefix = '/projects/p/control-plane';
  for (let i = 0; i < 3; i++) await fill(await collection(prefix), ['x', 'y', 'z']);
  const all = `${prefix}/api/v1/configmaps`;
  const whole = (await server.get(all)).json.items;
  assert.equal(whole.length, 9);
  const found: unknown[] = [];
  let token = '';
  do {
    const { json } = await server.get(`${all}?limit=2${token === '' ? '' : `&continue=${token}`}`);
    found.push(...json.items);
    token = json.metadata.continue ?? '';
    if (token !== '') assert.equal(json.metadata.remainingItemCount, 9 - found.length);
  } while (token !== '');
  assert.deepEqual(found, whole);
});

test('a token is good where it was given, and nowhere else', async () => {
  const path = await collection();
  await fill(path, ['a', 'b', 'c']);
  const token = (await server.get(`${path}?limit=1`)).json.metadata.continue;
  const elsewhere = [
    await collection(),
    '/api/v1/configmaps',
    path.replace(/configmaps$/, 'secrets'),
    `/projects/p/control-plane${path}`,
    `/projects/q/control-plane${path}`,
    '/api/v1/namespaces',
  ];
  for (const other of elsewhere) {
    await refused(
      `${other}?limit=1&continue=${token}`,
      400,
      'continue token does not belong to the current scope',
    );
  }
  const fields = JSON.parse(Buffer.from(token, 'base64url').toString());
  const forged = (change: object): string =>
    Buffer.from(JSON.stringify({ ...fields, ...change })).toString('base64url');
  for (const bad of [
    '!',
    'e30',
    'bm90',
    token.slice(3),
    forged({ v: 99 }),
    forged({ rv: -5 }),
    forged({ c: 7 }),
    forged({ t: '' }),
  ]) {
    const { status, json } = await server.get(`${path}?limit=1&continue=${bad}`);
    assert.equal(status, 400, bad);
    assert.match(json.message, /^invalid continue token: /);
  }
  assert.equal((await server.get(`${path}?continue=${forged({ rv: 2 ** 50 })}`)).status, 504);
});

test('a token goes on under other selectors, as upstream; one object alone is no page', async () => {
  const path = await collection();
  await fill(path, ['a', 'b', 'c', 'd'], { labels: { app: 'web' } });
  await fill(path, ['e'], { labels: { app: 'db' } });
  const first = (await server.get(`${path}?limit=1`)).json.metadata;
  assert.equal(first.remainingItemCount, 4);
  const go = async (query: string): Promise<[string, unknown, unknown]> => {
    const answer = await server.get(`${path}?continue=${first.continue}&${query}`);
    assert.equal(answer.status, 200, answer.text);
    const { remainingItemCount, resourceVersion } = answer.json.metadata;
    return [names(answer).join(''), remainingItemCount, resourceVersion];
  };
  const at = first.resourceVersion;
  assert.deepEqual(await go('limit=2'), ['bc', 2, at]);
  assert.deepEqual(await go('limit=2&labelSelector=app%3Ddb'), ['e', undefined, at]);
  assert.deepEqual(await go('limit=2&labelSelector=app'), ['bc', undefined, at]);
  assert.deepEqual(await go('fieldSelector=metadata.name%3Dc'), ['c', undefined, at]);
  // The page before has shown it.
  assert.deepEqual(await go('fieldSelector=metadata.name%3Da'), ['', undefined, at]);
  const one = await server.get(`${path}?limit=1&fieldSelector=metadata.name%3Da`);
  assert.deepEqual([names(one), one.json.metadata.continue], [['a'], undefined]);
  // A page that selects says no count, nor do those after it.
  const selected = (await server.get(`${path}?limit=1&labelSelector=app`)).json.metadata;
  assert.equal(selected.remainingItemCount, undefined);
  const next = await server.get(`${path}?limit=1&labelSelector=app&continue=${selected.continue}`);
  assert.deepEqual([names(next), next.json.metadata.remainingItemCount], [['b'], undefined]);
});

test('selectors by label', async () => {
  const path = await collection();
  await fill(path, ['a'], { labels: { app: 'web', tier: '1' } });
  await fill(path, ['b'], { labels: { app: 'web', tier: '2' } });
  await fill(path, ['c'], { labels: { app: 'db', 'example.com/x': '' } });
  await fill(path, ['d']);
  for (const [selector, expected] of [
    ['app=web', 'ab'],
    ['app==web,tier!=1', 'b'],
    ['app!=web', 'cd'],
    ['app in (web,db)', 'abc'],
    ['app notin (db)', 'abd'],
    ['app', 'abc'],
    ['!app', 'd'],
    ['tier>1', 'b'],
    ['tier<2', 'a'],
    ['example.com/x=', 'c'],
    ['', 'abcd'],
    ['app=none', ''],
  ] as const) {
    const answer = await server.get(`${path}?labelSelector=${encodeURIComponent(selector)}`);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(names(answer).join(''), expected, selector);
  }
  // A page of selected ones is full as long as there are any, and does not say how many remain.
  const { json } = await server.get(`${path}?labelSelector=app&limit=2`);
  assert.deepEqual([json.items.length, json.metadata.remainingItemCount], [2, undefined]);
  const rest = await server.get(`${path}?labelSelector=app&limit=2&continue=${json.metadata.continue}`);
  assert.deepEqual(names(rest), ['c']);
  for (const bad of ['a b', 'a in web', '=x', 'a=!', 'a,,b', 'a>x', '-a=b']) {
    const { status, json: refusal } = await server.get(`${path}?labelSelector=${encodeURIComponent(bad)}`);
    assert.equal(status, 400, bad);
    assert.equal(refusal.reason, 'BadRequest');
  }
});

test('selectors by field', async () => {
  const path = await collection();
  const namespace = path.split('/')[4]!;
  await fill(path, ['a', 'b']);
  await fill(await collection(), ['a']);
  const all = '/api/v1/configmaps';
  for (const [where, selector, expected] of [
    [path, 'metadata.name=a', 'a'],
    [path, 'metadata.name==a', 'a'],
    [path, 'metadata.name!=a', 'b'],
    [path, 'metadata.name=none', ''],
    [path, 'metadata.name=a,metadata.name=b', ''],
    [path, `metadata.namespace=${namespace}`, 'ab'],
    [path, 'metadata.namespace=other', ''],
    [all, `metadata.namespace=${namespace}`, 'ab'],
    [all, `metadata.namespace=${namespace},metadata.name=b`, 'b'],
    [path, `metadata.namespace!=${namespace},metadata.name=b`, ''],
    ['/api/v1/namespaces', `metadata.name=${namespace}`, namespace],
    ['/api/v1/namespaces', `name=${namespace},status.phase=Active`, namespace],
    ['/api/v1/namespaces', `metadata.name=${namespace},status.phase!=Active`, ''],
  ] as const) {
    const answer = await server.get(`${where}?fieldSelector=${encodeURIComponent(selector)}`);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(names(answer).join(''), expected, `${where} ${selector}`);
  }
  const secrets = path.replace(/configmaps$/, 'secrets');
  await server.post(secrets, { metadata: { name: 'plain' } });
  await server.post(secrets, { metadata: { name: 'typed' }, type: 'example.com/mine' });
  assert.deepEqual(names(await server.get(`${secrets}?fieldSelector=type%3Dexample.com/mine`)), ['typed']);
  assert.deepEqual(
    names(await server.get(`${secrets}?fieldSelector=type!%3Dexample.com/mine&labelSelector=!x`)),
    ['plain'],
  );
  // Kinds without fields of their own and kinds that have some say it in different words.
  for (const field of ['type', 'data.a', 'metadata.uid', 'constructor']) {
    const only = `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`;
    await refused(`${path}?fieldSelector=${field}%3Dx`, 400, only);
  }
  for (const [where, field] of [
    [secrets, 'data.a'],
    [secrets, 'status.phase'],
    ['/api/v1/namespaces', 'metadata.namespace'],
    ['/api/v1/namespaces', 'type'],
    ['/api/v1/events', 'constructor'],
  ] as const) {
    await refused(`${where}?fieldSelector=${field}%3Dx`, 400, `field label not supported: ${field}`);
  }
  assert.equal((await server.get(`${path}?fieldSelector=metadata.name`)).status, 400);
});

test('the fields each kind offers, and no others', async () => {
  const reference = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];
  for (const [where, offered] of [
    ['/api/v1/namespaces', ['metadata.name', 'name', 'status.phase']],
    ['/api/v1/secrets', ['metadata.name', 'metadata.namespace', 'type']],
    ['/api/v1/services', ['metadata.name', 'metadata.namespace', 'spec.clusterIP', 'spec.type']],
    [
      '/api/v1/events',
      [
        'metadata.name',
        'metadata.namespace',
        ...reference.map((field) => `involvedObject.${field}`),
        'reason',
        'reportingComponent',
        'source',
        'type',
      ],
    ],
    [
      '/apis/events.k8s.io/v1/events',
      [
        'metadata.name',
        'metadata.namespace',
        ...reference.map((field) => `regarding.${field}`),
        'reason',
        'reportingController',
        'type',
      ],
    ],
    ['/apis/certificates.k8s.io/v1/certificatesigningrequests', ['metadata.name', 'spec.signerName']],
    ['/api/v1/configmaps', ['metadata.name', 'metadata.namespace']],
    ['/apis/rbac.authorization.k8s.io/v1/clusterroles', ['metadata.name', 'metadata.namespace']],
  ] as const) {
    const asked = new Set([
      ...offered,
      'metadata.namespace',
      'metadata.uid',
      'source',
      'status.phase',
      'type',
    ]);
    for (const field of asked) {
      const isOffered = (offered as readonly string[]).includes(field);
      for (const watch of ['', '&watch=1&timeoutSeconds=-1']) {
        const { status } = await server.get(`${where}?fieldSelector=${field}%3Dnone${watch}`);
        assert.equal(status, isOffered ? 200 : 400, `${where} ${field}${watch}`);
      }
    }
  }
});

test('lists of more than one step', async () => {
  const path = await collection();
  const total = 2 * limits.listStepEntries + 7;
  const expected = Array.from({ length: total }, (_, i) => `n${String(i).padStart(5, '0')}`);
  for (let from = 0; from < total; from += 200) {
    await fill(path, expected.slice(from, from + 200), {
      labels: { parity: from % 400 === 0 ? 'even' : 'odd' },
    });
  }
  const whole = await server.get(path);
  assert.equal(whole.headers['content-length'], undefined);
  assert.deepEqual(names(whole), expected);
  assert.deepEqual([whole.json.kind, whole.json.apiVersion], ['ConfigMapList', 'v1']);
  const { resourceVersion } = whole.json.metadata;

  const beyondStep = await server.get(`${path}?limit=${limits.listStepEntries + 3}`);
  assert.deepEqual(names(beyondStep), expected.slice(0, limits.listStepEntries + 3));
  assert.equal(beyondStep.json.metadata.remainingItemCount, total - limits.listStepEntries - 3);
  const rest = await server.get(`${path}?limit=${total}&continue=${beyondStep.json.metadata.continue}`);
  assert.deepEqual(names(rest), expected.slice(limits.listStepEntries + 3));
  assert.equal(rest.json.metadata.resourceVersion, resourceVersion);

  const odd = await server.get(`${path}?labelSelector=parity%3Dodd`);
  assert.equal(odd.json.items.length, 407);
  // Matches are rarer than a step is long: the page is full all the same.
  const last = await server.get(`${path}?labelSelector=parity%3Deven&limit=500`);
  assert.equal(last.json.items.length, 500);
  assert.deepEqual(
    names(await server.get(`${path}?fieldSelector=metadata.name%3D${expected.at(-1)}&limit=1`)),
    expected.slice(-1),
  );

  const yaml = await server.get(path, { accept: 'application/yaml' });
  assert.equal(yaml.text.match(/^ {4}name: n/gm)?.length, total);
  const pretty = await server.get(`${path}?pretty=1`);
  assert.deepEqual(pretty.json, whole.json);
  const table = await server.get(path, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
  assert.equal(table.json.rows.length, total);
  assert.deepEqual(table.json.metadata, whole.json.metadata);
  const metadata = await server.get(path, {
    accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
  });
  assert.equal(metadata.json.items.length, total);
});

test('an empty list is a list', async () => {
  const path = await collection();
  const { json } = await server.get(path);
  assert.deepEqual(json, {
    kind: 'ConfigMapList',
    apiVersion: 'v1',
    items: [],
    metadata: { resourceVersion: json.metadata.resourceVersion },
  });
  assert.match(json.metadata.resourceVersion, /^[1-9]\d*$/);
});
