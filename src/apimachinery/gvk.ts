/** Group, version and kind or resource, and their text forms. */
export interface GroupVersion {
  readonly group: string;
  readonly version: string;
}
export interface GroupVersionKind extends GroupVersion {
  readonly kind: string;
}
export interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

/** `v1` for the core group, `group/version` elsewhere. */
export function apiVersionOf(gv: GroupVersion): string {
  return gv.group === '' ? gv.version : `${gv.group}/${gv.version}`;
}

export function parseApiVersion(apiVersion: string): GroupVersion | undefined {
  const parts = apiVersion.split('/');
  if (parts.length === 1 && parts[0] !== '') return { group: '', version: parts[0]! };
  if (parts.length === 2 && parts[1] !== '') return { group: parts[0]!, version: parts[1]! };
  return undefined;
}

/** `configmaps`, or `widgets.example.com`: how messages name a resource. */
export function groupResourceName(gr: GroupResource): string {
  return gr.group === '' ? gr.resource : `${gr.resource}.${gr.group}`;
}
