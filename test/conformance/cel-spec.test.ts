/**
 * The conformance cases of CEL that need no protobuf message types. A case that does not pass is named here, with its
 * reason; one that is named and passes fails, so that the list stays true.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CelEnvironment } from '../../src/apimachinery/cel/cel.ts';
import { celEqual } from '../../src/apimachinery/cel/equality.ts';
import { bindings, twoVariableComprehensions } from '../../src/apimachinery/cel/extensions/comprehensions.ts';
import { encoders } from '../../src/apimachinery/cel/extensions/encoders.ts';
import { lists } from '../../src/apimachinery/cel/extensions/lists.ts';
import { math } from '../../src/apimachinery/cel/extensions/math.ts';
import { optionals } from '../../src/apimachinery/cel/extensions/optionals.ts';
import { sets } from '../../src/apimachinery/cel/extensions/sets.ts';
import { strings } from '../../src/apimachinery/cel/extensions/strings.ts';
import { cidrLibrary } from '../../src/apimachinery/cel/libraries/cidr.ts';
import { ipLibrary } from '../../src/apimachinery/cel/libraries/ip.ts';
import { typeNameOf } from '../../src/apimachinery/cel/runtime-type.ts';
import { standardLibrary } from '../../src/apimachinery/cel/standard/standard-library.ts';
import {
  boolType,
  bytesType,
  type CelType,
  doubleType,
  dynType,
  intType,
  listOf,
  mapOf,
  nullType,
  stringType,
  typeText,
  uintType,
} from '../../src/apimachinery/cel/types.ts';
import {
  ArrayList,
  CelTypeValue,
  CelUint,
  type CelValue,
  EntriesMap,
} from '../../src/apimachinery/cel/values.ts';
import { corpusMissing, corpusText } from '../corpus.ts';
import { parseTextproto, type TextMessage, type TextValue } from './textproto.ts';

const base = new CelEnvironment({
  libraries: [
    standardLibrary,
    strings,
    math,
    lists,
    sets,
    encoders,
    bindings,
    optionals,
    twoVariableComprehensions,
    ipLibrary,
    cidrLibrary,
  ],
});

const only = (message: TextMessage, field: string): TextValue | undefined => message[field]?.at(-1);
const messageIn = (message: TextMessage, field: string): TextMessage | undefined => {
  const value = only(message, field);
  return typeof value === 'object' ? value : undefined;
};
const textIn = (message: TextMessage, field: string): string | undefined => {
  const value = only(message, field);
  return typeof value === 'string' ? Buffer.from(value, 'latin1').toString() : undefined;
};

/** What needs protobuf message types is not of this corpus. */
class NeedsMessages extends Error {}

function valueIn(message: TextMessage): CelValue {
  const [kind] = Object.keys(message);
  const text = kind === undefined ? '' : String(only(message, kind));
  switch (kind) {
    case 'bool_value':
      return text === 'true';
    case 'int64_value':
      return BigInt(text);
    case 'uint64_value':
      return new CelUint(BigInt(text));
    case 'double_value':
      return doubleOf(text);
    case 'string_value':
      return Buffer.from(text, 'latin1').toString();
    case 'bytes_value':
      return new Uint8Array(Buffer.from(text, 'latin1'));
    case 'null_value':
      return null;
    case 'type_value':
      return new CelTypeValue(text);
    case 'list_value':
      return new ArrayList(
        (messageIn(message, kind)?.values ?? []).map((each) => valueIn(each as TextMessage)),
      );
    case 'map_value':
      return new EntriesMap(
        (messageIn(message, kind)?.entries ?? []).map((entry) => [
          valueIn(messageIn(entry as TextMessage, 'key')!),
          valueIn(messageIn(entry as TextMessage, 'value')!),
        ]),
      );
    default:
      throw new NeedsMessages(kind);
  }
}

