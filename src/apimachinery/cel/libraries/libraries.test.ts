import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../limits.ts';
import { CelEnvironment } from '../cel.ts';
import { celEqual } from '../equality.ts';
import { stringType } from '../types.ts';
import { JsonPatchValue, jsonPatchLibrary, jsonPatchType } from './json-patch.ts';
import { kubernetesLibraries } from './kubernetes-libraries.ts';

const environment = new CelEnvironment({
  libraries: [...kubernetesLibraries(), jsonPatchLibrary],
  variables: { text: stringType },
  findType: (name) => (name === 'JSONPatch' ? jsonPatchType : undefined),
  makeObject: (_name, fields) => new JsonPatchValue(fields),
});

function evaluate(expression: string, text: string) {
  const compiled = environment.compile(expression);
  assert.ok(compiled.program, compiled.issues && compiled.text);
  return compiled.program.evaluate({ text });
}
/** Expressions that hold. */
function check(expression: string, text = ''): void {
  const { value, error } = evaluate(expression, text);
  assert.equal(error, undefined, expression);
  assert.equal(value, true, expression);
}
/** Expressions that end in an error. */
function checkError(expression: string, message: string, text = ''): void {
  const { error } = evaluate(expression, text);
  assert.ok(error?.message.includes(message), `${expression}: ${error?.message ?? 'no error'}`);
}

test('lists are searched, ordered and added up', () => {
  check('[1, 2, 2].isSorted() && !["b", "a"].isSorted() && [true].isSorted()');
  check('[1, 3].sum() == 4 && [1.5, 2.5].sum() == 4.0 && [1u, 2u].sum() == 3u');
  check("[duration('1m'), duration('1s')].sum() == duration('1m1s') && [].sum() == 0");
  check('[3, 1, 2].min() == 1 && ["a", "c", "b"].max() == "c" && [b"a", b"b"].max() == b"b"');
  check('[1, 2, 2, 3].indexOf(2) == 1 && [1, 2, 2, 3].lastIndexOf(2) == 2 && [1.0].indexOf(1.1) == -1');
  check('[[1], [2]].indexOf([2]) == 1');
  check('"abc".indexOf("c") == 2');
  check('[1, 2].includes(2) && !["a"].includes("b") && "a".includes("a") && !"a".includes("b")');
  checkError('[].min()', 'min called on empty list');
  checkError('[9223372036854775807, 1].sum()', 'integer overflow');
  checkError('[dyn("a"), dyn(1)].isSorted()', 'no such overload');
});

test('patterns find what they match', () => {
  check(`"abc 123".find('[0-9]+') == '123' && "abc".find('x') == ''`);
  check(`"123 abc 456".findAll('[0-9]+') == ['123', '456']`);
  check(`"123 abc 456".findAll('[0-9]+', 1) == ['123'] && "1".findAll('1', 0) == []`);
  check(`"1 2".findAll('[0-9]', -1) == ['1', '2']`);
  checkError(`"a".find('(' + text)`, 'Illegal regex: error parsing regexp: missing closing ): `(`');
});

test('URLs fall into parts', () => {
  check("url('https://[::1]:80/a b?k=1&k=2#f').getHost() == '[::1]:80'");
  check("url('https://[::1]:80/').getHostname() == '::1' && url('https://h:80').getPort() == '80'");
  check("url('https://h/a b').getEscapedPath() == '/a%20b' && url('/p').getScheme() == ''");
  check("url('/?k=1&k=2&l=').getQuery() == {'k': ['1', '2'], 'l': ['']}");
  check("url('/a') == url('/a') && url('/a') != url('/a?')");
  check("isURL('/absolute') && !isURL('../relative') && !isURL('https://a:b:c/')");
  check('type(url("/a")) != type("/a")');
  checkError(
    "url('../x')",
    'URL parse error during conversion from string: parse "../x": invalid URI for request',
  );
});

test('addresses and blocks are told apart', () => {
  check("ip('::1') == ip('0:0::1') && ip('127.0.0.1') != ip('::1')");
  check("!isIP('::ffff:1.2.3.4') && !isIP('fe80::1%eth0') && !isIP('01.2.3.4')");
  check("isCIDR('10.0.0.1/8') && !isCIDR('::ffff:1.2.3.4/100') && !isCIDR('10.0.0.0/33')");
  check("cidr('10.0.0.1/8') != cidr('10.0.0.0/8') && cidr('10.0.0.1/8').masked() == cidr('10.0.0.0/8')");
  check("!cidr('10.0.0.0/8').containsCIDR('2001:db8::/32') && !cidr('::/0').containsIP('10.0.0.1')");
  check("type(cidr('10.0.0.0/8')) == net.CIDR");
  checkError("ip('fe80::1%a')", 'IP address "fe80::1%a" with zone value is not allowed');
  checkError("ip('::ffff:1.2.3.4')", 'IPv4-mapped IPv6 address "::ffff:1.2.3.4" is not allowed');
  checkError("cidr('10.0.0.0/8').containsIP('x')", 'unable to parse IP');
});

test('quantities are amounts', () => {
  check("quantity('1Gi').compareTo(quantity('1024Mi')) == 0 && sign(quantity('-1')) == -1");
  check("quantity('1.5').isInteger() == false && quantity('1k').asInteger() == 1000");
  check("quantity('1500m').asApproximateFloat() == 1.5");
  checkError("quantity('1.5').asInteger()", 'cannot convert value to integer');
});

