/** The verbs that resources list in discovery, in the order clients are used to see. */
export const objectVerbs: readonly string[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];

/** What a subresource that only rewrites a part of its object serves. */
export const subresourceVerbs: readonly string[] = ['get', 'patch', 'update'];
