import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../object-meta.ts';
import { managedFieldsErrors } from './validate-entries.ts';

const sound = { manager: 'm', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1' };

function check(name: string, entry: JsonObject, expected: readonly string[]): void {
  test(name, () => {
    const errors = managedFieldsErrors([sound, { ...sound, ...entry }], 'metadata.managedFields');
    assert.deepEqual(
      errors.map(({ field, message }) => `${field}: ${message}`),
      expected.map((error) => `metadata.managedFields[1].${error}`),
    );
  });
}

check('sound', {}, []);
check('no fields type', { fieldsType: '' }, []);
check('operation', { operation: 'Patch' }, [
  'operation: Invalid value: "Patch": must be `Apply` or `Update`',
]);
check('fields type', { fieldsType: 'FieldsV2' }, [
  'fieldsType: Invalid value: "FieldsV2": must be `FieldsV1`',
]);
check('manager too long', { manager: 'm'.repeat(129) }, [
  'manager: Too long: may not be more than 128 bytes',
]);
check('manager unprintable', { manager: 'a\u0001' }, [
  'manager: Invalid value: "a\\x01": invalid character U+0001 (at position 1)',
]);
check('subresource', { subresource: 's'.repeat(256) }, []);
check('subresource too long', { subresource: 's'.repeat(257) }, [
  'subresource: Too long: may not be more than 256 bytes',
]);
