/**
 * What may be a name: DNS labels and subdomains, label keys and label values, path segments and the other words that
 * fields hold. Each check returns the problems in upstream's words, none when the name is good. Field paths, and
 * which check a kind uses, are the caller's, but for the few checks that name a part of the value they were given.
 *
 * Source of the rules and messages: apimachinery/pkg/util/validation, apimachinery/pkg/api/validation/path.
 */
import { type FieldError, invalidValue, requiredValue } from './field-error.ts';

const dnsLabel = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const dns1035Label = '[a-z]([-a-z0-9]*[a-z0-9])?';
const dnsSubdomain = `${dnsLabel}(\\.${dnsLabel})*`;
const labelName = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const labelValue = `(${labelName})?`;
const underscoreLabel = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const underscoreSubdomain = `${underscoreLabel}(\\.${underscoreLabel})*`;
const httpPath = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const whole = (pattern: string): RegExp => new RegExp(`^${pattern}$`);

/** The bounds are the protocol's, not ours: they count bytes. */
const dnsLabelLength = 63;
const dnsSubdomainLength = 253;
const labelLength = 63;
const configKeyLength = 253;
const portNameLength = 15;

interface Rule {
  readonly lengthMax: number;
  readonly pattern: RegExp;
  readonly lengthProblem: string;
  readonly patternProblem: string;
}
/** Upstream counts bytes everywhere, but says so only of labels. */
type LengthUnit = 'characters' | 'bytes';
function rule(
  lengthMax: number,
  pattern: string,
  sentence: string,
  examples: readonly string[],
  unit: LengthUnit = 'characters',
): Rule {
  const shown = examples.map((example) => `'${example}', `).join(' or ');
  return {
    lengthMax,
    pattern: whole(pattern),
    lengthProblem: lengthProblem(lengthMax, unit),
    patternProblem: `${sentence} (${shown === '' ? '' : `e.g. ${shown}`}regex used for validation is '${pattern}')`,
  };
}
const lengthProblem = (lengthMax: number, unit: LengthUnit): string =>
  `must be no more than ${lengthMax} ${unit}`;
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
const labelPrefixRule: Rule = {
  ...dnsSubdomainRule,
  lengthProblem: lengthProblem(dnsSubdomainLength, 'bytes'),
};
const alphanumericEnds =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const keyExamples = ['MyName', 'my.name', '123-abc'];
const labelNameRule = rule(labelLength, labelName, alphanumericEnds, keyExamples, 'bytes');
const labelKeyRule = rule(labelLength, labelName, `a valid label key ${alphanumericEnds}`, keyExamples);
const labelValueRule = rule(
  labelLength,
  labelValue,
  `a valid label must be an empty string or ${alphanumericEnds.slice('must '.length)}`,
  ['MyValue', 'my_value', '12345'],
  'bytes',
);

const underscoreSubdomainRule = rule(
  dnsSubdomainLength,
  underscoreSubdomain,
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
  ['example.com'],
);
const wildcardSubdomainRule = rule(
  dnsSubdomainLength,
  `\\*\\.${dnsSubdomain}`,
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  ['*.example.com'],
);
const configKeyRule = rule(
  configKeyLength,
  '[-._a-zA-Z0-9]+',
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  ['key.name', 'KEY_NAME', 'key-name'],
);
const headerNameRule = rule(
  Number.POSITIVE_INFINITY,
  '[-A-Za-z0-9]+',
  "a valid HTTP header must consist of alphanumeric characters or '-'",
  ['X-Header-Name'],
);
const percentRule = rule(
  Number.POSITIVE_INFINITY,
  '[0-9]+%',
  "a valid percent string must be a numeric string followed by an ending '%'",
  ['1%', '93%'],
);
const httpPathRule = rule(Number.POSITIVE_INFINITY, httpPath, 'Invalid path', []);

/** RFC 1123 label: namespaces, and one part of a subdomain. */
export function dnsLabelProblems(name: string): string[] {
  const found = problems(name, dnsLabelRule);
  const isSubdomain = !dnsLabelRule.pattern.test(name) && dnsSubdomainRule.pattern.test(name);
  return isSubdomain ? [...found.slice(0, -1), 'must not contain dots'] : found;
}
/** RFC 1035 label: it starts with a letter. */
export const dns1035LabelProblems = (name: string): string[] => problems(name, dns1035LabelRule);
/** RFC 1123 subdomain: the names of most objects. */
export const dnsSubdomainProblems = (name: string): string[] => problems(name, dnsSubdomainRule);
export const labelValueProblems = (value: string): string[] => problems(value, labelValueRule);
/** RFC 1123 subdomain in which underscores are let pass, as in SRV records. */
export const underscoreSubdomainProblems = (name: string): string[] =>
  problems(name, underscoreSubdomainRule);
