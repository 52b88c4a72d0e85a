import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../limits.ts';
import type { JsonValue } from '../object-meta.ts';
import { findResults } from './find-results.ts';
import { JsonPathError } from './json-path-template.ts';
import { parseJsonPath } from './parse-json-path.ts';
import { printResults } from './print-results.ts';

const object = {
  name: 'a',
  big: 9007199254740993n,
  small: 0.00002,
  html: { z: '<b>', a: 1 },
  nothing: null,
  list: [
    { id: 'x', at: 1 },
    { id: 'y', at: 2.5 },
    { id: 'z', at: 9007199254740993n },
  ],
};
const check = (template: string, expected: string | JsonPathError, input: JsonValue = object): void => {
  const run = (): string =>
    findResults(parseJsonPath(template), input, { allowsMissing: true }).map(printResults).join('');
  if (typeof expected === 'string') assert.equal(run(), expected, template);
  else assert.throws(run, expected, template);
};
const refused = (message: string): JsonPathError => new JsonPathError(message);

test('values are printed as Go prints them', () => {
  check('{.big}', '9007199254740993');
  check('{.small}', '2e-05');
  check('{.html}', '{"a":1,"z":"\\u003cb\\u003e"}');
  check('{.nothing}', '<no value>');
  check('{.nowhere}', '');
  check('{.nothing.below}', '');
  check(`{'it\\'s'}{"\\u00e9\\x41\\101\\n"}`, "it'séAA\n");
});

test('filters compare what is of one kind', () => {
  check('{.list[?(@.at==9007199254740993)].id}', 'z', { list: [object.list[0]!, object.list[2]!] });
  check('{.list[?(@.at<2.7)].id}', 'y', { list: [object.list[1]!] });
  check('{.list[?(@.at<2)].id}', refused('incompatible types for comparison'));
  check('{.list[?(@.id=="y")].at}', '2.5');
  check('{.list[?(@.id~"y")].at}', '');
  check('{.list[?(@.nowhere)].id}', '');
  check('{.name[?(@.id)]}', refused('a is not array or slice and cannot be filtered'));
});

test('what is no template is refused', () => {
  check('{.a', refused('unclosed action'));
  check('{.a[0}', refused('unterminated array'));
  check('{.a["b"]}', refused('invalid array index "b"'));
  check('{.a[-]}', refused('array index - is not a number'));
  check('{.a[?(@.b==1}', refused('unterminated filter'));
  check('{.a[?(@.b)}', refused('unclosed array expect ]'));
  check('{..  ..a}', refused('invalid multiple recursive descent'));
  check('{"a}', refused('unterminated quoted string'));
  check('{"\\q"}', refused('unquote string "\\q" error invalid syntax'));
  check('{1.2.3}', refused('cannot parse number 1.2.3'));
  check('{*}', refused("unrecognized character in action: U+002A '*'"));
  check('{foo}', refused('unrecognized identifier foo'));
});

test('what would visit everything many times is stopped', () => {
  let deep: JsonValue = {};
  for (let i = 0; i < 300; i++) deep = { a: deep };
  check(`{${'..a'.repeat(6)}}`, refused(`a JSONPath takes more than ${limits.jsonPathSteps} steps`), deep);
  const wide = { a: Array.from({ length: 300 }, () => Array.from({ length: 300 }, () => 1)) };
  check('{.a[*][*]}', refused(`a JSONPath takes more than ${limits.jsonPathSteps} steps`), wide);
  check(
    '.'.repeat(limits.jsonPathLength + 1),
    refused(`a JSONPath is longer than ${limits.jsonPathLength} characters`),
  );
});
