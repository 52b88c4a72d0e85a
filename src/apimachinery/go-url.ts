/**
 * URLs as Go's net/url reads and writes them, which is how the API understands them: stricter than browsers in some
 * places, blind to what they normalise in others. Nothing is resolved or fetched. Messages are Go's.
 *
 * Inside, text is a string of bytes (one char per byte), since escapes may spell what is no UTF-8.
 */
import { StacklessError } from '../lib/stackless-error.ts';
import { goQuoteStart } from './apply/go-text.ts';
import { NetipError, parseAddress } from './netip.ts';

export class GoUrlError extends StacklessError {
  constructor(url: string, problem: string) {
    super(`parse ${goQuoteStart(url)}: ${problem}`);
    this.name = 'GoUrlError';
  }
}

export interface GoUrl {
  /** Lower case; empty where there is none. */
  readonly scheme: string;
  /** With the port; IPv6 addresses in brackets. */
  readonly host: string;
  /** Without brackets. */
  readonly hostname: string;
  readonly port: string;
  readonly escapedPath: string;
  /** Keys and values unescaped, values in order; what cannot be unescaped is left out. */
  readonly query: ReadonlyMap<string, readonly string[]>;
  /** The whole, as Go prints it. */
  readonly text: string;
}

/** A URI reference. Throws GoUrlError. */
export function parseGoUrl(text: string): GoUrl {
  const bytes = toBytes(text);
  const [beforeFragment, fragment] = cut(bytes, '#');
  const parts = told(fromBytes(beforeFragment), () => parse(beforeFragment, false));
  const escapedFragment = told(text, () => escapedOf(fragment, 'fragment'));
  return shown(parts, escapedFragment);
}

/** An absolute URI or absolute path, as in a request line; a fragment is part of it. Throws GoUrlError. */
export function checkRequestUri(text: string): void {
  told(text, () => parse(toBytes(text), true));
}

class Problem extends StacklessError {}
/** Names the URL in which a problem was found. */
function told<T>(url: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof Problem) throw new GoUrlError(url, fromBytes(error.message));
    throw error;
  }
}

const toBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
const fromBytes = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');
function cut(text: string, mark: string): [before: string, after: string] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

interface Parts {
  readonly scheme: string;
  readonly opaque: string;
  readonly user?: string;
  readonly host: string;
  readonly hasAuthority: boolean;
  readonly escapedPath: string;
  readonly query: string;
  readonly forcesQuery: boolean;
}
const nothing: Parts = {
  scheme: '',
  opaque: '',
  host: '',
  hasAuthority: false,
  escapedPath: '',
  query: '',
  forcesQuery: false,
};

function parse(url: string, isRequest: boolean): Parts {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
  if (/[\x00-\x1f\x7f]/.test(url)) throw new Problem('net/url: invalid control character in URL');
  if (url === '' && isRequest) throw new Problem('empty url');
  if (url === '*') return { ...nothing, escapedPath: '*' };
  if (url.startsWith(':')) throw new Problem('missing protocol scheme');
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(url)?.[1] ?? '';
  const afterScheme = scheme === '' ? url : url.slice(scheme.length + 1);
  const forcesQuery = afterScheme.indexOf('?') === afterScheme.length - 1 && afterScheme.endsWith('?');
  const [beforeQuery, query] = cut(afterScheme, '?');
  const known = { ...nothing, scheme: scheme.toLowerCase(), query, forcesQuery };
  if (!beforeQuery.startsWith('/')) {
    if (scheme !== '') return { ...known, opaque: beforeQuery };
    if (isRequest) throw new Problem('invalid URI for request');
    if (cut(beforeQuery, '/')[0].includes(':')) {
      throw new Problem('first path segment in URL cannot contain colon');
    }
  }
  const mayHaveAuthority = scheme !== '' || (!isRequest && !beforeQuery.startsWith('///'));
  if (!mayHaveAuthority || !beforeQuery.startsWith('//')) {
    return { ...known, escapedPath: escapedOf(beforeQuery, 'path') };
  }
  const authority = /^[^/]*/.exec(beforeQuery.slice(2))![0];
  const at = authority.lastIndexOf('@');
  const host = hostOf(known.scheme, authority.slice(at + 1));
  return {
    ...known,
    hasAuthority: true,
    host,
    ...(at === -1 ? {} : { user: userOf(authority.slice(0, at)) }),
    escapedPath: escapedOf(beforeQuery.slice(2 + authority.length), 'path'),
  };
}

/** As it is printed. */
function userOf(userinfo: string): string {
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(userinfo)) {
    throw new Problem('net/url: invalid userinfo');
  }
  const [name, password] = cut(userinfo, ':');
  const again = (text: string): string => escapeUrl(unescapeUrl(text, 'user'), 'user');
  return userinfo.includes(':') ? `${again(name)}:${again(password)}` : again(name);
}

const isPort = (text: string): boolean => /^(?::[0-9]*)?$/.test(text);
const checkPort = (text: string): void => {
  if (!isPort(text)) throw new Problem(`invalid port ${toBytes(goQuoteStart(fromBytes(text)))} after host`);
};

function hostOf(scheme: string, host: string): string {
  const open = host.lastIndexOf('[');
  if (open > 0) throw new Problem('invalid IP-literal');
  if (open === 0) return bracketedHostOf(host);
  const first = host.indexOf(':');
  // Lists of hosts with ports are common where it is not HTTP.
  const colon = scheme === 'http' || scheme === 'https' ? first : host.lastIndexOf(':');
  if (colon !== -1) checkPort(host.slice(colon));
  return unescapeUrl(host, 'host');
}

