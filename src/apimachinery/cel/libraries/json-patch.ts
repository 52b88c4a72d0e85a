/**
 * JSON Patch in expressions: keys escaped for paths, and the type of one operation, which mutating policies make
 * (`JSONPatch{op: "add", path: …, value: …}`). Source: apiserver/pkg/cel/library/jsonpatch.go and
 * apiserver/pkg/cel/mutation/jsonpatch.go.
 */
import { type CelLibrary, declare, global } from '../library.ts';
import { dynType, objectType, stringType } from '../types.ts';
import { CelObject, type CelValue } from '../values.ts';

export const jsonPatchType = objectType(
  'JSONPatch',
  new Map([
    ['op', stringType],
    ['path', stringType],
    ['from', stringType],
    ['value', dynType],
  ]),
);

/** One operation; what it must have and may not have is judged where it is applied. */
export class JsonPatchValue extends CelObject {
  readonly typeName = jsonPatchType.name;
  readonly #fields: ReadonlyMap<string, CelValue>;
  constructor(fields: ReadonlyMap<string, CelValue>) {
    super();
    this.#fields = fields;
  }
  get(field: string): CelValue | undefined {
    const type = jsonPatchType.field(field);
    return this.#fields.get(field) ?? (type === stringType ? '' : type === dynType ? null : undefined);
  }
  has(field: string): boolean {
    return this.#fields.has(field);
  }
  fields(): Iterable<string> {
    return this.#fields.keys();
  }
}

const escapeKey = (key: string): string => key.replace(/[~/]/g, (char) => (char === '~' ? '~0' : '~1'));

export const jsonPatchLibrary: CelLibrary = {
  name: 'kubernetes.jsonpatch',
  functions: [
    declare(
      'jsonpatch.escapeKey',
      global('string_jsonpatch_escapeKey_string', [stringType], stringType, escapeKey),
    ),
  ],
};
