import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonValue } from '../../apimachinery/object-meta.ts';
import { isAggregated, resourcesInGroups, resourcesInList } from './remote-discovery.ts';

describe('a content type says which form an answer has', () => {
  const check = (type: string, is: boolean): void => {
    test(type, () => assert.equal(isAggregated(type), is));
  };
  check('application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList', true);
  check('application/json; as=APIGroupDiscoveryList; v=v2beta1; g=apidiscovery.k8s.io; charset=utf-8', true);
  check('application/json;g=apidiscovery.k8s.io;v=v3;as=APIGroupDiscoveryList', false);
  check('application/json', false);
  check('', false);
});

const stars = {
  resource: 'stars',
  responseKind: { group: 'g.io', version: 'v1', kind: 'Star' },
  scope: 'Namespaced',
  singularResource: 'star',
  verbs: ['get', 'list'],
  shortNames: ['st'],
  subresources: [
    {
      subresource: 'scale',
      responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
      verbs: ['get'],
    },
  ],
};
const listOf = (resources: JsonValue, more: object = {}): JsonValue => ({
  kind: 'APIGroupDiscoveryList',
  items: [{ metadata: { name: 'g.io' }, versions: [{ version: 'v1', resources }], ...more }],
});

test('resources come out as those of the older form', () => {
  const shown = resourcesInGroups(listOf([stars]), 'g.io', 'v1');
  assert.deepEqual(
    shown,
    resourcesInList({
      kind: 'APIResourceList',
      resources: [
        {
          name: 'stars',
          singularName: 'star',
          namespaced: true,
          kind: 'Star',
          verbs: ['get', 'list'],
          shortNames: ['st'],
        },
        {
          name: 'stars/scale',
          singularName: '',
          namespaced: true,
          group: 'autoscaling',
          version: 'v1',
          kind: 'Scale',
          verbs: ['get'],
        },
      ],
    }),
  );
});

describe('another document', () => {
  const hasNone = (what: string, document: JsonValue, version = 'v1'): void => {
    test(`${what} has nothing of the version`, () =>
      assert.equal(resourcesInGroups(document, 'g.io', version), undefined));
  };
  hasNone('of another kind', { kind: 'APIGroupList', groups: [] });
  hasNone('that is null', null);
  hasNone('without items', { kind: 'APIGroupDiscoveryList' });
  hasNone('with items that are none', { kind: 'APIGroupDiscoveryList', items: [1, null, []] });
  hasNone('of another version', listOf([stars]), 'v2');
  const isRefused = (what: string, resources: JsonValue): void => {
    test(`${what} is not believed`, () =>
      assert.throws(() => resourcesInGroups(listOf(resources), 'g.io', 'v1'), /no resources/));
  };
  isRefused('with a resource without name', [{ ...stars, resource: 1 }]);
  isRefused('with a resource without kind', [{ ...stars, responseKind: null }]);
  isRefused('with a resource without verbs', [{ ...stars, verbs: 'get' }]);
  isRefused('with a subresource without kind', [
    { ...stars, subresources: [{ subresource: 'status', verbs: [] }] },
  ]);
  test('with a version that has nothing, has nothing', () =>
    assert.deepEqual(resourcesInGroups(listOf([]), 'g.io', 'v1'), []));
});
