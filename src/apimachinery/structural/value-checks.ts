/**
 * What a schema asks of one value, apart from what is inside of it: read once out of the schema, always in the same
 * shape. Patterns are compiled when the first text meets them, and kept by the cache of patterns alone.
 */
import type { JsonValue } from '../object-meta.ts';
import { compileRe2, type Re2Pattern } from '../re2.ts';
import { formatChecker } from './formats.ts';
import type { JsonSchemaProps } from './json-schema-props.ts';

export interface ValueChecks {
  readonly enum: readonly JsonValue[] | undefined;
  /** The texts among them. */
  readonly texts: ReadonlySet<JsonValue> | undefined;
  /** Whether there are alternatives, or schemas that must hold or not hold as well. */
  readonly hasCombinations: boolean;
  /** Undefined where any text will do. */
  readonly text: TextChecks | undefined;
  /** Of numbers, beyond those of their type. */
  readonly hasBounds: boolean;
  readonly minItems: number | undefined;
  readonly maxItems: number | undefined;
  readonly minProperties: number | undefined;
  readonly maxProperties: number | undefined;
  readonly required: readonly string[];
  /** That there are fields beside the named ones. */
  readonly forbidsOthers: boolean;
}

export interface TextChecks {
  readonly minLength: number;
  readonly maxLength: number;
  readonly pattern: LazyPattern | undefined;
  readonly hasFormat: ((text: string) => boolean) | undefined;
}

export function valueChecks(schema: JsonSchemaProps): ValueChecks {
  const { multipleOf, maximum, minimum, anyOf = [], oneOf = [], allOf = [], not } = schema;
  return {
    enum: schema.enum,
    texts: schema.enum && new Set(schema.enum.filter((value) => typeof value === 'string')),
    hasCombinations: anyOf.length + oneOf.length + allOf.length > 0 || not !== undefined,
    text: textChecks(schema),
    hasBounds: multipleOf !== undefined || maximum !== undefined || minimum !== undefined,
    minItems: schema.minItems,
    maxItems: schema.maxItems,
    minProperties: schema.minProperties,
    maxProperties: schema.maxProperties,
    required: schema.required ?? [],
    forbidsOthers: schema.additionalProperties === false,
  };
}

function textChecks({
  minLength,
  maxLength,
  pattern = '',
  format = '',
}: JsonSchemaProps): TextChecks | undefined {
  const hasFormat = format === '' ? undefined : formatChecker(format);
  if (minLength === undefined && maxLength === undefined && pattern === '' && hasFormat === undefined) {
    return undefined;
  }
  return {
    minLength: minLength ?? 0,
    maxLength: maxLength ?? Number.POSITIVE_INFINITY,
    pattern: pattern === '' ? undefined : new LazyPattern(pattern),
    hasFormat,
  };
}

class LazyPattern {
  readonly source: string;
  #compiled: WeakRef<Re2Pattern> | undefined;

  constructor(source: string) {
    this.source = source;
  }

  get compiled(): Re2Pattern {
    let compiled = this.#compiled?.deref();
    if (compiled === undefined) {
      compiled = compileRe2(this.source);
      this.#compiled = new WeakRef(compiled);
    }
    return compiled;
  }
}