test('formats say what is wrong', () => {
  check("format.uri().validate('a').value() == ['parse \"a\": invalid URI for request']");
  check(
    "!format.dns1123LabelPrefix().validate('a-').hasValue() && format.dns1123Label().validate('a-').hasValue()",
  );
  check("format.uuid().validate('x').value() == ['does not match the UUID format']");
  check("format.date().validate('2021-02-29').value() == ['invalid date']");
});

test('patches are made and keys escaped', () => {
  check("jsonpatch.escapeKey('k8s.io/my~label') == 'k8s.io~1my~0label'");
  check("JSONPatch{op: 'add', path: '/a', value: 1}.path == '/a'");
  check("JSONPatch{op: 'remove', path: '/a'}.from == '' && !has(JSONPatch{op: 'remove'}.value)");
  const { issues } = environment.compile('JSONPatch{nonsense: 1}');
  assert.match(issues?.[0]?.message ?? '', /undefined field 'nonsense'/);
});

test('a library is not there before its version', () => {
  const at = (minor: number, expression: string): boolean =>
    new CelEnvironment({ libraries: kubernetesLibraries(minor) }).compile(expression).program !== undefined;
  const checkSince = (minor: number, expression: string): void => {
    assert.equal(at(minor - 1, expression), false, expression);
    assert.equal(at(minor, expression), true, expression);
  };
  checkSince(28, "quantity('1')");
  checkSince(30, "ip('::1')");
  checkSince(31, 'format.uri()');
  checkSince(33, "semver('v1', true)");
  checkSince(34, '[1].distinct()');
  checkSince(37, "'a'.includes('a')");
});

test('hostile texts cost what their length does', () => {
  const megabyte = 1024 * 1024;
  checkError('quantity(text)', 'quantities must be no longer than', '1'.repeat(megabyte));
  checkError(
    "quantity('1e999999999').add(1)",
    `quantities of more than ${limits.quantityDigits} digits cannot be added`,
  );
  check("quantity('1e999999999').isGreaterThan(quantity('1'))");
  check("quantity('-1e999999999').compareTo(quantity('1e-999999999')) == -1");
  check("!isQuantity('1e99999999999')");
  checkError('semver(text)', 'value out of range', `1.0.${'9'.repeat(megabyte)}`);
  check('isSemver(text)', `1.0.0-${'a.'.repeat(megabyte / 2)}b`);
  checkError('ip(text)', 'IPv4 address too long', '1.'.repeat(megabyte / 2));
  checkError('ip(text)', 'trailing garbage after address', '1:'.repeat(megabyte / 2));
  checkError('cidr(text)', 'bad bits after slash', `::/${'9'.repeat(megabyte)}`);
  check('url(text).getEscapedPath().size() == text.size() * 3 - 2', `/${' '.repeat(megabyte)}`);
  check('url(text).getQuery().size() == 1', `/?${'a=b&'.repeat(megabyte / 4)}`);
  check('format.dns1123Subdomain().validate(text).hasValue()', 'a.'.repeat(megabyte / 2));
  check('format.qualifiedName().validate(text).hasValue()', `${'a-'.repeat(megabyte / 2)}!`);
  check('format.date().validate(text).hasValue()', '0'.repeat(megabyte));
  check('format.datetime().validate(text).hasValue()', `2020-01-01T00:00:00.${'0'.repeat(megabyte)}`);
  check('format.uuid().validate(text).hasValue()', 'a'.repeat(megabyte));
  check('format.byte().validate(text).hasValue()', `${'aaaa'.repeat(megabyte / 4)}!`);
  check(`text.find('(a*)*$') == text`, 'a'.repeat(20_000));
  check(`text.findAll('(x+x+)+y') == []`, 'x'.repeat(20_000));
  checkError(
    `text.findAll('x*y|x')`,
    'the matches of the regular expression take too long',
    'x'.repeat(50_000),
  );
  checkError(`text.find('(a|b){900}c')`, 'the text is too long for the regular', 'a'.repeat(50_000));
  checkError(`text.matches('(a|b){900}c')`, 'the text is too long for the regular', 'a'.repeat(50_000));
});

test('errors do not repeat a long text', () => {
  const check = (expression: string, text: string): void => {
    const { error } = evaluate(expression, text);
    assert.ok(error !== undefined && error.message.length < 4 * limits.quotedTextLength, expression);
  };
  const long = '1'.repeat(1024 * 1024);
  for (const read of ['ip', 'cidr', 'semver', 'url', 'quantity']) check(`${read}(text)`, long);
  check('ip(text)', `::${long}`);
  check('cidr(text)', `::/${long}`);
  check('semver(text)', `1.0.0-é${long}`);
  check('url(text)', `https://[${long}`);
  check('url(text)', `https://a:b${long}`);
  check("'a'.find(text)", `(${long}`);
});

test('patterns in loops end long before their cost does', () => {
  const items = 'text.split("").all(i, ';
  const text = 'ab'.repeat(500);
  const check = (test: string): void =>
    checkError(`${items}${test})`, 'regular expressions take too long', text);
  check(`text.matches('(a|b)*a(a|b){401}$')`);
  check(`text.find('[a-z]{900}') != ''`);
});

test('library values are equal to none of another kind', () => {
  const { value: quantity } = evaluate("quantity('1')", '');
  const { value: version } = evaluate("semver('1.0.0')", '');
  assert.equal(celEqual(quantity!, version!), false);
});
