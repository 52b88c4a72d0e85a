/** `?timeout=`, which clients send with most requests: read as upstream reads it, and kept. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ApiServer } from '../api-client.ts';
import { checkStatus } from './check-status.ts';

const path = '/api/v1/namespaces/default/configmaps';
let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
});
after(() => server.stop());

test('what is no duration', async () => {
  for (const [timeout, problem] of [
    ['abc', 'invalid duration "abc"'],
    ['32', 'missing unit in duration "32"'],
    ['3x', 'unknown unit "x" in duration "3x"'],
  ] as const) {
    const expected = {
      code: 400,
      message: `invalid timeout specified in the request URL - time: ${problem}`,
      reason: 'BadRequest',
    };
    for (const where of [path, `${path}/none`, '/api', '/version', '/none'])
      await checkStatus(server, `${where}?timeout=${timeout}`, {}, expected);
    await checkStatus(server, `${path}?timeout=${timeout}`, { method: 'POST', body: {} }, expected);
  }
});

test('before anything else is said', async () => {
  const session = server.connectAnonymously();
  const { status } = await server.send(`${path}?timeout=x`, {
    session,
    headers: { authorization: 'Bearer x' },
  });
  assert.equal(status, 400);
  session.close();
});

test('what leaves time enough, or names none', async () => {
  for (const timeout of ['32s', '', '0', '0s', '-5s', '24h', '1m30s'])
    assert.equal((await server.get(`${path}?timeout=${timeout}`)).status, 200, timeout);
});

test('its end is a 504, long before the server itself would give up', async () => {
  const newest = (await server.get(path)).json.metadata.resourceVersion;
  const begun = Date.now();
  // The server would wait longer than this for a revision to come.
  await checkStatus(
    server,
    `${path}?timeout=50ms&resourceVersion=${Number(newest) + 5}`,
    {},
    {
      code: 504,
      message: 'Timeout: request did not complete within the allotted timeout',
      reason: 'Timeout',
      details: {},
    },
  );
  assert.ok(Date.now() - begun < 2_500);
});

test('a watch has timeoutSeconds instead', async () => {
  const stream = await server.watch(`${path}?timeout=50ms`).opened();
  await new Promise((resolve) => setTimeout(resolve, 200));
  await server.post(path, { metadata: { name: 'seen' } });
  await stream.until((all) => all.length > 0);
  stream.close();
  const unread = await server.watch(`${path}?timeout=abc&resourceVersion=0`).opened();
  assert.equal(unread.status, 200);
  unread.close();
});
