import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpusMissing, corpusText } from '../../test/corpus.ts';
import {
  dns1035LabelProblems,
  dnsLabelProblems,
  dnsSubdomainProblems,
  labelKeyProblems,
  labelValueProblems,
} from './names.ts';

interface Case {
  readonly id: string;
  readonly fn: string;
  readonly args: readonly string[];
  readonly valid: boolean;
}
const checks: Readonly<Record<string, (name: string) => string[]>> = {
  IsDNS1123Label: dnsLabelProblems,
  IsDNS1123Subdomain: dnsSubdomainProblems,
  IsDNS1035Label: dns1035LabelProblems,
  IsQualifiedName: labelKeyProblems,
  IsValidLabelValue: labelValueProblems,
};

test("upstream's table of names", (t) => {
  const path = 'upstream-tables/apimachinery/validation_names.json';
  const text = corpusText(path);
  if (text === undefined) return t.skip(corpusMissing(path));
  const { cases } = JSON.parse(text) as { cases: readonly Case[] };
  const covered = cases.filter((c) => c.fn in checks);
  assert.ok(covered.length > 150);
  for (const { id, fn, args, valid } of covered) {
    assert.equal(checks[fn]!(args[0]!).length === 0, valid, id);
  }
});

test('problems are told in the words of upstream', () => {
  const check = (found: string[], expected: string[]) => assert.deepEqual(found, expected);
  const subdomain =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
  check(dnsSubdomainProblems('a.b-c.9'), []);
  check(dnsSubdomainProblems('A'), [subdomain]);
  check(dnsSubdomainProblems('a'.repeat(254)), ['must be no more than 253 characters']);
  check(dnsLabelProblems('a.b'), [
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
  ]);
  check(labelKeyProblems('/'), [
    'prefix part must be non-empty',
    'name part must be non-empty',
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
  ]);
  check(labelKeyProblems('A/a'), [`prefix part ${subdomain}`]);
  check(labelKeyProblems('a/b/c'), [
    "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
  ]);
  check(labelValueProblems('a b'), [
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
  ]);
  check(labelValueProblems('a\n'), labelValueProblems('a b'));
});
