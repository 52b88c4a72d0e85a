/**
 * The formats of text that schemas of custom resources may ask for. One that is not known here asks for nothing. Source:
 * kube-openapi/pkg/validation/strfmt and apiextensions-apiserver's list of supported formats.
 */
import { parseGoDuration } from '../go-duration.ts';
import { checkRequestUri, GoUrlError } from '../go-url.ts';
import { parseIp } from '../ip.ts';
import { dnsLabelProblems, dnsSubdomainProblems } from '../names.ts';

type Check = (text: string) => boolean;

/** Undefined for a format that asks for nothing. Names are the same with and without hyphens. */
export function formatChecker(format: string): Check | undefined {
  return checks.get(format.replaceAll('-', ''));
}

const pattern =
  (expression: RegExp): Check =>
  (text) =>
    expression.test(text);

const uuid = (third: string, fourth: string): Check =>
  pattern(new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${third}-?${fourth}-?[0-9a-f]{12}$`, 'i'));
const hex4 = '[0-9a-f]{4}';
const channel = '\\s*(?:0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])\\s*';

const checks: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['bsonobjectid', pattern(/^[0-9a-f]{24}$/i)],
  ['uri', isUri],
  ['email', isEmail],
  ['hostname', isHostname],
  ['ipv4', (text) => text.includes('.') && parseIp(text) !== undefined],
  // Here alone upstream takes no leading zeros, which some read as octal.
  ['ipv6', (text) => text.includes(':') && parseIp(text) !== undefined && !/[.:]0\d+\.|\.0\d+$/.test(text)],
  ['cidr', isCidr],
  ['mac', isMac],
  ['uuid', uuid(hex4, hex4)],
  ['uuid3', uuid('3[0-9a-f]{3}', hex4)],
  ['uuid4', uuid('4[0-9a-f]{3}', '[89ab][0-9a-f]{3}')],
  ['uuid5', uuid('5[0-9a-f]{3}', '[89ab][0-9a-f]{3}')],
  ['isbn', (text) => isIsbn10(text) || isIsbn13(text)],
  ['isbn10', isIsbn10],
  ['isbn13', isIsbn13],
  ['creditcard', isCreditCard],
  // Both separators, whatever the expression of upstream says: it asks for eleven characters as well.
  ['ssn', pattern(/^\d{3}[- ]\d{2}[- ]\d{4}$/)],
  ['hexcolor', pattern(/^#?(?:[0-9a-f]{3}|[0-9a-f]{6})$/i)],
  ['rgbcolor', pattern(new RegExp(`^rgb\\(${channel},${channel},${channel}\\)$`))],
  ['byte', pattern(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/)],
  ['password', () => true],
  ['date', isDate],
  ['duration', isDuration],
  ['datetime', isDateTime],
  ['k8sshortname', (text) => dnsLabelProblems(text).length === 0],
  ['k8slongname', (text) => dnsSubdomainProblems(text).length === 0],
]);

function isCidr(text: string): boolean {
  const slash = text.indexOf('/');
  const address = text.slice(0, slash);
  const length = text.slice(slash + 1);
  if (slash === -1 || parseIp(address) === undefined || !/^\d+$/.test(length)) return false;
  return Number(length) <= (address.includes(':') ? 128 : 32);
}

/** An absolute URI or path, as an HTTP request line may have it. */
function isUri(text: string): boolean {
  try {
    checkRequestUri(text);
    return true;
  } catch (error) {
    if (error instanceof GoUrlError) return false;
    throw error;
  }
}

const atom =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\uffff-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\uffff-]+)*$/;
function isEmail(text: string): boolean {
  const address = /^[^<>]*<([^<>]+)>$/.exec(text)?.[1] ?? text.trim();
  const at = address.lastIndexOf('@');
  if (at < 1) return false;
  const local = address.slice(0, at);
  const domain = address.slice(at + 1);
  const isQuoted = /^"(?:[^"\\]|\\.)*"$/.test(local);
  return (isQuoted || atom.test(local)) && (atom.test(domain) || /^\[[^\][]*\]$/.test(domain));
}

const hostPattern =
  /^(?:[a-zA-Z0-9\p{S}\p{L}](?:-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?|(?:[a-zA-Z0-9\p{S}\p{L}](?:[a-zA-Z0-9\p{S}\p{L}-]{0,61}[a-zA-Z0-9\p{S}\p{L}])?\.)+[a-zA-Z\p{L}]{2,63})$/u;
function isHostname(text: string): boolean {
  if (text.length > 255 || !hostPattern.test(text)) return false;
  return text.split('.').every((label) => label.length <= 63);
}

function isMac(text: string): boolean {
  return [
    /^[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}$/i,
    /^[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){6}$/i,
    /^[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){18}$/i,
    /^[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}$/i,
    /^[0-9a-f]{4}(?:\.[0-9a-f]{4}){3}$/i,
    /^[0-9a-f]{4}(?:\.[0-9a-f]{4}){9}$/i,
  ].some((form) => form.test(text));
}

function isIsbn10(text: string): boolean {
  const digits = text.replace(/[\s-]/g, '');
  if (!/^(?:\d{9}X|\d{10})$/.test(digits)) return false;
  const sum = [...digits].reduce(
    (total, digit, i) => total + (digit === 'X' ? 10 : Number(digit)) * (10 - i),
    0,
  );
  return sum % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const digits = text.replace(/[\s-]/g, '');
  if (!/^\d{13}$/.test(digits)) return false;
  const sum = [...digits].reduce((total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 1 : 3), 0);
  return sum % 10 === 0;
}

const cardPattern =
  /^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11})$/;
function isCreditCard(text: string): boolean {
  const digits = text.replace(/\D/g, '');
  if (!cardPattern.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const doubled = Number(digit) * (i % 2 === 0 ? 1 : 2);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

function isDate(text: string): boolean {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (parts === null) return false;
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
  if (month < 1 || month > 12 || day < 1) return false;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day <= days[month - 1]!;
}

function isDateTime(text: string): boolean {
  const [date = '', ...rest] = text.toLowerCase().split('t');
  const time = /^(\d{2}):(\d{2}):(\d{2})(?:.\d+)?(?:z|[+-]\d{2}:\d{2})$/.exec(rest[0] ?? '');
  if (!isDate(date) || time === null) return false;
  return time[1]! <= '23' && time[2]! <= '59' && time[3]! <= '59';
}

const durationUnit = /^(?:(?:ns|us|µs|ms|s|m|h|hr|d|w|wk)$|nano|micro|milli|sec|min|hour|day|week)/i;
function isDuration(text: string): boolean {
  try {
    parseGoDuration(text);
    return true;
  } catch {
    // Not Go's own form; upstream reads others too: numbers with units somewhere in the text.
    for (const [, unit = ''] of text.matchAll(/\d+\s*([A-Za-zµ]*)/g))
      if (durationUnit.test(unit)) return true;
    return false;
  }
}
