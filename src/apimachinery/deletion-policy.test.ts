/** Who decides what becomes of dependents: the request, in either form, before the object's finalizers. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deletionFinalizers, type PropagationOptions } from './deletion-policy.ts';

function check(
  finalizers: readonly string[],
  options: PropagationOptions,
  expected: readonly string[],
): void {
  test(`${JSON.stringify(finalizers)} and ${JSON.stringify(options)}`, () => {
    const found = deletionFinalizers(finalizers, options);
    assert.deepEqual(found, expected);
    if (finalizers.join() === expected.join()) assert.equal(found, finalizers);
  });
}

describe('without a wish, the finalizers there are stay', () => {
  check([], {}, []);
  check(['a/b'], {}, ['a/b']);
  check(['orphan'], {}, ['orphan']);
  check(['foregroundDeletion', 'a/b'], {}, ['foregroundDeletion', 'a/b']);
});
describe('a policy replaces them', () => {
  check(['a/b'], { propagationPolicy: 'Orphan' }, ['a/b', 'orphan']);
  check(['a/b'], { propagationPolicy: 'Foreground' }, ['a/b', 'foregroundDeletion']);
  check(['orphan', 'a/b'], { propagationPolicy: 'Background' }, ['a/b']);
  check(['foregroundDeletion'], { propagationPolicy: 'Background' }, []);
  check(['orphan'], { propagationPolicy: 'Foreground' }, ['foregroundDeletion']);
  check(['foregroundDeletion', 'a/b'], { propagationPolicy: 'Orphan' }, ['a/b', 'orphan']);
  check(['orphan', 'a/b'], { propagationPolicy: 'Orphan' }, ['orphan', 'a/b']);
});
describe('so does orphanDependents', () => {
  check(['a/b'], { orphanDependents: true }, ['a/b', 'orphan']);
  check(['a/b', 'foregroundDeletion'], { orphanDependents: true }, ['a/b', 'orphan']);
  check(['a/b', 'foregroundDeletion'], { orphanDependents: false }, ['a/b']);
  check(['orphan'], { orphanDependents: false }, []);
});