/** `*.` and an RFC 1123 subdomain. */
export const wildcardSubdomainProblems = (name: string): string[] => problems(name, wildcardSubdomainRule);
export const headerNameProblems = (name: string): string[] => problems(name, headerNameRule);
export const percentProblems = (text: string): string[] => problems(text, percentRule);

/** Anything that can be one part of a URL path: names of roles and bindings (`system:node`). */
export function pathSegmentProblems(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%'].filter((text) => name.includes(text)).map((text) => `may not contain '${text}'`);
}

/** A key of a ConfigMap or Secret. A mounted one becomes a file name: it must not climb or hide the way back. */
export function configKeyProblems(key: string): string[] {
  const found = problems(key, configKeyRule);
  if (key === '.') found.push("must not be '.'");
  else if (key === '..') found.push("must not be '..'");
  else if (key.startsWith('..')) found.push("must not start with '..'");
  return found;
}

/** An IANA service name, as ports have. */
export function portNameProblems(name: string): string[] {
  const found: string[] = [];
  if (Buffer.byteLength(name) > portNameLength) found.push(lengthProblem(portNameLength, 'characters'));
  if (!/^[-a-z0-9]+$/.test(name)) {
    found.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(name)) found.push('must contain at least one letter (a-z)');
  if (name.includes('--')) found.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) found.push('must not begin or end with a hyphen');
  return found;
}

/** A name of an environment variable: any printable ASCII but `=`. */
export function envVarNameProblems(name: string): string[] {
  if (name === '') return ['environment variable name must be non-empty'];
  const isPrintable = /^[ -<>-~]*$/.test(name);
  return isPrintable
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

/** A number within bounds, both of which are allowed. */
export function rangeProblems(value: number, min: number, max: number): string[] {
  return value >= min && value <= max ? [] : [`must be between ${min} and ${max}, inclusive`];
}
export const portNumberProblems = (port: number): string[] => rangeProblems(port, 1, 65_535);

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
    else found.push(...problems(prefix, labelPrefixRule).map((problem) => `prefix part ${problem}`));
  }
  if (name === '') found.push('name part must be non-empty');
  found.push(...problems(name, labelNameRule).map((problem) => `name part ${problem}`));
  return found;
}

/** A subdomain of at least three parts: names of webhooks. */
export function qualifiedNameErrors(field: string, name: string): FieldError[] {
  if (name === '') return [requiredValue(field)];
  const found = dnsSubdomainProblems(name);
  if (found.length > 0) return [invalidValue(field, name, found.join(','))];
  return name.split('.').length < 3
    ? [invalidValue(field, name, 'should be a domain with at least three segments separated by dots')]
    : [];
}

/** A subdomain of at least two parts, with or without the root's dot. */
export function qualifiedDomainErrors(field: string, domain: string): FieldError[] {
  if (domain === '') return [requiredValue(field)];
  const name = domain.endsWith('.') ? domain.slice(0, -1) : domain;
  const found = dnsSubdomainProblems(name);
  if (found.length > 0) return [invalidValue(field, name, found.join(','))];
  const labels = name.split('.');
  if (labels.length < 2) {
    return [invalidValue(field, name, 'should be a domain with at least two segments separated by dots')];
  }
  for (const label of labels) {
    const problems = dnsLabelProblems(label);
    if (problems.length > 0) return [invalidValue(field, label, problems.join(','))];
  }
  return [];
}

/** A domain, `/`, and what a URL path may have: names of controllers. */
export function domainPathErrors(field: string, value: string): FieldError[] {
  if (value === '') return [requiredValue(field)];
  const slash = value.indexOf('/');
  if (slash <= 0 || slash === value.length - 1) {
    return [invalidValue(field, value, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  }
  const host = value.slice(0, slash);
  const path = value.slice(slash + 1);
  const errors = dnsSubdomainProblems(host).map((problem) => invalidValue(field, host, problem));
  errors.push(...problems(path, httpPathRule).map((problem) => invalidValue(field, path, problem)));
  return errors;
}

/** A label key that must have a domain. */
export function domainKeyErrors(field: string, key: string): FieldError[] {
  if (key === '') return [requiredValue(field)];
  const found = labelKeyProblems(key);
  if (found.length === 0 && !key.includes('/')) {
    found.push('must be a domain-prefixed key (such as "acme.io/foo")');
  }
  return found.map((problem) => invalidValue(field, key, problem));
}
