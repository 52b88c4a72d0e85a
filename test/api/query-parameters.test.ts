/**
 * Parameters of every verb as upstream's conversions take them: a truth is anything but `0` and `false`, a number what
 * ParseInt takes, an empty value is a value, of several the first counts, and what nobody knows is nobody's business.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ApiServer } from '../api-client.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await server.post(configMaps, { metadata: { name: 'here' } });
});
after(() => server.stop());

interface Row {
  readonly method?: string;
  readonly path?: string;
  readonly query: string;
  readonly status: number;
  readonly message?: string;
}
const notANumber = (text: string): string => `strconv.ParseInt: parsing "${text}": invalid syntax`;
const tooLarge = (text: string): string => `strconv.ParseInt: parsing "${text}": value out of range`;
const unsupported = (kind: string, field: string, value: string, ...supported: string[]): string =>
  `${kind}.meta.k8s.io "" is invalid: ${field}: Unsupported value: ${value}: supported values: ${supported.map((s) => `"${s}"`).join(', ')}`;
const one = `${configMaps}/here`;

const rows: readonly Row[] = [
  // Numbers.
  ...['limit', 'timeoutSeconds'].flatMap((name): Row[] => [
    { query: `${name}=5`, status: 200 },
    { query: `${name}=%2B5`, status: 200 },
    { query: `${name}=`, status: 400, message: notANumber('') },
    { query: `${name}=1.0`, status: 400, message: notANumber('1.0') },
    { query: `${name}=1e3`, status: 400, message: notANumber('1e3') },
    { query: `${name}=0x10`, status: 400, message: notANumber('0x10') },
    { query: `${name}=true`, status: 400, message: notANumber('true') },
    { query: `${name}=%205`, status: 400, message: notANumber(' 5') },
    { query: `${name}=9223372036854775808`, status: 400, message: tooLarge('9223372036854775808') },
    { query: `${name}=5&${name}=x`, status: 200 },
    { query: `${name}=x&${name}=5`, status: 400, message: notANumber('x') },
  ]),
  { query: 'limit=-1', status: 200 },
  // The first mistake is the one that is told.
  { query: 'timeoutSeconds=a&limit=b', status: 400, message: notANumber('a') },
  { query: 'labelSelector=a%20b&limit=b', status: 400, message: notANumber('b') },
  // Truths.
  { query: 'watch=0', status: 200 },
  { query: 'watch=FALSE', status: 200 },
  { query: 'watch=false&watch=true', status: 200 },
  { query: 'allowWatchBookmarks=maybe', status: 200 },
  { query: 'pretty=maybe', status: 200 },
  // Nobody's business.
  { query: 'unknown=1&limits=x&LIMIT=x&labelselector=a%20b', status: 200 },
  { path: one, query: 'limit=x&watch=', status: 200 },
  { path: one, query: 'resourceVersion=x', status: 400 },
  { path: one, query: 'resourceVersion=&resourceVersion=x', status: 200 },
  // Writes.
  ...[
    { method: 'POST', path: configMaps, kind: 'CreateOptions' },
    { method: 'PUT', path: one, kind: 'UpdateOptions' },
    { method: 'PATCH', path: one, kind: 'PatchOptions' },
    { method: 'DELETE', path: one, kind: 'DeleteOptions' },
  ].flatMap(({ method, path, kind }): Row[] => {
    const ok = method === 'POST' ? 201 : 200;
    const dryRun = (value: string): string => unsupported(kind, 'dryRun', value, 'All');
    return [
      { method, path, query: 'dryRun=All&unknown=x&limit=x', status: ok },
      { method, path, query: 'dryRun=All&dryRun=All', status: ok },
      { method, path, query: 'dryRun=', status: 422, message: dryRun('[""]') },
      { method, path, query: 'dryRun=all', status: 422, message: dryRun('["all"]') },
      { method, path, query: 'dryRun=All&dryRun=None', status: 422, message: dryRun('["All","None"]') },
    ];
  }),
  ...['POST', 'PUT', 'PATCH'].flatMap((method): Row[] => {
    const path = method === 'POST' ? configMaps : one;
    const kind = { POST: 'CreateOptions', PUT: 'UpdateOptions', PATCH: 'PatchOptions' }[method]!;
    const message = unsupported(kind, 'fieldValidation', '"strict"', '', 'Ignore', 'Strict', 'Warn');
    return [
      { method, path, query: 'fieldValidation=strict&dryRun=All', status: 422, message },
      {
        method,
        path,
        query: 'fieldValidation=&fieldValidation=x&dryRun=All',
        status: method === 'POST' ? 201 : 200,
      },
      {
        method,
        path,
        query: 'fieldManager=a%00b',
        status: 422,
        message: `${kind}.meta.k8s.io "" is invalid: fieldManager: Invalid value: "a\\x00b": invalid character U+0000 (at position 1)`,
      },
    ];
  }),
  {
    method: 'PATCH',
    path: one,
    query: 'force=',
    status: 422,
    message:
      'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
  },
  // Options of a delete.
  ...[one, configMaps].flatMap((path): Row[] => [
    { method: 'DELETE', path, query: 'dryRun=All&gracePeriodSeconds=0', status: 200 },
    { method: 'DELETE', path, query: 'gracePeriodSeconds=', status: 400, message: notANumber('') },
    { method: 'DELETE', path, query: 'gracePeriodSeconds=soon', status: 400, message: notANumber('soon') },
    { method: 'DELETE', path, query: 'gracePeriodSeconds=0.5', status: 400, message: notANumber('0.5') },
    { method: 'DELETE', path, query: 'dryRun=All&orphanDependents=maybe', status: 200 },
    {
      method: 'DELETE',
      path,
      query: 'propagationPolicy=',
      status: 422,
      message: unsupported(
        'DeleteOptions',
        'propagationPolicy',
        '""',
        'Foreground',
        'Background',
        'Orphan',
        'nil',
      ),
    },
    { method: 'DELETE', path, query: 'propagationPolicy=background&dryRun=All', status: 422 },
    { method: 'DELETE', path, query: 'propagationPolicy=Orphan&orphanDependents=&dryRun=All', status: 422 },
  ]),
  { method: 'DELETE', path: one, query: 'uid=other', status: 409 },
  { method: 'DELETE', path: one, query: 'resourceVersion=1', status: 409 },
  { method: 'DELETE', path: one, query: 'uid=&resourceVersion=&dryRun=All', status: 200 },
];

test('every parameter, rightly and wrongly typed', async () => {
  const before = await server.get(configMaps);
  for (const { method = 'GET', path = configMaps, query, status, message } of rows) {
    const name = method === 'POST' ? 'new' : 'here';
    const body = method === 'GET' || method === 'DELETE' ? {} : { body: { metadata: { name } } };
    const type = method === 'PATCH' ? { type: 'application/merge-patch+json' } : {};
    const answer = await server.send(`${path}?${query}`, { method, ...body, ...type });
    const row = `${method} ${path}?${query}: ${answer.text}`;
    assert.equal(answer.status, status, row);
    if (message !== undefined) assert.equal(answer.json.message, message, row);
    if (status === 400) assert.equal(answer.json.reason, 'BadRequest', row);
  }
  assert.equal((await server.get(configMaps)).text, before.text, 'nothing was written');
});
