/** Cluster roles that take their rules from others: when those come, change and go, also while nobody looks. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ApiServer } from '../api-client.ts';
import { createOrganization, createProject, type Manifest, must, plane, until } from './control-planes.ts';

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await createOrganization(server, 'acme');
  await createProject(server, 'p', 'Organization/acme');
  await createProject(server, 'other', 'Organization/acme');
});
after(() => server.stop());

const rule = (...resources: string[]): Manifest => ({ verbs: ['get'], apiGroups: [''], resources });
const role = (name: string, labels: object, rules: Manifest[]): Manifest => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name, labels },
  rules,
});
const aggregated = (name: string, labels: object, ...selectors: object[]): Manifest => ({
  ...role(name, labels, []),
  aggregationRule: { clusterRoleSelectors: selectors },
});
const path = (base: string, name = ''): string =>
  `${base}/apis/rbac.authorization.k8s.io/v1/clusterroles${name}`;

for (const base of ['', plane('p')]) {
  describe(base === '' ? 'on the platform' : 'in a project', () => {
    const create = (manifest: Manifest): Promise<Manifest> => must(server.post(path(base), manifest), 201);
    const untilRules = (name: string, rules: Manifest[]): Promise<unknown> =>
      until(
        server,
        path(base, `/${name}`),
        ({ json }) => JSON.stringify(json.rules ?? []) === JSON.stringify(rules),
        `rules ${JSON.stringify(rules)}`,
      );

    test('rules come with the roles that are chosen, in the order of selectors and names', async () => {
      await create(role('z-pods', { to: 'reads' }, [rule('pods'), rule('secrets')]));
      await create(aggregated('reads', { to: 'writes' }, { matchLabels: { to: 'reads' } }));
      await untilRules('reads', [rule('pods'), rule('secrets')]);
      await create(role('a-events', { to: 'reads' }, [rule('events'), rule('pods')]));
      await untilRules('reads', [rule('events'), rule('pods'), rule('secrets')]);
    });

    test('one that aggregates can itself be chosen', async () => {
      const expression = { matchExpressions: [{ key: 'to', operator: 'In', values: ['writes'] }] };
      await create(aggregated('writes', {}, expression, { matchLabels: { more: 'yes' } }));
      await untilRules('writes', [rule('events'), rule('pods'), rule('secrets')]);
      await create(role('b-leases', { more: 'yes' }, [rule('leases')]));
      await untilRules('writes', [rule('events'), rule('pods'), rule('secrets'), rule('leases')]);
    });

    test('rules go with what they came from, and those written by hand do not last', async () => {
      await must(server.patch(path(base, '/a-events'), { metadata: { labels: { to: null } } }), 200);
      await untilRules('reads', [rule('pods'), rule('secrets')]);
      await must(server.remove(path(base, '/z-pods')), 200);
      await untilRules('reads', []);
      await must(server.patch(path(base, '/reads'), { rules: [rule('nodes')] }), 200);
      await untilRules('reads', []);
    });

    test('a role without an aggregationRule keeps what is written', async () => {
      await must(server.patch(path(base, '/reads'), { aggregationRule: null, rules: [rule('nodes')] }), 200);
      await untilRules('writes', [rule('nodes'), rule('leases')]);
      const reads = await must(server.get(path(base, '/reads')), 200);
      assert.deepEqual(reads.rules, [rule('nodes')]);
    });
  });
}

test('control planes are apart', async () => {
  const other = path(plane('other'));
  await must(server.post(other, aggregated('all', {}, { matchLabels: { to: 'all' } })), 201);
  await must(server.post(other, role('one', { to: 'all' }, [rule('configmaps')])), 201);
  await until(server, `${other}/all`, ({ json }) => json.rules?.length > 0, 'rules');
  assert.deepEqual((await must(server.get(`${other}/all`), 200)).rules, [rule('configmaps')]);
});

test('what changed before the server stopped is seen when it starts', async () => {
  const other = path(plane('other'));
  await must(server.post(other, role('two', { to: 'all' }, [rule('events')])), 201);
  await server.restart();
  await until(server, `${other}/all`, ({ json }) => json.rules?.length === 2, 'both rules');
});
