/** The query and path parameters of the API's operations, described once. Clients look for them by name. */
export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly required?: true;
  readonly description: string;
  readonly type: 'string' | 'integer' | 'boolean';
}

const query = (name: string, type: Parameter['type'], description: string): Parameter => ({
  name,
  in: 'query',
  description,
  type,
});
const path = (name: string, description: string): Parameter => ({
  name,
  in: 'path',
  required: true,
  description,
  type: 'string',
});

export const nameParameter = (kind: string): Parameter => path('name', `Name of the ${kind}.`);
export const namespaceParameter = path('namespace', 'Namespace the object is in.');
/** Every operation on a resource has it. */
export const pretty = query('pretty', 'string', 'When true, the answer is indented.');

const dryRun = query('dryRun', 'string', 'All: do everything but keep the change. The only value.');
const fieldManager = query(
  'fieldManager',
  'string',
  'Who makes the change; at most 128 printable characters.',
);
const fieldValidation = query(
  'fieldValidation',
  'string',
  'What to do about unknown and duplicate fields: Ignore, Warn or Strict.',
);
const selection: readonly Parameter[] = [
  query('continue', 'string', 'Token of the page before, for the next one.'),
  query('fieldSelector', 'string', 'Only objects whose fields match.'),
  query('labelSelector', 'string', 'Only objects whose labels match.'),
  query('limit', 'integer', 'How many objects a page has at most.'),
  query('resourceVersion', 'string', 'The version of the collection that is asked for.'),
  query('resourceVersionMatch', 'string', 'How resourceVersion is meant: Exact or NotOlderThan.'),
  query('sendInitialEvents', 'boolean', 'A watch begins with an event for each object there is.'),
  query('timeoutSeconds', 'integer', 'Ends a watch after so many seconds.'),
];
const list: readonly Parameter[] = [
  ...selection,
  query('allowWatchBookmarks', 'boolean', 'Bookmark events may come in a watch.'),
  query('watch', 'boolean', 'Stream changes instead of listing.'),
];
/** kubectl decides from these, on the patch of a kind, whether it may dry-run and leave validation to the server. */
const write: readonly Parameter[] = [dryRun, fieldManager, fieldValidation];
const deletion: readonly Parameter[] = [
  dryRun,
  query('gracePeriodSeconds', 'integer', 'Seconds before the object goes; zero is at once.'),
  query(
    'ignoreStoreReadErrorWithClusterBreakingPotential',
    'boolean',
    'Delete an object although its stored form cannot be read.',
  ),
  query('orphanDependents', 'boolean', 'Superseded by propagationPolicy.'),
  query('propagationPolicy', 'string', 'Orphan, Background or Foreground: what happens to dependents.'),
];

/** By the verb of the operation. */
export const queryParameters: Readonly<Record<string, readonly Parameter[]>> = {
  get: [],
  list,
  watch: list,
  watchlist: list,
  create: write,
  update: write,
  patch: [
    ...write,
    query('force', 'boolean', 'An apply takes over the fields that others own. For apply requests only.'),
  ],
  delete: deletion,
  deletecollection: [...selection, ...deletion],
};
