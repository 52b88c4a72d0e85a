/** On which surfaces what the platform defines is seen. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { admittedContexts, type ContextRule, contextKinds, parseParentContexts } from './parent-contexts.ts';

describe('the annotation', () => {
  function check(text: string, contexts: string[], unknown: string[] = []): void {
    assert.deepEqual(parseParentContexts(text), { contexts, unknown });
  }
  test('says nothing', () => check('', []));
  test('one', () => check('Project', ['Project']));
  test('several, in whatever order and with whatever between them', () =>
    check(' User ;Platform,, Project;', ['Platform', 'Project', 'User']));
  test('folders are no organizations', () => check('Folder', ['Folder']));
  test('all', () => check('*', [...contextKinds]));
  test('what is none', () => check('project, Platform, Galaxy', ['Platform'], ['project', 'Galaxy']));
  test('a word is told once', () => check('x,x', [], ['x']));
});

describe('what admits', () => {
  const widgets = { group: 'a.b', resource: 'widgets' };
  const rule = (resources: string[], contexts: string[], group = 'a.b'): ContextRule => ({
    group,
    resources,
    contexts,
  });
  function check(annotation: string, rules: ContextRule[], expected: string[]): void {
    assert.deepEqual(admittedContexts(widgets, annotation, rules), expected);
  }
  test('nothing said is seen everywhere', () => check('', [], [...contextKinds]));
  test('the platform sees its own', () => check('Project', [], ['Platform', 'Project']));
  test('an annotation that names nothing shows it nowhere else', () => check('Galaxy', [], ['Platform']));
  test('a policy is stronger than the annotation', () =>
    check('Project', [rule(['widgets'], ['User'])], ['Platform', 'User']));
  test('also one for the whole group', () => check('Project', [rule(['*'], ['User'])], ['Platform', 'User']));
  test('which is weaker than one that names it', () =>
    check('', [rule(['*'], ['User']), rule(['gadgets', 'widgets'], ['Folder'])], ['Platform', 'Folder']));
  test('equals add up', () =>
    check(
      '',
      [rule(['widgets'], ['User']), rule(['widgets'], ['Project'])],
      ['Platform', 'Project', 'User'],
    ));
  test('other groups and resources say nothing of it', () =>
    check(
      'Project',
      [rule(['widgets'], ['User'], 'b.a'), rule(['gadgets'], ['User'])],
      ['Platform', 'Project'],
    ));
});
