/**
 * YAML in and out, as JSON values: what is not JSON (dates, sets, binary, infinities) does not come in. Scalars are
 * resolved as upstream's reader does (YAML 1.1 as go-yaml v2 has it: `yes` is true, `010` is 8, a date is a string),
 * output looks like upstream's writer's. One document a text; tools split files, and what follows is not looked at.
 */
import * as yaml from 'js-yaml';
import { limits } from '../limits.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';
import { exactInteger, setField, wellFormed } from './json-parser.ts';

/** Text that is not YAML, or not fit to be JSON. `line` counts from 1; 0 where no line is to blame. */
export class YamlSyntaxError extends SyntaxError {
  readonly line: number;
  constructor(reason: string, line: number, options?: ErrorOptions) {
    super(`error converting YAML to JSON: yaml: ${line === 0 ? '' : `line ${line}: `}${reason}`, options);
    this.name = 'YamlSyntaxError';
    this.line = line;
  }
}

/**
 * Parses the first document; an empty text is null. Of a key that occurs twice the last value counts. Integers beyond
 * 2^53 are bigint. Aliases become copies, within a bound on what they expand to. Throws YamlSyntaxError.
 */
export function parseYaml(text: string | Buffer): JsonValue {
  const source = typeof text === 'string' ? text : text.toString('utf8');
  let documents: unknown[];
  try {
    documents = yaml.loadAll(source, yamlReadOptions);
  } catch (error) {
    if (!(error instanceof yaml.YAMLException)) throw error;
    throw new YamlSyntaxError(error.reason, error.mark === undefined ? 0 : error.mark.line + 1, {
      cause: error,
    });
  }
  const [document = null] = documents;
  // An anchor is shared by all its aliases: copying gives each its own, and counts what they come to.
  return source.includes('*') || surrogateEscape.test(source)
    ? copied(document as JsonValue, { bytesLeft: limits.yamlExpandedBytes }, 0)
    : (document as JsonValue);
}

/** Perhaps half a character, which no UTF-8 can hold. */
const surrogateEscape = /\\[uU][0-9a-fA-F]/;

function copied(value: JsonValue, budget: { bytesLeft: number }, depth: number): JsonValue {
  budget.bytesLeft -= typeof value === 'string' ? value.length + 1 : 1;
  if (budget.bytesLeft < 0 || depth > limits.yamlDepth) {
    throw new YamlSyntaxError('document contains excessive aliasing', 0);
  }
  if (Array.isArray(value)) return value.map((item) => copied(item, budget, depth + 1));
  if (typeof value === 'string') return wellFormed(value);
  if (typeof value !== 'object' || value === null) return value;
  const object: JsonObject = {};
  for (const key of Object.keys(value)) {
    budget.bytesLeft -= key.length;
    setField(object, wellFormed(key), copied(value[key]!, budget, depth + 1));
  }
  return object;
}

/** An integer as Go's ParseInt with base 0 reads it; what follows the sign and prefix must be of the base. */
const goInteger = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]*|[1-9][0-9]*)$/;
const goFloat = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const uint64Max = 2n ** 64n - 1n;

function resolveInteger(text: string): number | bigint | undefined {
  const integer = goInteger.exec(text.replaceAll('_', ''));
  // The longest that can be an integer is a sign and 64 binary digits; a bigint of millions would hold up everyone.
  if (integer === null || integer[0].length > 67) return undefined;
  const [, sign, digits] = integer as unknown as [string, string, string];
  const magnitude = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase());
  return magnitude <= uint64Max ? exactInteger(`${sign === '-' ? '-' : ''}${magnitude}`) : undefined;
}
function resolveFloat(text: string): number | undefined {
  const plain = text.replaceAll('_', '');
  const value = goFloat.test(plain) ? Number(plain) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

const numberStarts = [...'-+.0123456789'];
const numberTag = (
  name: 'int' | 'float',
  resolve: (text: string) => number | bigint | undefined,
): yaml.ScalarTagDefinition<number | bigint> =>
  yaml.defineScalarTag(`tag:yaml.org,2002:${name}`, {
    implicit: true,
    implicitFirstChars: numberStarts,
    resolve: (source) => resolve(source) ?? yaml.NOT_RESOLVED,
    identify: () => false,
  });

const readSchema = yaml.FAILSAFE_SCHEMA.withTags(
  yaml.nullYaml11Tag,
  yaml.boolYaml11Tag,
  numberTag('int', resolveInteger),
  numberTag('float', resolveFloat),
  yaml.mergeTag,
);

/** As this reader reads; `json` lets a repeated key override. */
export const yamlReadOptions = {
  schema: readSchema,
  json: true,
  maxDepth: limits.yamlDepth,
  maxAliases: limits.yamlAliases,
  maxTotalMergeKeys: limits.yamlAliases,
};

/** Block style, keys sorted, lists not indented, strings quoted where a reader could take them for something else. */
export function stringifyYaml(value: JsonValue | object): string {
  return yaml.dump(sorted(value as JsonValue), writeOptions).replace(markerKey, quoted);
}
/** A key that begins its line as the marks between documents do; the writer leaves it plain. */
const markerKey = /^((?:\.{3}|-{3})[ \t][^\n]*?):(?=[ \n])/gm;
const quoted = (_: string, key: string): string => `${JSON.stringify(key)}:`;
const writeOptions: yaml.DumpOptions = {
  schema: yaml.DUMP_SCHEMA.withTags(
    yaml.defineScalarTag('tag:yaml.org,2002:int', {
      ...yaml.intYaml11Tag,
      // What some reader takes for a number is quoted: ours, or a strict YAML 1.1 one (sexagesimals).
      resolve: (source, isExplicit, tagName) =>
        resolveInteger(source) ?? yaml.intYaml11Tag.resolve(source, isExplicit, tagName),
      identify: (value) => typeof value === 'bigint' || yaml.intYaml11Tag.identify(value),
      represent: String,
    }),
  ),
  seqNoIndent: true,
  quoteStyle: 'double',
  lineWidth: -1,
  noRefs: true,
};

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const object: JsonObject = {};
  for (const key of Object.keys(value).sort()) {
    const field = value[key];
    if (field !== undefined) setField(object, key, sorted(field));
  }
  return object;
}
