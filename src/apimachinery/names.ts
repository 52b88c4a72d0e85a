/**
 * What may be a name: DNS labels and subdomains, label keys and label values. Each check returns the problems
 * in upstream's words, none when the name is good. Field paths, and which check a kind uses, are the caller's.
 *
 * Source of the rules and messages: apimachinery/pkg/util/validation.
 */
const dnsLabel = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const dns1035Label = '[a-z]([-a-z0-9]*[a-z0-9])?';
const dnsSubdomain = `${dnsLabel}(\\.${dnsLabel})*`;
const labelName = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const labelValue = `(${labelName})?`;
const whole = (pattern: string): RegExp => new RegExp(`^${pattern}$`);

/** The bounds are the protocol's, not ours: they count bytes. */
const dnsLabelLength = 63;
const dnsSubdomainLength = 253;
const labelLength = 63;

interface Rule {
  readonly lengthMax: number;
  readonly pattern: RegExp;
  readonly lengthProblem: string;
  readonly patternProblem: string;
}
function rule(lengthMax: number, pattern: string, sentence: string, examples: readonly string[]): Rule {
  const shown = examples.map((example) => `'${example}', `).join(' or ');
  return {
    lengthMax,
    pattern: whole(pattern),
    lengthProblem: `must be no more than ${lengthMax} characters`,
    patternProblem: `${sentence} (e.g. ${shown}regex used for validation is '${pattern}')`,
  };
}
function problems(name: string, { lengthMax, pattern, lengthProblem, patternProblem }: Rule): string[] {
  const found: string[] = [];
  if (Buffer.byteLength(name) > lengthMax) found.push(lengthProblem);
  if (!pattern.test(name)) found.push(patternProblem);
  return found;
}

const dnsLabelRule = rule(
  dnsLabelLength,
  dnsLabel,
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  ['my-name', '123-abc'],
);
const dns1035LabelRule = rule(
  dnsLabelLength,
  dns1035Label,
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  ['my-name', 'abc-123'],
);
const dnsSubdomainRule = rule(
  dnsSubdomainLength,
  dnsSubdomain,
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  ['example.com'],
);
const alphanumericEnds =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const keyExamples = ['MyName', 'my.name', '123-abc'];
const labelNameRule = rule(labelLength, labelName, alphanumericEnds, keyExamples);
const labelKeyRule = rule(labelLength, labelName, `a valid label key ${alphanumericEnds}`, keyExamples);
const labelValueRule = rule(
  labelLength,
  labelValue,
  `a valid label must be an empty string or ${alphanumericEnds.slice('must '.length)}`,
  ['MyValue', 'my_value', '12345'],
);

/** RFC 1123 label: namespaces, and one part of a subdomain. */
export const dnsLabelProblems = (name: string): string[] => problems(name, dnsLabelRule);
/** RFC 1035 label: it starts with a letter. */
export const dns1035LabelProblems = (name: string): string[] => problems(name, dns1035LabelRule);
/** RFC 1123 subdomain: the names of most objects. */
export const dnsSubdomainProblems = (name: string): string[] => problems(name, dnsSubdomainRule);
export const labelValueProblems = (value: string): string[] => problems(value, labelValueRule);

/** A label or annotation key: an optional DNS prefix and `/`, then a name. */
export function labelKeyProblems(key: string): string[] {
  const parts = key.split('/');
  const name = parts.at(-1)!;
  const found: string[] = [];
  if (parts.length > 2) {
    return [
      `${labelKeyRule.patternProblem} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  if (parts.length === 2) {
    const prefix = parts[0]!;
    if (prefix === '') found.push('prefix part must be non-empty');
    else found.push(...dnsSubdomainProblems(prefix).map((problem) => `prefix part ${problem}`));
  }
  if (name === '') found.push('name part must be non-empty');
  found.push(...problems(name, labelNameRule).map((problem) => `name part ${problem}`));
  return found;
}
