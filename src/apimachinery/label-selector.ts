/**
 * Label selectors as the query parameter writes them: parsing, matching, the canonical string. Messages and
 * grammar (its odd corners too) are those of apimachinery/pkg/labels/selector.go. The LabelSelector object of
 * webhooks and policies (matchLabels, matchExpressions) is not read here.
 */
import { type FieldError, invalidValue } from './field-error.ts';
import { compareInt64Text, isInt64Text } from './int64-text.ts';
import { labelKeyProblems, labelValueProblems } from './names.ts';
import { badRequest } from './status.ts';

export type LabelOperator = '=' | '==' | '!=' | 'in' | 'notin' | 'gt' | 'lt' | 'exists' | '!';

export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  /** Sorted, without repeats. */
  readonly values: readonly string[];
}

export interface LabelSelector {
  /** Sorted by key; all must hold. Empty selects everything. */
  readonly requirements: readonly LabelRequirement[];
  /** Allocates nothing. */
  matches(labels: Readonly<Record<string, string>> | undefined): boolean;
  /** The canonical form: equal selectors print equally. */
  toString(): string;
}

type Token = '!' | ',' | '(' | ')' | '=' | '==' | '!=' | '<' | '>' | 'in' | 'notin' | 'identifier' | 'end';
interface Scanned {
  readonly token: Token;
  readonly text: string;
}

const tokenPattern = /[ \t\r\n]*(==|!=|[=!(),<>]|[^=!(),<> \t\r\n]+)/y;
const isWord = (text: string): text is 'in' | 'notin' => text === 'in' || text === 'notin';

function scan(selector: string): Scanned[] {
  // Upstream's lexer takes NUL for the end of the text.
  const end = selector.indexOf('\0');
  const text = end < 0 ? selector : selector.slice(0, end);
  const scanned: Scanned[] = [];
  tokenPattern.lastIndex = 0;
  for (let found = tokenPattern.exec(text); found !== null; found = tokenPattern.exec(text)) {
    const word = found[1]!;
    const isSymbol = isWord(word) || /^[=!(),<>]/.test(word);
    scanned.push({ token: isSymbol ? (word as Token) : 'identifier', text: word });
  }
  scanned.push({ token: 'end', text: '' });
  return scanned;
}

class SelectorSyntaxError extends Error {}
const expected = (text: string, what: string): SelectorSyntaxError =>
  new SelectorSyntaxError(`found '${text}', expected: ${what}`);

const binaryOperators: Partial<Record<Token, LabelOperator>> = {
  in: 'in',
  notin: 'notin',
  '=': '=',
  '==': '==',
  '!=': '!=',
  '>': 'gt',
  '<': 'lt',
};

class Parser {
  readonly #scanned: readonly Scanned[];
  #position = 0;
  constructor(text: string) {
    this.#scanned = scan(text);
  }

  /** `in` and `notin` are plain words wherever a key or value may stand. */
  #peek(): Scanned {
    const item = this.#scanned[this.#position]!;
    return isWord(item.token) ? { token: 'identifier', text: item.text } : item;
  }
  #take(): Scanned {
    const item = this.#peek();
    this.#position++;
    return item;
  }

  requirements(): LabelRequirement[] {
    const found: LabelRequirement[] = [];
    for (;;) {
      const { token, text } = this.#peek();
      if (token === 'end') return found;
      if (token !== 'identifier' && token !== '!') throw expected(text, "!, identifier, or 'end of string'");
      try {
        found.push(this.#requirement());
      } catch (cause) {
        if (!(cause instanceof SelectorSyntaxError)) throw cause;
        throw new SelectorSyntaxError(`unable to parse requirement: ${cause.message}`, { cause });
      }
      const separator = this.#take();
      if (separator.token === 'end') return found;
      if (separator.token !== ',') throw expected(separator.text, "',' or 'end of string'");
      const next = this.#peek();
      if (next.token !== 'identifier' && next.token !== '!')
        throw expected(next.text, "identifier after ','");
    }
  }

  #requirement(): LabelRequirement {
    let item = this.#take();
    const isNegated = item.token === '!';
    if (isNegated) item = this.#take();
    if (item.token !== 'identifier') throw expected(item.text, 'identifier');
    const key = item.text;
    const problems = labelKeyProblems(key);
    if (problems.length > 0) {
      // Upstream prints its absent field path as Go prints a nil pointer.
      const { message } = invalidValue('', key, problems.join('; '));
      throw new SelectorSyntaxError(`<nil>: ${message}`);
    }
    if (isNegated) return newLabelRequirement(key, '!', []);
    const { token } = this.#peek();
    if (token === 'end' || token === ',') return newLabelRequirement(key, 'exists', []);
    const operator = this.#operator();
    const values = operator === 'in' || operator === 'notin' ? this.#values() : [this.#value()];
    return newLabelRequirement(key, operator, values);
  }

  #operator(): LabelOperator {
    const { token, text } = this.#scanned[this.#position++]!;
    const operator = binaryOperators[token];
    if (operator === undefined) throw expected(text, 'in, notin, =, ==, !=, gt, lt');
    return operator;
  }

  #value(): string {
    const { token } = this.#peek();
    if (token === 'end' || token === ',') return '';
    const item = this.#take();
    if (item.token !== 'identifier') throw expected(item.text, 'identifier');
    return item.text;
  }

  #values(): string[] {
    const open = this.#take();
    if (open.token !== '(') throw new SelectorSyntaxError(`found '${open.text}' expected: '('`);
    const first = this.#peek();
    if (first.token === ')') {
      this.#take();
      return [''];
    }
    if (first.token !== 'identifier' && first.token !== ',')
      throw expected(first.text, "',', ')' or identifier");
    const values: string[] = [];
    for (;;) {
      const item = this.#take();
      if (item.token !== 'identifier' && item.token !== ',') throw expected(item.text, "',', or identifier");
      const next = this.#peek();
      if (item.token === 'identifier') {
        values.push(item.text);
        if (next.token !== ',' && next.token !== ')') throw expected(next.text, "',' or ')'");
      } else if (values.length === 0 || next.token === ',' || next.token === ')') {
        // An empty place between commas or at either end is the empty value.
        values.push('');
      }
      if (next.token === ')') {
        this.#take();
        return values;
      }
    }
  }
}

