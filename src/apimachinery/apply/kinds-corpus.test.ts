import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpusMissing, corpusText } from '../../../test/corpus.ts';
import { smdSchema } from '../../../test/smd/smd-schema.ts';
import { stringifyJson } from '../codec/json.ts';
import { parseYaml } from '../codec/yaml.ts';
import { deepEqual } from '../equality.ts';
import { compareTyped } from './compare-typed.ts';
import { toFieldsV1 } from './fields-v1.ts';
import { withNamedFields } from './named-fields.ts';
import { extractItems, removeItems } from './remove-items.ts';
import { toFieldSet } from './to-field-set.ts';
import { validateTyped } from './validate-typed.ts';

const folder = 'structured-merge-diff';

for (const [object, type] of [
  ['pod', 'io.k8s.api.core.v1.Pod'],
  ['node', 'io.k8s.api.core.v1.Node'],
  ['endpoints', 'io.k8s.api.core.v1.Endpoints'],
  [
    'prometheus-crd',
    'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1.CustomResourceDefinition',
  ],
] as const) {
  test(`fields of a real ${object}`, (t) => {
    const text = corpusText(`${folder}/${object}.yaml`);
    if (text === undefined) return t.skip(corpusMissing(folder));
    const schema = smdSchema(`${folder}/k8s-schema.yaml`)(type);
    const value = parseYaml(text);
    validateTyped(value, schema);
    // Whoever creates it owns the containers too; whoever applies it owns only what is in them.
    const { added, removed, modified } = compareTyped({}, value, schema);
    assert.equal(stringifyJson(toFieldsV1(added)), corpusText(`${folder}/${object}set.json`)!.trim());
    assert.ok(removed.isEmpty && modified.isEmpty);
    const applied = toFieldSet(value, schema);
    assert.ok(added.union(applied).equals(added));
    const owned = withNamedFields(applied, schema);
    assert.ok(added.union(owned).equals(added));
    assert.equal(removeItems(value, owned, schema), null);
    assert.ok(deepEqual(extractItems(value, applied.leaves(), schema), value));
  });
}

test('schemas under the schema of schemas', (t) => {
  const text = corpusText(`${folder}/schema.yaml`);
  if (text === undefined) return t.skip(corpusMissing(folder));
  const schema = smdSchema(`${folder}/schema.yaml`)('schema');
  const check = (file: string, message?: RegExp): void => {
    const value = parseYaml(corpusText(`${folder}/${file}.yaml`)!);
    if (message === undefined) validateTyped(value, schema);
    else assert.throws(() => validateTyped(value, schema), message);
  };
  check('schema');
  check('scalar');
  check('list');
  check('struct');
  // Bad only beside the other scalar, of another type.
  check('bad-scalar');
  check('bad-schema', /\.types: element 0: .* omits all key fields \["name"\]/);
});
