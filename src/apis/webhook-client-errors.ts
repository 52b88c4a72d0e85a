/**
 * How a webhook is called, as field errors: admission and conversion say it alike. Source of fields and messages:
 * apiserver pkg/util/webhook/validation.go.
 */
import { type FieldError, invalidValue, requiredValue } from '../apimachinery/field-error.ts';
import { dnsSubdomainProblems, portNumberProblems } from '../apimachinery/names.ts';

export interface WebhookClient {
  readonly url?: string;
  readonly service?: WebhookService;
}
interface WebhookService {
  readonly namespace?: string;
  readonly name?: string;
  readonly path?: string;
  readonly port?: number;
}

export function webhookClientErrors({ url, service }: WebhookClient, path: string): FieldError[] {
  if ((url === undefined) === (service === undefined)) {
    return [requiredValue(path, 'exactly one of url or service is required')];
  }
  if (url !== undefined) return urlErrors(url, `${path}.url`);
  return service === undefined ? [] : serviceErrors(service, `${path}.service`);
}

function urlErrors(text: string, path: string): FieldError[] {
  const form = '; desired format: https://host[/path]';
  const parts = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^/?#]*))?[^?#]*(?:\?([^#]*))?(?:#(.*))?$/s.exec(
    text,
  );
  const control = [...text].some((sign) => sign < ' ' || sign === '\u007f');
  if (parts === null || control) {
    const problem = `parse ${JSON.stringify(text)}: net/url: invalid control character in URL`;
    return [requiredValue(path, `url must be a valid URL: ${problem}${form}`)];
  }
  const [, scheme = '', authority = '', query = '', fragment = ''] = parts;
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  const errors: FieldError[] = [];
  if (scheme.toLowerCase() !== 'https') {
    errors.push(invalidValue(path, scheme.toLowerCase(), `'https' is the only allowed URL scheme${form}`));
  }
  if (host === '') errors.push(invalidValue(path, host, `host must be specified${form}`));
  if (at !== -1) {
    const user = authority.slice(0, at);
    errors.push(invalidValue(path, user, 'user information is not permitted in the URL'));
  }
  if (fragment !== '') errors.push(invalidValue(path, fragment, 'fragments are not permitted in the URL'));
  if (query !== '') errors.push(invalidValue(path, query, 'query parameters are not permitted in the URL'));
  return errors;
}

function serviceErrors(service: WebhookService, path: string): FieldError[] {
  const { name = '', namespace = '', path: urlPath = '', port = 0 } = service;
  const errors: FieldError[] = [];
  // Upstream hands the two over in the wrong order: what is missing is reported at the other's field.
  if (namespace === '') errors.push(requiredValue(`${path}.name`));
  if (name === '') errors.push(requiredValue(`${path}.namespace`));
  for (const problem of portNumberProblems(port)) {
    errors.push(invalidValue(`${path}.port`, port, `port is not valid: ${problem}`));
  }
  return [...errors, ...urlPathErrors(`${path}.path`, urlPath)];
}

function urlPathErrors(field: string, path: string): FieldError[] {
  if (path === '' || path === '/') return [];
  if (path === '//') return [invalidValue(field, path, 'segment[0] may not be empty')];
  const errors = path.startsWith('/') ? [] : [invalidValue(field, path, "must start with a '/'")];
  // Go counts bytes: the first one is taken for a slash.
  const segments = Buffer.from(path).subarray(1).toString('latin1').replace(/\/$/, '').split('/');
  for (const [i, segment] of segments.entries()) {
    const problems =
      segment === '' ? [' may not be empty'] : dnsSubdomainProblems(segment).map((p) => `: ${p}`);
    for (const problem of problems) errors.push(invalidValue(field, path, `segment[${i}]${problem}`));
  }
  return errors;
}
