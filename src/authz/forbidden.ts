/**
 * The refusal a user reads, word for word as upstream puts it (apiserver/pkg/endpoints/handlers/
 * responsewriters/errors.go): clients and people parse it. It tells what was asked, never what exists.
 */
import { forbidden, type StatusError } from '../apimachinery/status.ts';
import type { Attributes } from './authorizer.ts';

export function forbiddenMessage(attributes: Attributes): string {
  const { user, verb, path, resource } = attributes;
  const who = `User ${quoted(user.name)} cannot ${verb}`;
  return escapeHtml(resource === undefined ? `${who} path ${quoted(path)}` : `${who} ${whatOf(resource)}`);
}

function whatOf(request: NonNullable<Attributes['resource']>): string {
  const { resource, subresource, group, namespace } = request;
  const what = quoted(subresource === '' ? resource : `${resource}/${subresource}`);
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${quoted(namespace)}`;
  return `resource ${what} in API group ${quoted(group)} ${where}`;
}

/** The 403, with the authorizers' reason behind the message when they gave one. */
export function forbiddenError(attributes: Attributes, reason: string): StatusError {
  const message = forbiddenMessage(attributes);
  const { resource } = attributes;
  return forbidden(
    { group: resource?.group ?? '', resource: resource?.resource ?? '' },
    resource?.name ?? '',
    reason === '' ? message : `${message}: ${reason}`,
  );
}

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** Go's %q. */
function quoted(text: string): string {
  const body = text.replace(/["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, (character) => {
    const short = escapes[character];
    if (short !== undefined) return short;
    const code = character.codePointAt(0)!;
    if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
    return code > 0xffff
      ? `\\U${code.toString(16).padStart(8, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return `"${body}"`;
}

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
