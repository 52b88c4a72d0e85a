/** What a version says beside its schema, rule by rule. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FieldError } from '../../../../apimachinery/field-error.ts';
import {
  columnErrors,
  deprecationProblems,
  selectableFieldErrors,
  subresourceErrors,
} from './version-validation.ts';

const texts = (errors: readonly FieldError[]): string[] =>
  errors.map(({ field, message }) => `${field}: ${message}`);

describe('deprecation warnings', () => {
  const check = (warning: string | undefined, expected: string[], isDeprecated = true): void =>
    assert.deepEqual(deprecationProblems(isDeprecated, warning), expected);
  test('need none', () => check(undefined, []));
  test('of what is not deprecated', () => check('x', ['can only be set for deprecated versions'], false));
  test('in whatever letters', () => check('Ännert — 変更 «é»', []));
  test('of 256 bytes', () => check('é'.repeat(128), []));
  test('of more', () => check('é'.repeat(129), ['must be <= 256 characters long']));
  test('that say nothing', () => check('', ['must not be an empty string']));
  const unprintable = (at: number): string =>
    `must only contain printable UTF-8 characters; non-printable character found at index ${at}`;
  test('with line ends', () => check('é\n', [unprintable(2)]));
  test('with other spaces', () => check('a\u00a0b', [unprintable(1)]));
});

describe('scale', () => {
  const good = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' };
  const check = (changes: object, expected: string[]): void =>
    assert.deepEqual(texts(subresourceErrors({ scale: { ...good, ...changes } }, 's')), expected);
  test('with its paths', () => check({ labelSelectorPath: '.status.selector' }, []));
  test('without them', () =>
    check({ specReplicasPath: '', statusReplicasPath: undefined }, [
      's.scale.specReplicasPath: Required value',
      's.scale.statusReplicasPath: Required value',
    ]));
  test('with paths to elsewhere', () =>
    check({ specReplicasPath: '.status.replicas', labelSelectorPath: '.metadata.name' }, [
      's.scale.specReplicasPath: Invalid value: ".status.replicas": should be a json path under .spec',
      's.scale.labelSelectorPath: Invalid value: ".metadata.name": should be a json path under either .spec or .status',
    ]));
  test('with paths that are none', () =>
    check({ statusReplicasPath: 'status' }, [
      's.scale.statusReplicasPath: Invalid value: "status": must be a simple json path starting with .',
    ]));
  test('or no scale', () => assert.deepEqual(subresourceErrors({ status: {} }, 's'), []));
});

describe('columns', () => {
  const good = { name: 'Size', type: 'integer', jsonPath: '.spec.size' };
  const check = (changes: object, expected: string[]): void =>
    assert.deepEqual(texts(columnErrors({ ...good, ...changes }, 'c')), expected);
  test('with what they need', () => check({ format: 'int32', priority: 1 }, []));
  test('without', () =>
    check({ name: '', type: '', jsonPath: '' }, [
      'c.name: Required value',
      'c.type: Required value: must be one of boolean,date,integer,number,string',
      'c.JSONPath: Required value',
    ]));
  test('of types and formats that there are not', () =>
    check({ type: 'text', format: 'uuid', jsonPath: 'spec' }, [
      'c.type: Invalid value: "text": must be one of boolean,date,integer,number,string',
      'c.format: Invalid value: "uuid": must be one of byte,date,date-time,double,float,int32,int64,password',
      'c.JSONPath: Invalid value: "spec": must be a simple json path starting with .',
    ]));
});

describe('selectable fields', () => {
  const text = { type: 'string' };
  const properties = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`p${i}`, text]));
  const schema = {
    type: 'object',
    properties: {
      spec: { type: 'object', properties: { ...properties, list: { type: 'array', items: text } } },
      metadata: { type: 'object', properties: { name: text } },
    },
  };
  const check = (jsonPaths: string[], expected: string[], mayBeMany = false): void =>
    assert.deepEqual(
      texts(
        selectableFieldErrors(
          jsonPaths.map((jsonPath) => ({ jsonPath })),
          schema,
          mayBeMany,
          'f',
        ),
      ),
      expected,
    );
  test('of texts', () => check(['.spec.p0', '.spec.p1'], []));
  test('of what is not there, or no scalar', () =>
    check(
      ['.spec.x', '.spec.list', ''],
      [
        'f[0].jsonPath: Invalid value: ".spec.x": is an invalid path: does not refer to a valid field',
        'f[1].jsonPath: Invalid value: ".spec.list": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
        'f[2].jsonPath: Required value',
      ],
    ));
  test('of metadata', () =>
    check(
      ['.metadata.name'],
      ['f[0].jsonPath: Invalid value: ".metadata.name": must not point to fields in metadata'],
    ));
  test('twice', () => check(['.spec.p0', '.spec.p0'], ['f[1].jsonPath: Duplicate value: ".spec.p0"']));
  const nine = Object.keys(properties).map((name) => `.spec.${name}`);
  test('too many', () => check(nine, ['f: Too many: 9: must have at most 8 items']));
  test('as many as there were', () => check(nine, [], true));
  test('in a schema that cannot be read nothing is said of them', () =>
    assert.deepEqual(selectableFieldErrors([{ jsonPath: '.x' }], { ...schema, id: 'x' }, false, 'f'), []));
});
