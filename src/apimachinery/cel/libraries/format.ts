/**
 * Named formats: Kubernetes' CEL library `format`. What is wrong with a text is told in the words in which the API tells
 * it of its own fields. Source: apiserver/pkg/cel/library/format.go.
 */
import { checkRequestUri, GoUrlError } from '../../go-url.ts';
import {
  dns1035LabelProblems,
  dnsLabelProblems,
  dnsSubdomainProblems,
  labelKeyProblems,
  labelValueProblems,
} from '../../names.ts';
import { formatChecker } from '../../structural/formats.ts';
import { type CelLibrary, declare, global, member } from '../library.ts';
import { listOf, opaque, optionalOf, stringType } from '../types.ts';
import { ArrayList, CelOpaque, CelOptional, type CelValue } from '../values.ts';

const formatType = opaque('kubernetes.NamedFormat');

type Validate = (text: string) => readonly string[];

class FormatValue extends CelOpaque {
  readonly celType = formatType;
  readonly name: string;
  readonly validate: Validate;
  /** Of the regular expression that stands for the work, when costs are counted. */
  readonly maxPatternLength: number;
  constructor(name: string, validate: Validate, maxPatternLength: number) {
    super();
    this.name = name;
    this.validate = validate;
    this.maxPatternLength = maxPatternLength;
  }
  equalTo(other: CelOpaque): boolean {
    return other instanceof FormatValue && this.name === other.name;
  }
  override toString(): string {
    return this.name;
  }
}

/** A prefix of a name may end in a dash, since something will be added. */
const asPrefix =
  (validate: Validate): Validate =>
  (text) =>
    validate(text.length > 1 && text.endsWith('-') ? `${text.slice(0, -2)}a` : text);

function ofSchema(format: string, problem: string): Validate {
  const isGood = formatChecker(format);
  if (isGood === undefined) throw new Error(`no format ${format}`);
  return (text) => (isGood(text) ? [] : [problem]);
}

function uriProblems(text: string): string[] {
  try {
    checkRequestUri(text);
    return [];
  } catch (error) {
    if (error instanceof GoUrlError) return [error.message];
    throw error;
  }
}

const labelPattern = 30;
const subdomainPattern = 60;
const labelValuePattern = 40;
/** Lengths of upstream's expressions, which cost is counted by. */
const uriPattern = 1120;
const uuidPattern = 70;
const base64Pattern = 84;
const dateTimePattern = 71;

const rows: readonly (readonly [name: string, Validate, maxPatternLength: number])[] = [
  ['dns1123Label', dnsLabelProblems, labelPattern],
  ['dns1123Subdomain', dnsSubdomainProblems, subdomainPattern],
  ['dns1035Label', dns1035LabelProblems, labelPattern],
  ['qualifiedName', labelKeyProblems, subdomainPattern],
  ['dns1123LabelPrefix', asPrefix(dnsLabelProblems), labelPattern],
  ['dns1123SubdomainPrefix', asPrefix(dnsSubdomainProblems), subdomainPattern],
  ['dns1035LabelPrefix', asPrefix(dns1035LabelProblems), labelPattern],
  ['labelValue', labelValueProblems, labelValuePattern],
  ['uri', uriProblems, uriPattern],
  ['uuid', ofSchema('uuid', 'does not match the UUID format'), uuidPattern],
  ['byte', ofSchema('byte', 'invalid base64'), base64Pattern],
  ['date', ofSchema('date', 'invalid date'), dateTimePattern],
  ['datetime', ofSchema('datetime', 'invalid datetime'), dateTimePattern],
];
const formats: ReadonlyMap<string, FormatValue> = new Map(
  rows.map(([name, validate, length]) => [name, new FormatValue(name, validate, length)]),
);

function named(name: string): CelOptional {
  const format = formats.get(name);
  return format === undefined ? CelOptional.none : CelOptional.of(format);
}

function validate(format: FormatValue, text: string): CelValue {
  const problems = format.validate(text);
  return problems.length === 0 ? CelOptional.none : CelOptional.of(new ArrayList(problems));
}

export const formatLibrary: CelLibrary = {
  name: 'format',
  functions: [
    declare('format.named', global('format-named', [stringType], optionalOf(formatType), named)),
    ...[...formats].map(([name, format]) =>
      declare(
        `format.${name}`,
        global(`format.${name}`, [], formatType, () => format),
      ),
    ),
    declare(
      'validate',
      member('format-validate', [formatType, stringType], optionalOf(listOf(stringType)), validate),
    ),
  ],
};
