import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRequestInfo, surfacePrefix } from './request-info.ts';

/** `surface | verb | group/version/resource namespace/name/subresource below`, or `surface | verb | path`. */
function shown(method: string, url: string): string {
  const { surface, verb, path, resource: r, below = '' } = parseRequestInfo(method, url);
  const where = surface.name === '' ? surface.kind : `${surface.kind} ${surface.name}`;
  if (r === undefined) return `${where} | ${verb} | ${path}`;
  return `${where} | ${verb} | ${r.group}/${r.version}/${r.resource} ${r.namespace}/${r.name}/${r.subresource}${below && ` ${below}`}`;
}
function check(method: string, url: string, expected: string): void {
  void test(`${method} ${url}`, () => assert.equal(shown(method, url), expected));
}

check('GET', '/api/v1/namespaces/a/configmaps/b', 'Platform | get | /v1/configmaps a/b/');
check('GET', '/api/v1/namespaces/a/configmaps', 'Platform | list | /v1/configmaps a//');
check('GET', '/api/v1/namespaces/a/configmaps/', 'Platform | list | /v1/configmaps a//');
check('GET', '/api/v1/configmaps?watch=1', 'Platform | watch | /v1/configmaps //');
check('GET', '/api/v1/configmaps?watch=false', 'Platform | list | /v1/configmaps //');
check('GET', '/api/v1/namespaces/a/configmaps/b?watch=true', 'Platform | get | /v1/configmaps a/b/');
check('GET', '/api/v1/namespaces/a/configmaps/b?watch=False', 'Platform | get | /v1/configmaps a/b/');
check('GET', '/api/v1/configmaps?watch=0', 'Platform | list | /v1/configmaps //');
check('GET', '/api/v1/configmaps?watch', 'Platform | watch | /v1/configmaps //');
check('GET', '/api/v1/configmaps?watch=yes', 'Platform | watch | /v1/configmaps //');
check('GET', '/api/v1/namespaces/a/status?watch=1', 'Platform | get | /v1/namespaces /a/status');
check('GET', '/api/v1/watch/configmaps', 'Platform | watch | /v1/configmaps //');
check('GET', '/api/v1/watch/namespaces/a/configmaps/b', 'Platform | watch | /v1/configmaps a/b/');
check('GET', '/api/v1/watch/namespaces/a', 'Platform | watch | /v1/namespaces /a/');
check('GET', '/apis/g.io/v1/watch/widgets', 'Platform | watch | g.io/v1/widgets //');
check('GET', '/api/v1/watch', 'Platform | list | /v1/watch //');
check('DELETE', '/api/v1/watch/namespaces/a', 'Platform | delete | /api/v1/watch/namespaces/a');
check('GET', '/api/v1/namespaces//configmaps', 'Platform | get | /api/v1/namespaces//configmaps');
check('DELETE', '/api/v1//configmaps', 'Platform | delete | /api/v1//configmaps');
check('PUT', '/api/v1/namespaces//status', 'Platform | put | /api/v1/namespaces//status');
check('POST', '/api/v1/namespaces', 'Platform | create | /v1/namespaces //');
check('GET', '/api/v1/namespaces/a', 'Platform | get | /v1/namespaces /a/');
check('PUT', '/api/v1/namespaces/a/status', 'Platform | update | /v1/namespaces /a/status');
check('PUT', '/api/v1/namespaces/a/finalize', 'Platform | update | /v1/namespaces /a/finalize');
check('PATCH', '/apis/g.io/v1/widgets/w', 'Platform | patch | g.io/v1/widgets /w/');
check('DELETE', '/apis/g.io/v1/widgets/w', 'Platform | delete | g.io/v1/widgets /w/');
check('DELETE', '/apis/g.io/v1/widgets', 'Platform | deletecollection | g.io/v1/widgets //');
check('HEAD', '/apis/g.io/v1/widgets/w', 'Platform | get | g.io/v1/widgets /w/');
check('GET', '/apis/g.io/v1/namespaces/a/widgets/w/scale', 'Platform | get | g.io/v1/widgets a/w/scale');
check(
  'GET',
  '/apis/g.io/v1/clusterroles/system%3Aadmin',
  'Platform | get | g.io/v1/clusterroles /system:admin/',
);
check('GET', '/apis/g.io/v1/a/b/c/d', 'Platform | get | g.io/v1/a /b/c d');
check('GET', '/api/v1/namespaces/n/pods/p/proxy/', 'Platform | get | /v1/pods n/p/proxy');
check('POST', '/api/v1/namespaces/n/pods/p/proxy/a/b', 'Platform | create | /v1/pods n/p/proxy a/b');
check('GET', '/api/v1/namespaces/n/pods/p/proxy/a//b', 'Platform | get | /v1/pods n/p/proxy a//b');
check('GET', '/api/v1/namespaces/n/status/a', 'Platform | get | /v1/namespaces /n/status a');
check('GET', '/api/v1/namespaces/n/pods//proxy/a', 'Platform | get | /api/v1/namespaces/n/pods//proxy/a');
check('GET', '/apis/g.io/v1/a/b//d', 'Platform | get | /apis/g.io/v1/a/b//d');
check('GET', '/api', 'Platform | get | /api');
check('GET', '/api/v1', 'Platform | get | /api/v1');
check('GET', '/apis/g.io/v1', 'Platform | get | /apis/g.io/v1');
check('GET', '/apis/g.io/v1/', 'Platform | get | /apis/g.io/v1/');
check('GET', '/', 'Platform | get | /');
check('GET', '/healthz?verbose', 'Platform | get | /healthz');

check('GET', '/projects/p/control-plane/api/v1/configmaps', 'Project p | list | /v1/configmaps //');
check('GET', '/projects/p/control-plane', 'Project p | get | /');
check('GET', '/projects/p/control-plane/', 'Project p | get | /');
check('GET', '/projects/p/control-planes/api', 'Platform | get | /projects/p/control-planes/api');
check(
  'GET',
  '/apis/resourcemanager.miloapis.com/v1alpha1/projects/p/control-plane/apis/g.io/v1/widgets',
  'Project p | list | g.io/v1/widgets //',
);
check(
  'GET',
  '/apis/resourcemanager.miloapis.com/v1alpha1/projects/p',
  'Platform | get | resourcemanager.miloapis.com/v1alpha1/projects /p/',
);
check(
  'GET',
  '/apis/resourcemanager.miloapis.com/v1alpha1/projects/p/status',
  'Platform | get | resourcemanager.miloapis.com/v1alpha1/projects /p/status',
);
check('GET', '/constructor/p/control-plane/api', 'Platform | get | /constructor/p/control-plane/api');
check('GET', '/organizations/o/control-plane/api', 'Organization o | get | /api');
check('GET', '/apis/iam.miloapis.com/v1alpha1/users/u/control-plane/api', 'User u | get | /api');
check(
  'GET',
  '/projects/p/control-plane/projects/q/control-plane/api',
  'Project p | get | /projects/q/control-plane/api',
);

test('a broken escape is a 400', () => {
  assert.throws(() => parseRequestInfo('GET', '/api/v1/namespaces/%zz/configmaps'), /percent-encoding/);
});

test('the prefix of a surface leads back to it', () => {
  const surface = { kind: 'Project', name: 'p' } as const;
  assert.deepEqual(parseRequestInfo('GET', `${surfacePrefix(surface)}/api`).surface, surface);
});
