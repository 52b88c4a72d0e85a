/**
 * What strict decoding finds in a document that decodes all the same: fields its kind does not have, and fields
 * written twice. In upstream's words and order (sigs.k8s.io/json), so it reads the document as it was written.
 * Decoding is schema/decode.ts; this runs only where something was found.
 */
import { goQuote } from '../apply/go-text.ts';
import { parseWrittenJson, type WrittenJson, WrittenNumber, WrittenObject } from '../codec/json-parser.ts';
import { limits } from '../limits.ts';
import type { JsonValue } from '../object-meta.ts';
import { type AnySchema, any, field, list, object, type Schema, string } from './schema.ts';

/** A document of no kind (a merge patch): no field is unknown, but none may be there twice. */
export const untypedDocument: AnySchema = any();

/** A JSON patch, as strict decoding sees it. */
export const jsonPatchDocument: Schema = list(
  object({
    op: field(0, string(), ''),
    path: field(0, string(), ''),
    from: field(0, string(), ''),
    value: field(0, untypedDocument, ''),
  }),
);

/** The findings in a JSON text that parses, in order of appearance, each once. */
export function strictErrorsOfText(text: string, schema: Schema): string[] {
  return new Search().run(parseWrittenJson(text), schema);
}

/** The findings in a value whose fields have no order of their own: they are taken by name, as Go writes maps. */
export function strictErrorsOfValue(value: JsonValue, schema: Schema): string[] {
  return new Search().run(byName(value), schema);
}

function byName(value: JsonValue): WrittenJson {
  if (Array.isArray(value)) return value.map(byName);
  if (typeof value !== 'object' || value === null) return value;
  const written = new WrittenObject();
  for (const key of Object.keys(value).sort()) {
    const given = value[key];
    if (given === undefined) continue;
    written.keys.push(key);
    written.values.push(byName(given));
  }
  return written;
}

class Search {
  readonly #found = new Set<string>();
  readonly #path: (string | number)[] = [];

  run(document: WrittenJson, schema: Schema): string[] {
    this.#visit(document, schema);
    return [...this.#found];
  }

  #visit(value: WrittenJson, schema: Schema): void {
    if (this.#found.size >= limits.strictErrors) return;
    if (schema.type === 'either') {
      this.#visit(value, value instanceof WrittenObject ? schema.object.schema : schema.other.schema);
      return;
    }
    if (Array.isArray(value)) {
      const item = schema === untypedDocument ? schema : schema.type === 'list' ? schema.item : undefined;
      if (item === undefined) return;
      for (const [i, element] of value.entries()) this.#descend(i, element, item);
    } else if (value instanceof WrittenObject) {
      if (schema.type === 'object') {
        this.#fields(value, (key) =>
          Object.hasOwn(schema.fields, key) ? schema.fields[key]!.schema : undefined,
        );
      } else if (schema.type === 'map') this.#fields(value, () => schema.value);
      else if (schema === untypedDocument) this.#fields(value, () => schema);
      // Any other `any` keeps its text as it is, and upstream does not look into it.
    }
  }

  #fields({ keys, values }: WrittenObject, schemaOf: (key: string) => Schema | undefined): void {
    const seen = new Set<string>();
    for (const [i, key] of keys.entries()) {
      const schema = schemaOf(key);
      if (schema === undefined) {
        this.#report('unknown', key);
        continue;
      }
      if (seen.has(key)) this.#report('duplicate', key);
      seen.add(key);
      this.#descend(key, values[i]!, schema);
    }
  }

  #descend(step: string | number, value: WrittenJson, schema: Schema): void {
    if (typeof value !== 'object' || value === null || value instanceof WrittenNumber) return;
    this.#path.push(step);
    this.#visit(value, schema);
    this.#path.pop();
  }

  #report(problem: 'unknown' | 'duplicate', key: string): void {
    if (this.#found.size >= limits.strictErrors) return;
    let path = '';
    for (const step of [...this.#path, key]) {
      if (typeof step === 'number') path += `[${step}]`;
      else path += path === '' ? step : `.${step}`;
    }
    this.#found.add(`${problem} field ${goQuote(path)}`);
  }
}