function doubleOf(text: string): number {
  if (/^-?inf/i.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}

const primitives: Readonly<Record<string, CelType>> = {
  BOOL: boolType,
  INT64: intType,
  UINT64: uintType,
  DOUBLE: doubleType,
  STRING: stringType,
  BYTES: bytesType,
};
function typeFrom(message: TextMessage): CelType {
  const primitive = only(message, 'primitive');
  if (typeof primitive === 'string') return primitives[primitive]!;
  if (message.dyn !== undefined) return dynType;
  if (message.null !== undefined) return nullType;
  const list = messageIn(message, 'list_type');
  if (list !== undefined) return listOf(typeFrom(messageIn(list, 'elem_type') ?? { dyn: [] }));
  const map = messageIn(message, 'map_type');
  if (map !== undefined)
    return mapOf(typeFrom(messageIn(map, 'key_type')!), typeFrom(messageIn(map, 'value_type')!));
  throw new NeedsMessages(Object.keys(message).join());
}

/** Equal, and of the same types all through: 1 is not 1.0 here, and NaN is NaN. */
function isSame(a: CelValue, b: CelValue): boolean {
  if (typeNameOf(a) !== typeNameOf(b)) return false;
  if (typeof a === 'number') return Object.is(a, b) || a === b;
  if (a instanceof ArrayList || typeNameOf(a) === 'list') {
    const [left, right] = [[...(a as ArrayList)], [...(b as ArrayList)]];
    return left.length === right.length && left.every((item, i) => isSame(item, right[i]!));
  }
  return celEqual(a, b);
}

/** Undefined where the case passes. */
function problemOf(each: TextMessage): string | undefined {
  const variables: Record<string, CelType> = {};
  for (const declared of each.type_env ?? []) {
    const name = textIn(declared as TextMessage, 'name')!;
    const ident = messageIn(declared as TextMessage, 'ident');
    if (ident === undefined) throw new NeedsMessages('function');
    variables[name] = typeFrom(messageIn(ident, 'type')!);
  }
  const values: Record<string, CelValue> = {};
  for (const binding of each.bindings ?? []) {
    const name = textIn(binding as TextMessage, 'key')!;
    values[name] = valueIn(messageIn(messageIn(binding as TextMessage, 'value')!, 'value')!);
    variables[name] ??= dynType;
  }
  const source = textIn(each, 'expr')!;
  const wantsError = each.eval_error !== undefined || each.any_eval_errors !== undefined;
  const environment = base.extend({ variables });
  const compiled = each.disable_check === undefined ? environment.compile(source) : environment.parse(source);
  if (compiled.program === undefined) return wantsError ? undefined : compiled.text;
  const typed = messageIn(each, 'typed_result');
  const deduced = typed && messageIn(typed, 'deduced_type');
  if (deduced !== undefined) {
    const type = typeText(compiled.program.checked.type);
    if (type !== typeText(typeFrom(deduced))) return `type ${type}`;
  }
  if (each.check_only !== undefined) return undefined;
  const { value, error } = compiled.program.evaluate(values);
  if (wantsError) return error === undefined ? `no error, but ${shown(value!)}` : undefined;
  if (error !== undefined) return error.message;
  const wanted = messageIn(each, 'value') ?? (typed && messageIn(typed, 'result'));
  const expected = wanted === undefined ? true : valueIn(wanted);
  return isSame(value, expected) ? undefined : `is ${shown(value)}, not ${shown(expected)}`;
}
const shown = (value: CelValue): string =>
  `${typeNameOf(value)} ${value instanceof CelUint ? value.value : String(value)}`;

const needsMessages =
  /google\.protobuf\.(?!Timestamp|Duration)|cel\.expr\.conformance|TestAllTypes|NestedTestAllTypes|\bValue\{|proto\./;

const misses: Readonly<Record<string, string>> = {
  'timestamps/duration_converters/get_milliseconds':
    'cel-go answers all milliseconds, not those beyond seconds',
  'network_ext/ipv4/ipv4_equals_ipv6': 'Kubernetes takes no IPv4 address in IPv6 form, however it is written',
  'network_ext/ipv4/ipv4_not_equals_ipv6':
    'Kubernetes takes no IPv4 address in IPv6 form, however it is written',
  'string_ext/value_errors/indexof_out_of_range': 'cel-go answers -1 behind the end of a text',
  'string_ext/value_errors/lastindexof_out_of_range': 'cel-go answers -1 behind the end of a text',
  'optionals/optionals/map_null_entry_no_such_key':
    'cel-go finds nothing in what has no fields, and no error',
  'optionals/optionals/map_present_key_invalid_field':
    'cel-go finds nothing in what has no fields, and no error',
};

const files = [
  'basic',
  'bindings_ext',
  'comparisons',
  'conversions',
  'dynamic',
  'encoders_ext',
  'fp_math',
  'integer_math',
  'lists',
  'logic',
  'macros',
  'macros2',
  'math_ext',
  'network_ext',
  'optionals',
  'parse',
  'string',
  'string_ext',
  'timestamps',
  'type_deduction',
];

for (const file of files) {
  const path = `cel-spec/${file}.textproto`;
  const text = corpusText(path);
  test(path, { skip: text === undefined ? corpusMissing(path) : false }, () => {
    const failed: string[] = [];
    let passed = 0;
    for (const section of parseTextproto(text!).section ?? []) {
      const group = textIn(section as TextMessage, 'name');
      for (const entry of (section as TextMessage).test ?? []) {
        const each = entry as TextMessage;
        const id = `${file}/${group}/${textIn(each, 'name')}`;
        if (needsMessages.test(textIn(each, 'expr')!)) continue;
        try {
          const problem = problemOf(each);
          if (problem === undefined) {
            passed++;
            assert.equal(misses[id], undefined, `${id} passes`);
          } else if (misses[id] === undefined) failed.push(`${id}: ${textIn(each, 'expr')}: ${problem}`);
        } catch (error) {
          if (!(error instanceof NeedsMessages)) throw error;
        }
      }
    }
    assert.deepEqual(failed, [], `${passed} passed`);
  });
}
