import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatusError } from '../../apimachinery/status.ts';
import { negotiateBody } from './negotiate-body.ts';

test('the body format follows the Content-Type', () => {
  const check = (contentType: string | undefined, expected: string, hasProtobuf?: boolean): void => {
    const actual = (): string => {
      try {
        return negotiateBody(contentType, hasProtobuf);
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        assert.equal(error.reason, 'UnsupportedMediaType');
        return `${error.code} ${error.status.message}`;
      }
    };
    assert.equal(actual(), expected);
  };
  const refused = (...types: string[]): string =>
    `415 the body of the request was in an unknown format - accepted media types include: ${types.join(', ')}`;
  const protobuf = 'application/vnd.kubernetes.protobuf';

  check(undefined, 'json');
  check('', 'json');
  check('application/json', 'json');
  check('application/json; charset=utf-8', 'json');
  check('Application/JSON', 'json');
  check('application/yaml', 'yaml');
  check(protobuf, 'protobuf');
  check(`${protobuf};v=1`, 'protobuf');
  check(protobuf, refused('application/json', 'application/yaml'), false);
  check('application/json', 'json', false);
  check('application/cbor', refused('application/json', 'application/yaml', protobuf));
  check('application/x-www-form-urlencoded', refused('application/json', 'application/yaml', protobuf));
  check('*/*', refused('application/json', 'application/yaml', protobuf));
  check('nonsense', refused('application/json', 'application/yaml', protobuf));
});
