import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpusMissing, corpusText } from '../../test/corpus.ts';
import type { FieldError } from './field-error.ts';
import {
  configKeyProblems,
  dns1035LabelProblems,
  dnsLabelProblems,
  dnsSubdomainProblems,
  domainKeyErrors,
  domainPathErrors,
  envVarNameProblems,
  headerNameProblems,
  labelKeyProblems,
  labelValueProblems,
  pathSegmentProblems,
  percentProblems,
  portNameProblems,
  portNumberProblems,
  qualifiedDomainErrors,
  qualifiedNameErrors,
  rangeProblems,
  underscoreSubdomainProblems,
  wildcardSubdomainProblems,
} from './names.ts';

interface Case {
  readonly id: string;
  readonly fn: string;
  readonly args: readonly unknown[];
  readonly valid: boolean;
  /** The exact result, where upstream's test has it. */
  readonly errors?: readonly (string | { Type: string; Field: string; Detail: string })[];
}
const ofText =
  (check: (text: string) => string[]) =>
  ([text]: readonly unknown[]): string[] =>
    check(text as string);
/** The field is called `test` by those upstream tests that look at it. */
const ofField =
  (check: (field: string, text: string) => FieldError[]) =>
  ([text]: readonly unknown[]): FieldError[] =>
    check('test', text as string);
const id = ([value]: readonly unknown[]): string[] => rangeProblems(value as number, 0, 2 ** 31 - 1);
const checks: Readonly<Record<string, (args: readonly unknown[]) => (string | FieldError)[]>> = {
  IsConfigMapKey: ofText(configKeyProblems),
  IsDNS1035Label: ofText(dns1035LabelProblems),
  IsDNS1123Label: ofText(dnsLabelProblems),
  IsDNS1123Subdomain: ofText(dnsSubdomainProblems),
  IsDNS1123SubdomainWithUnderscore: ofText(underscoreSubdomainProblems),
  IsDomainPrefixedKey: ofField(domainKeyErrors),
  IsDomainPrefixedPath: ofField(domainPathErrors),
  IsFullyQualifiedDomainName: ofField(qualifiedDomainErrors),
  IsFullyQualifiedName: ofField(qualifiedNameErrors),
  IsHTTPHeaderName: ofText(headerNameProblems),
  IsInRange: (args) => rangeProblems(...(args as [number, number, number])),
  IsQualifiedName: ofText(labelKeyProblems),
  IsRelaxedEnvVarName: ofText(envVarNameProblems),
  IsValidGroupID: id,
  IsValidLabelValue: ofText(labelValueProblems),
  IsValidPercent: ofText(percentProblems),
  IsValidPortName: ofText(portNameProblems),
  IsValidPortNum: ([port]) => portNumberProblems(port as number),
  IsValidUserID: id,
  IsWildcardDNS1123Subdomain: ofText(wildcardSubdomainProblems),
};

test("upstream's table of names, whole", (t) => {
  const path = 'upstream-tables/apimachinery/validation_names.json';
  const text = corpusText(path);
  if (text === undefined) return t.skip(corpusMissing(path));
  const { cases } = JSON.parse(text) as { cases: readonly Case[] };
  assert.equal(cases.length, 337);
  for (const { id, fn, args, valid, errors } of cases) {
    const found = checks[fn]!(args);
    assert.equal(found.length === 0, valid, id);
    if (errors === undefined) continue;
    assert.equal(found.length, errors.length, id);
    errors.forEach((expected, index) => {
      const actual = found[index]!;
      if (typeof expected === 'string') assert.equal(actual, expected, id);
      else {
        assert.ok(typeof actual !== 'string');
        assert.equal(actual.reason, expected.Type, id);
        assert.equal(actual.field, expected.Field, id);
        assert.ok(actual.message.endsWith(expected.Detail), id);
      }
    });
  }
});

test('a path segment is anything but a way to another path', () => {
  const check = (name: string, expected: string[]) => assert.deepEqual(pathSegmentProblems(name), expected);
  check('system:node', []);
  check('a b', []);
  check('...', []);
  check('.', ["may not be '.'"]);
  check('..', ["may not be '..'"]);
  check('a/b%', ["may not contain '/'", "may not contain '%'"]);
});

test('problems are told in the words of upstream', () => {
  const check = (found: string[], expected: string[]) => assert.deepEqual(found, expected);
  const subdomain =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
  check(dnsSubdomainProblems('a.b-c.9'), []);
  check(dnsSubdomainProblems('A'), [subdomain]);
  check(dnsSubdomainProblems('a'.repeat(254)), ['must be no more than 253 characters']);
  check(dnsLabelProblems('a.b'), ['must not contain dots']);
  check(dnsLabelProblems(`${'a'.repeat(63)}.b`), [
    'must be no more than 63 characters',
    'must not contain dots',
  ]);
  check(dnsLabelProblems('a_b'), [
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
  check(labelValueProblems('a'.repeat(64)), ['must be no more than 63 bytes']);
  check(labelKeyProblems('a'.repeat(64)), ['name part must be no more than 63 bytes']);
  check(labelKeyProblems(`${'a'.repeat(254)}/a`), ['prefix part must be no more than 253 bytes']);
  check(labelValueProblems('a\n'), labelValueProblems('a b'));
});
