/** URLs: Kubernetes' CEL library `url`. Absolute URIs and absolute paths only. Source: apiserver/pkg/cel/library/urls.go. */
import { checkRequestUri, type GoUrl, GoUrlError, parseGoUrl } from '../../go-url.ts';
import { type CelLibrary, declare, global, member } from '../library.ts';
import { boolType, listOf, mapOf, opaque, stringType } from '../types.ts';
import { ArrayList, CelError, CelOpaque, type CelValue, EntriesMap } from '../values.ts';

const urlType = opaque('kubernetes.URL');

class UrlValue extends CelOpaque {
  readonly celType = urlType;
  readonly url: GoUrl;
  constructor(url: GoUrl) {
    super();
    this.url = url;
  }
  /** As written: nothing is normalised. */
  equalTo(other: CelOpaque): boolean {
    return other instanceof UrlValue && this.url.text === other.url.text;
  }
  override toString(): string {
    return this.url.text;
  }
}

function readUrl(text: string): UrlValue | CelError {
  try {
    checkRequestUri(text);
    // Once more, since what is judged as a request has no fragment.
    return new UrlValue(parseGoUrl(text));
  } catch (error) {
    if (!(error instanceof GoUrlError)) throw error;
    return new CelError(`URL parse error during conversion from string: ${error.message}`);
  }
}

function isUrl(text: string): boolean {
  try {
    checkRequestUri(text);
    return true;
  } catch (error) {
    if (error instanceof GoUrlError) return false;
    throw error;
  }
}

const part = (name: string, id: string, read: (url: GoUrl) => string) =>
  declare(
    name,
    member(id, [urlType], stringType, ({ url }: UrlValue) => read(url)),
  );

function queryOf({ url }: UrlValue): CelValue {
  return new EntriesMap([...url.query].map(([key, values]) => [key, new ArrayList(values)] as const));
}

export const urlLibrary: CelLibrary = {
  name: 'kubernetes.urls',
  functions: [
    declare('url', global('string_to_url', [stringType], urlType, readUrl)),
    declare('isURL', global('is_url_string', [stringType], boolType, isUrl)),
    part('getScheme', 'url_get_scheme', (url) => url.scheme),
    part('getHost', 'url_get_host', (url) => url.host),
    part('getHostname', 'url_get_hostname', (url) => url.hostname),
    part('getPort', 'url_get_port', (url) => url.port),
    part('getEscapedPath', 'url_get_escaped_path', (url) => url.escapedPath),
    declare('getQuery', member('url_get_query', [urlType], mapOf(stringType, listOf(stringType)), queryOf)),
  ],
};