function bracketedHostOf(host: string): string {
  const close = host.lastIndexOf(']');
  if (close === -1) throw new Problem("missing ']' in host");
  checkPort(host.slice(close + 1));
  const inside = host.slice(1, close);
  const zoneAt = inside.indexOf('%25');
  const address =
    zoneAt === -1
      ? unescapeUrl(inside, 'host')
      : unescapeUrl(inside.slice(0, zoneAt), 'host') + unescapeUrl(inside.slice(zoneAt), 'zone');
  try {
    if (parseAddress(fromBytes(address)).bytes.length === 4) throw new Problem('invalid IP-literal');
  } catch (error) {
    if (error instanceof NetipError) throw new Problem(toBytes(`invalid host: ${error.message}`));
    throw error;
  }
  return `[${address}]${host.slice(close + 1)}`;
}

type Place = 'path' | 'fragment' | 'host' | 'zone' | 'user' | 'query';
/** What needs no escape, in a class of a regular expression. */
const plain: Readonly<Record<Place, string>> = {
  path: '0-9A-Za-z$&+,\\-./:;=@_~',
  fragment: '0-9A-Za-z!$&()*+,\\-./:;=?@_~',
  host: '0-9A-Za-z!"$&\'()*+,\\-.:;<=>[\\]_~',
  zone: '0-9A-Za-z!"$&\'()*+,\\-.:;<=>[\\]_~',
  user: '0-9A-Za-z$&+,\\-.;=_~',
  query: '0-9A-Za-z\\-._~',
};
/** What is looked at when a text is unescaped: escapes, and in hosts also what may not be there as it is. */
const escapes = /%(.{0,2})/gs;
const escapesOfHost = new RegExp(`%(.{0,2})|[^%${plain.host}\x80-\xff]`, 'gs');
const isHostChar = new RegExp(`^[${plain.host}]$`);
const toEscape = Object.fromEntries(
  Object.entries(plain).map(([place, chars]) => [place, new RegExp(`[^${chars}]`, 'gs')]),
) as Readonly<Record<Place, RegExp>>;
const escapeOf = Array.from(
  { length: 256 },
  (_, byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
);

function unescapeUrl(text: string, place: Place): string {
  const isStrict = place === 'host' || place === 'zone';
  const spaced = place === 'query' ? text.replaceAll('+', ' ') : text;
  // In order, so that what is wrong first is told.
  return spaced.replace(isStrict ? escapesOfHost : escapes, (part: string, hex: string | undefined) => {
    if (hex === undefined) throw new Problem(`invalid character ${goQuoteStart(part)} in host name`);
    const invalid = (): Problem =>
      new Problem(`invalid URL escape ${toBytes(goQuoteStart(fromBytes(part)))}`);
    if (!/^[0-9a-fA-F]{2}$/.test(hex)) throw invalid();
    const code = Number.parseInt(hex, 16);
    const char = String.fromCharCode(code);
    if (place === 'host' && code < 0x80 && part !== '%25') throw invalid();
    if (place === 'zone' && part !== '%25' && char !== ' ' && !isHostChar.test(char)) throw invalid();
    return char;
  });
}

const escapeUrl = (text: string, place: Place): string =>
  text.replace(toEscape[place], (char) => escapeOf[char.charCodeAt(0)]!);

/** Beside what needs no escape, what a path or fragment may have as it is. */
const isWellWritten = {
  path: new RegExp(`^[${plain.path}!'()*[\\]%]*$`),
  fragment: new RegExp(`^[${plain.fragment}'[\\]%]*$`),
};

/** As it was written where that is a good way to write it. */
function escapedOf(written: string, place: 'path' | 'fragment'): string {
  const value = unescapeUrl(written, place);
  return isWellWritten[place].test(written) ? written : escapeUrl(value, place);
}

function shown(parts: Parts, fragment: string): GoUrl {
  const { scheme, host, escapedPath, query } = parts;
  const [, portText = ''] = /(:[0-9]*)$/.exec(host) ?? [];
  const bare = host.slice(0, host.length - portText.length);
  const hostname = bare.startsWith('[') && bare.endsWith(']') ? bare.slice(1, -1) : bare;
  return {
    scheme: fromBytes(scheme),
    host: fromBytes(host),
    hostname: fromBytes(hostname),
    port: portText.slice(1),
    escapedPath: fromBytes(escapedPath),
    query: queryOf(query),
    text: fromBytes(`${printed(parts)}${fragment === '' ? '' : `#${fragment}`}`),
  };
}

function printed(parts: Parts): string {
  const { scheme, opaque, user, host, hasAuthority, escapedPath, query, forcesQuery } = parts;
  let text = scheme === '' ? '' : `${scheme}:`;
  if (opaque !== '') {
    text += opaque;
  } else {
    const isShown =
      host !== '' || user !== undefined || (hasAuthority && scheme !== '' && escapedPath !== '');
    if (isShown) text += `//${user === undefined ? '' : `${user}@`}${escapeUrl(host, 'host')}`;
    text += escapedPath;
  }
  return forcesQuery || query !== '' ? `${text}?${query}` : text;
}

function queryOf(query: string): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const part of query.split('&')) {
    if (part === '' || part.includes(';')) continue;
    const [key, value] = cut(part, '=').map(queryText);
    if (key === undefined || value === undefined) continue;
    const known = values.get(key);
    if (known === undefined) values.set(key, [value]);
    else known.push(value);
  }
  return values;
}
function queryText(escaped: string): string | undefined {
  try {
    return fromBytes(unescapeUrl(escaped, 'query'));
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}
