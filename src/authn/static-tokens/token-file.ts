/**
 * The token file: one user a line, `token,user,uid,"group1,group2"`, as upstream's --token-auth-file. Reads
 * text and says in which line it is wrong; opens no files, and puts no token into a message.
 */
import type { UserInfo } from '../../request/context.ts';

export interface TokenEntry {
  readonly token: string;
  readonly user: UserInfo;
}

export class TokenFileError extends Error {
  constructor(line: number, problem: string) {
    super(`line ${line} ${problem}`);
    this.name = 'TokenFileError';
  }
}

export function parseTokenFile(text: string): TokenEntry[] {
  const entries: TokenEntry[] = [];
  const seen = new Set<string>();
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    if (raw.trim() === '' || raw.startsWith('#')) continue;
    const fields = fieldsOf(raw, line);
    const [token = '', name = '', uid = '', groups = ''] = fields;
    if (fields.length < 3)
      throw new TokenFileError(line, 'has fewer than three fields: token,user,uid are required');
    if (token === '') throw new TokenFileError(line, 'has an empty token');
    if (name === '') throw new TokenFileError(line, 'has an empty user name');
    if (seen.has(token)) throw new TokenFileError(line, 'repeats the token of an earlier line');
    seen.add(token);
    const groupNames = groups.split(',').map((group) => group.trim());
    entries.push({
      token,
      user: { name, uid, groups: groupNames.filter((group) => group !== ''), extra: {} },
    });
  }
  return entries;
}

/** Comma-separated fields; a quoted one may hold commas, and quotes written twice. */
function fieldsOf(line: string, number: number): string[] {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    while (line[at] === ' ') at++;
    if (line[at] === '"') {
      let value = '';
      at++;
      for (;;) {
        const quote = line.indexOf('"', at);
        if (quote < 0) throw new TokenFileError(number, 'has a quote that does not end');
        value += line.slice(at, quote);
        at = quote + 1;
        if (line[at] !== '"') break;
        value += '"';
        at++;
      }
      while (line[at] === ' ') at++;
      if (at < line.length && line[at] !== ',')
        throw new TokenFileError(number, 'has text behind a closing quote');
      fields.push(value);
    } else {
      const comma = line.indexOf(',', at);
      const end = comma < 0 ? line.length : comma;
      fields.push(line.slice(at, end).trim());
      at = end;
    }
    if (at >= line.length) return fields;
    at++;
  }
}
