import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseTokenFile, TokenFileError } from './token-file.ts';

describe('token file', () => {
  const check = (
    text: string,
    expected: readonly (readonly [string, string, string, ...string[]])[] | RegExp,
  ): void => {
    test(JSON.stringify(text), () => {
      if (expected instanceof RegExp) {
        assert.throws(
          () => parseTokenFile(text),
          (error: unknown) => error instanceof TokenFileError && expected.test(error.message),
        );
        return;
      }
      const found = parseTokenFile(text).map(({ token, user }) => [
        token,
        user.name,
        user.uid,
        ...user.groups,
      ]);
      assert.deepEqual(found, expected);
    });
  };
  check('', []);
  check('\n  \n# t,u,i\n', []);
  check('t,u,i', [['t', 'u', 'i']]);
  check('t,u,i,g', [['t', 'u', 'i', 'g']]);
  check('t,u,i,"g,h"\r\nt2,u2,\r\n', [
    ['t', 'u', 'i', 'g', 'h'],
    ['t2', 'u2', ''],
  ]);
  check('t, u , i, " g , , h "', [['t', 'u', 'i', 'g', 'h']]);
  check('"a,b","say ""hi""",i', [['a,b', 'say "hi"', 'i']]);
  check('t,u', /^line 1 has fewer than three fields/);
  check('a,u,i\n,u,i', /^line 2 has an empty token$/);
  check('secret,,i', /^line 1 has an empty user name$/);
  check('t,u,i\nt,v,j', /^line 2 repeats the token/);
  check('t,u,i,"g', /^line 1 has a quote that does not end$/);
  check('t,u,i,"g"h', /^line 1 has text behind a closing quote$/);

  test('no message shows a token', () => {
    for (const text of ['s3cret,u', 's3cret,,i', 's3cret,u,i\ns3cret,v,i', 's3cret,u,i,"']) {
      assert.throws(
        () => parseTokenFile(text),
        (error: Error) => !error.message.includes('s3cret'),
      );
    }
  });
});