/** What keeps a requirement from being one; the fields are `key`, `values`, `values[i]`. */
export function labelRequirementErrors(
  key: string,
  operator: LabelOperator,
  values: readonly string[],
): FieldError[] {
  const errors: FieldError[] = [];
  const keyProblems = labelKeyProblems(key);
  if (keyProblems.length > 0) errors.push(invalidValue('key', key, keyProblems.join('; ')));
  switch (operator) {
    case 'in':
    case 'notin':
      if (values.length === 0) {
        errors.push(invalidValue('values', values, "for 'in', 'notin' operators, values set can't be empty"));
      }
      break;
    case '=':
    case '==':
    case '!=':
      if (values.length !== 1) {
        errors.push(invalidValue('values', values, 'exact-match compatibility requires one single value'));
      }
      break;
    case 'exists':
    case '!':
      if (values.length !== 0) {
        errors.push(invalidValue('values', values, 'values set must be empty for exists and does not exist'));
      }
      break;
    case 'gt':
    case 'lt':
      if (values.length !== 1) {
        errors.push(
          invalidValue('values', values, "for 'Gt', 'Lt' operators, exactly one value is required"),
        );
      }
      for (const [i, value] of values.entries()) {
        if (!isInt64Text(value)) {
          errors.push(
            invalidValue(`values[${i}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer"),
          );
        }
      }
      break;
  }
  for (const [i, value] of values.entries()) {
    const problems = labelValueProblems(value);
    if (problems.length > 0) errors.push(invalidValue(`values[${i}][${key}]`, value, problems.join('; ')));
  }
  return errors;
}

/** Throws an error that says what `labelRequirementErrors` found. */
export function newLabelRequirement(
  key: string,
  operator: LabelOperator,
  values: readonly string[],
): LabelRequirement {
  const sorted = [...new Set(values)].sort();
  const messages = new Set(
    labelRequirementErrors(key, operator, sorted).map(({ field, message }) => `${field}: ${message}`),
  );
  if (messages.size === 1) throw new SelectorSyntaxError([...messages][0]);
  if (messages.size > 1) throw new SelectorSyntaxError(`[${[...messages].join(', ')}]`);
  return { key, operator, values: sorted };
}

function holds(
  { key, operator, values }: LabelRequirement,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  const value = labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'in':
    case '=':
    case '==':
      return value !== undefined && values.includes(value);
    case 'notin':
    case '!=':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
    case 'lt': {
      if (value === undefined || !isInt64Text(value)) return false;
      const order = compareInt64Text(value, values[0]!);
      return operator === 'gt' ? order > 0 : order < 0;
    }
  }
}

function requirementText({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${values.join(',')})`;
    case 'gt':
      return `${key}>${values[0]}`;
    case 'lt':
      return `${key}<${values[0]}`;
    default:
      return `${key}${operator}${values[0]}`;
  }
}

/** A selector of requirements that are already checked. */
export function labelSelector(requirements: readonly LabelRequirement[]): LabelSelector {
  const sorted = requirements.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return {
    requirements: sorted,
    matches(labels) {
      for (let i = 0; i < sorted.length; i++) if (!holds(sorted[i]!, labels)) return false;
      return true;
    },
    toString: () => sorted.map(requirementText).join(','),
  };
}

/** Parses a `labelSelector` query parameter. Throws 400 BadRequest in upstream's words. */
export function parseLabelSelector(text: string): LabelSelector {
  try {
    return labelSelector(new Parser(text).requirements());
  } catch (cause) {
    if (cause instanceof SelectorSyntaxError) throw badRequest(cause.message, cause);
    throw cause;
  }
}
