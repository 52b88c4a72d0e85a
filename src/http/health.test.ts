import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Health, type HealthCheck, isHealthPath, pingCheck } from './health.ts';

const sick: HealthCheck = { name: 'storage', check: async () => 'disk full' };
const broken: HealthCheck = { name: 'feed/hub', check: () => Promise.reject(new Error('it threw')) };
const well: HealthCheck = { name: 'storage', check: () => undefined };
const failures: string[] = [];
const health = new Health(
  { healthz: [pingCheck, well], livez: [pingCheck], readyz: [pingCheck, sick, broken] },
  (endpoint, check, reason) => failures.push(`${endpoint}/${check}: ${reason}`),
);

test('health is told as probes expect it', async () => {
  const check = async (url: string, status: number, ...lines: string[]): Promise<void> => {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const answer = await health.respond(pathname, searchParams);
    assert.equal(answer?.body.toString(), lines.join('\n'), url);
    assert.equal(answer.status, status, url);
    assert.equal(answer.contentType, 'text/plain; charset=utf-8');
    // As upstream: what one check says goes without.
    const isOne = answer.status === 200 && /^\/\w+\/\w/.test(pathname);
    assert.equal(answer.headers['x-content-type-options'], isOne ? undefined : 'nosniff');
  };
  await check('/healthz', 200, 'ok');
  await check('/healthz/', 200, 'ok');
  await check('/livez', 200, 'ok');
  await check('/healthz?verbose', 200, '[+]ping ok', '[+]storage ok', 'healthz check passed', '');
  await check('/livez?verbose=true', 200, '[+]ping ok', 'livez check passed', '');
  await check(
    '/healthz?verbose&exclude=storage',
    200,
    '[+]ping ok',
    '[+]storage excluded: ok',
    'healthz check passed',
    '',
  );
  await check(
    '/healthz?verbose&exclude=a&exclude=b&exclude=ping',
    200,
    '[+]ping excluded: ok',
    '[+]storage ok',
    'warn: some health checks cannot be excluded: no matches for "a", "b"',
    'healthz check passed',
    '',
  );
  await check('/healthz?exclude=a', 200, 'ok');
  await check(
    '/readyz',
    500,
    '[+]ping ok',
    '[-]storage failed: reason withheld',
    '[-]feed/hub failed: reason withheld',
    'readyz check failed',
    '',
  );
  await check('/readyz?exclude=storage&exclude=feed/hub', 200, 'ok');
  await check('/readyz/ping', 200, 'ok');
  await check('/readyz/storage', 500, 'internal server error: disk full', '');
  await check('/readyz/feed/hub', 500, 'internal server error: it threw', '');
});

test('what is not served is not answered', async () => {
  for (const path of ['/', '/health', '/livez/storage', '/readyz/nothing', '/x/readyz']) {
    assert.equal(await health.respond(path, new URLSearchParams()), undefined, path);
  }
});

test('reasons reach the listener, excluded checks do not run', async () => {
  failures.length = 0;
  await health.respond('/readyz', new URLSearchParams('exclude=storage'));
  assert.deepEqual(failures, ['readyz/feed/hub: it threw']);
});

test('every check has a path', () => {
  assert.deepEqual(health.paths(), [
    '/healthz',
    '/healthz/ping',
    '/healthz/storage',
    '/livez',
    '/livez/ping',
    '/readyz',
    '/readyz/ping',
    '/readyz/storage',
    '/readyz/feed/hub',
  ]);
});

test('paths of health are told from all others', () => {
  for (const path of health.paths()) assert.equal(isHealthPath(path), true, path);
  for (const path of ['', '/', '/livezz', '/api/livez', '/metrics'])
    assert.equal(isHealthPath(path), false, path);
});
