import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import type { ResourceDefinition } from '../apimachinery/resource-definition.ts';
import { warningsOf } from './warnings.ts';

const object = (...finalizers: string[]): KubeObject => ({
  apiVersion: 'v1',
  kind: 'A',
  metadata: { finalizers },
});
const defined = (strategicMergePatch: boolean, warnings?: () => string[]): ResourceDefinition =>
  ({
    strategicMergePatch,
    strategy: warnings === undefined ? {} : { warnings },
  }) as Partial<ResourceDefinition> as ResourceDefinition;
const check = (
  definition: ResourceDefinition,
  now: KubeObject,
  old: KubeObject | undefined,
  want: string[],
) => assert.deepEqual(warningsOf(definition, now, old), want);

const told = (name: string): string =>
  `metadata.finalizers: "${name}": prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers`;

test('new finalizers without a domain are told, by name, of kinds that are not upstream’s own', () => {
  check(defined(false), object('b', 'a', 'example.com/c', 'orphan', 'a'), undefined, [told('a'), told('b')]);
  check(defined(false), object('b', 'a'), object('a'), [told('b')]);
  check(defined(false), object('a'), object('a'), []);
  check(defined(true), object('a'), undefined, []);
});

test('a kind has warnings of its own', () => {
  check(
    defined(true, () => ['mind the gap']),
    object('a'),
    undefined,
    ['mind the gap'],
  );
  check(
    defined(false, () => ['mind the gap']),
    object('a'),
    undefined,
    ['mind the gap', told('a')],
  );
});
