/** What the pipeline knows of one request, filled step by step and handed down to the registry. */
import type { FieldRequirement } from '../apimachinery/field-selector.ts';
import type { LabelRequirement } from '../apimachinery/label-selector.ts';
import type { ContextKind } from '../apimachinery/resource-definition.ts';

export interface UserInfo {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** The control plane or context that the path prefix names. */
export interface Surface {
  readonly kind: ContextKind;
  /** "" for the platform. */
  readonly name: string;
}

/** The path, understood. Upstream's RequestInfo, with the surface in front. */
export interface RequestInfo {
  readonly surface: Surface;
  /** The path behind the surface's prefix, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** For a resource request the API verb; otherwise the lower-case HTTP method. */
  readonly verb: string;
  /** Set for resource requests only. */
  readonly resource?: ResourceRequest;
  /** Set where the path goes on behind the subresource (`…/proxy/a/b`): only other servers know such paths. */
  readonly below?: string;
  /** Set where a list, a watch or a deletecollection says which objects of the collection it is about. */
  readonly narrowed?: Narrowing;
}
/**
 * Which objects of a collection a request is about, as far as can be told from its selectors alone. All of it must
 * hold. What does not parse is left out: that makes it about more, never about less.
 */
export interface Narrowing {
  /** The one name that a list or watch selects by field; "" when it does not. */
  readonly name: string;
  readonly fields: readonly FieldRequirement[];
  readonly labels: readonly LabelRequirement[];
}
export interface ResourceRequest {
  readonly group: string;
  readonly version: string;
  /** "" when the path has none. */
  readonly namespace: string;
  readonly resource: string;
  /** "" for collection requests. */
  readonly name: string;
  readonly subresource: string;
}

/** The storage side of a surface; resolved after authentication. */
export interface Tenant {
  /** storage TenantId. */
  readonly id: string;
  readonly surface: Surface;
  /** The control plane's first revisions lie behind this one: what a client knows from before is not its own. */
  readonly startRevision: number;
}
