/**
 * What a reader's resourceVersion means: GET, LIST and WATCH, a row for each cell of the tables of the API concepts
 * ("Resource versions") and of upstream's ValidateListOptions. All rows read one collection, whose first revisions
 * are compacted.
 *
 * Where upstream has several answers for one request, by whether its watch cache or etcd takes it, the one here is
 * etcd's: a resourceVersion that is no number is a 400 (the cache makes a 500 of it). One row deviates on purpose: a
 * watch from a revision that is yet to come waits a moment and is a 504, where upstream leaves it open and silent, so
 * that a client which knew a later state (of a store restored since) lists anew instead of waiting for ever.
 */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { limits } from '../../src/apimachinery/limits.ts';
import { ApiServer, type EventStream, type WatchEvent } from '../api-client.ts';

const path = '/api/v1/namespaces/default/configmaps';

/**
 * Revisions and tokens by the names the rows give them. $old is compacted; at $past there were a, b and c; at $now
 * there are a, c and d; $future does not come; $huge is the largest there can be.
 */
const known: Record<string, string> = { future: '900000000', huge: '18446744073709551615' };
const filled = (text: string): string => text.replace(/\$(\w+)/g, (_, name: string) => known[name]!);

let server: ApiServer;
before(async () => {
  const options = { compactionIntervalMs: 20 };
  server = await ApiServer.start(options);
  const make = async (name: string): Promise<string> =>
    (await server.post(path, { metadata: { name } })).json.metadata.resourceVersion;
  known.old = await make('a');
  await make('b');
  known.oldToken = (await server.get(`${path}?limit=1`)).json.metadata.continue;
  await make('c');
  while ((await server.get(filled(`${path}?limit=1&continue=$oldToken`))).status !== 410) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  // From here on nothing is compacted any more.
  options.compactionIntervalMs = limits.compactionIntervalMs;
  await server.restart();
  await server.patch(`${path}/b`, { data: { still: 'here' } });
  const past = (await server.get(`${path}?limit=1`)).json.metadata;
  known.past = past.resourceVersion;
  known.token = past.continue;
  await server.remove(`${path}/b`);
  known.now = await make('d');
});
after(() => server.stop());

interface Refused {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: object;
  /** Of the header. */
  readonly retryAfter?: string;
}

/** The body is this Status, to the field; `#` in a message stands for a number. */
function checkRefused(
  headers: Readonly<Record<string, unknown>>,
  json: { message: string },
  { retryAfter, ...expected }: Refused,
): void {
  const pattern = filled(expected.message)
    .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replace('#', '\\d+');
  assert.match(json.message, new RegExp(`^${pattern}$`));
  assert.equal(headers['retry-after'], retryAfter);
  assert.deepEqual(json, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    ...expected,
    message: json.message,
  });
}

const tooLarge = (requested: string, waited: boolean): Refused => ({
  code: 504,
  reason: 'Timeout',
  message: `Timeout: Too large resource version: ${requested}, current: $now`,
  details: {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    ...(waited ? { retryAfterSeconds: 1 } : {}),
  },
  ...(waited ? { retryAfter: '1' } : {}),
});
const badRequest = (message: string): Refused => ({ code: 400, reason: 'BadRequest', message });
const noNumber = (text: string, problem = 'invalid syntax'): Refused =>
  badRequest(
    `invalid resource version: resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": ${problem}`,
  );
const noInteger = (text: string, problem = 'invalid syntax'): Refused =>
  badRequest(`strconv.ParseInt: parsing "${text}": ${problem}`);
const listTooOld: Refused = {
  code: 410,
  reason: 'Expired',
  message: 'The resourceVersion for the provided list is too old.',
};

type Cause = readonly [reason: string, field: string, message: string];
const match = 'resourceVersionMatch';
const forbidden = (field: string, detail: string): Cause => [
  'FieldValueForbidden',
  field,
  `Forbidden: ${detail}`,
];
function invalid(...causes: readonly Cause[]): Refused {
  const lines = causes.map(([, field, message]) => `${field}: ${message}`);
  return {
    code: 422,
    reason: 'Invalid',
    message: `ListOptions.meta.k8s.io "" is invalid: ${lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`}`,
    details: {
      group: 'meta.k8s.io',
      kind: 'ListOptions',
      causes: causes.map(([reason, field, message]) => ({ reason, message, field })),
    },
  };
}
const unprovided = forbidden(match, 'resourceVersionMatch is forbidden unless resourceVersion is provided');
const continued = forbidden(match, 'resourceVersionMatch is forbidden when continue is provided');
const exactZero = forbidden(match, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
const unsupported = (value: string): Cause => [
  'FieldValueNotSupported',
  match,
  `Unsupported value: "${value}": supported values: "Exact", "NotOlderThan", ""`,
];
const notForLists = forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list');

/** Runs the rows side by side, since some wait for what does not come. */
async function rows<R extends readonly [query: string, ...unknown[]]>(
  t: TestContext,
  table: readonly R[],
  check: (row: R) => Promise<void>,
): Promise<void> {
  await Promise.all(table.map((row) => t.test(row[0] === '' ? 'nothing' : row[0], () => check(row))));
}

type ListRow = readonly [query: string, seen: string | Refused, at?: string];

const getRows: readonly ListRow[] = [
  ['', 'newest'],
  ['resourceVersion=', 'newest'],
  ['resourceVersion=0', 'newest'],
  ['resourceVersion=$old', 'newest'],
  ['resourceVersion=$past', 'newest'],
  ['resourceVersion=$now', 'newest'],
  ['resourceVersion=$future', tooLarge('$future', true)],
  ['resourceVersion=$huge', tooLarge('$huge', true)],
  ['resourceVersion=x', noNumber('x')],
  ['resourceVersion=-1', noNumber('-1')],
  ['resourceVersion=1.5', noNumber('1.5')],
  ['resourceVersion=18446744073709551616', noNumber('18446744073709551616', 'value out of range')],
  // Options of lists are none of a get's.
  ['resourceVersionMatch=Exact&sendInitialEvents=true&limit=x&watch=1', 'newest'],
];

test('GET', { concurrency: true }, (t) =>
  rows(t, getRows, async ([query, seen]) => {
    const { status, headers, json, text } = await server.get(filled(`${path}/d?${query}`));
    if (typeof seen !== 'string') return checkRefused(headers, json, seen);
    assert.equal(status, 200, text);
    assert.equal(json.metadata.resourceVersion, known.now);
  }),
);

const listRows: readonly ListRow[] = [
  // No match, no limit: most recent, any, not older than.
  ['', 'acd', '$now'],
  ['resourceVersion=', 'acd', '$now'],
  ['resourceVersion=0', 'acd', '$now'],
  ['resourceVersion=$old', 'acd', '$now'],
  ['resourceVersion=$past', 'acd', '$now'],
  ['resourceVersion=$now', 'acd', '$now'],
  ['resourceVersion=$future', tooLarge('$future', true)],
  ['resourceVersion=$huge', tooLarge('$huge', true)],
  ['resourceVersion=x', noNumber('x')],
  // A limit makes a revision exact.
  ['limit=2', 'ac+', '$now'],
  ['limit=2&resourceVersion=0', 'ac+', '$now'],
  ['limit=2&resourceVersion=$past', 'ab+', '$past'],
  ['limit=9&resourceVersion=$past', 'abc', '$past'],
  ['limit=2&resourceVersion=$old', listTooOld],
  ['limit=2&resourceVersion=$future', tooLarge('$future', false)],
  ['limit=2&resourceVersion=x', noNumber('x')],
  // But not where one object is read: there are no pages of it.
  ['limit=2&resourceVersion=$past&fieldSelector=metadata.name%3Db', '', '$now'],
  ['resourceVersion=$past&resourceVersionMatch=Exact&fieldSelector=metadata.name%3Db', 'b', '$past'],
  // A token has a revision of its own.
  ['limit=1&continue=$token', 'b+', '$past'],
  ['continue=$token', 'bc', '$past'],
  ['limit=1&continue=$token&resourceVersion=0', 'b+', '$past'],
  [
    'limit=1&continue=$token&resourceVersion=$past',
    badRequest('specifying resource version is not allowed when using continue'),
  ],
  [
    'continue=$token&resourceVersion=x',
    badRequest('specifying resource version is not allowed when using continue'),
  ],
  ['continue=e30&resourceVersion=$past', badRequest('invalid continue token: continue key is not valid')],
  ['continue=$token&resourceVersionMatch=Exact', invalid(unprovided, continued)],
  ['continue=$token&resourceVersionMatch=NotOlderThan', invalid(unprovided, continued)],
  ['continue=$token&resourceVersionMatch=Exact&resourceVersion=0', invalid(continued, exactZero)],
  ['continue=$token&resourceVersionMatch=NotOlderThan&resourceVersion=$past', invalid(continued)],
  // Exact, with a limit and without.
  ['resourceVersionMatch=Exact', invalid(unprovided)],
  ['resourceVersionMatch=Exact&limit=2', invalid(unprovided)],
  ['resourceVersionMatch=Exact&resourceVersion=0', invalid(exactZero)],
  ['resourceVersionMatch=Exact&resourceVersion=0&limit=2', invalid(exactZero)],
  ['resourceVersionMatch=Exact&resourceVersion=$past', 'abc', '$past'],
  ['resourceVersionMatch=Exact&resourceVersion=$past&limit=2', 'ab+', '$past'],
  ['resourceVersionMatch=Exact&resourceVersion=$now', 'acd', '$now'],
  ['resourceVersionMatch=Exact&resourceVersion=$old', listTooOld],
  ['resourceVersionMatch=Exact&resourceVersion=$old&limit=2', listTooOld],
  ['resourceVersionMatch=Exact&resourceVersion=$future', tooLarge('$future', false)],
  ['resourceVersionMatch=Exact&resourceVersion=$future&limit=2', tooLarge('$future', false)],
  ['resourceVersionMatch=Exact&resourceVersion=x', noNumber('x')],
  // Not older than, with a limit and without.
  ['resourceVersionMatch=NotOlderThan', invalid(unprovided)],
  ['resourceVersionMatch=NotOlderThan&limit=2', invalid(unprovided)],
  ['resourceVersionMatch=NotOlderThan&resourceVersion=0', 'acd', '$now'],
  ['resourceVersionMatch=NotOlderThan&resourceVersion=0&limit=2', 'ac+', '$now'],
  ['resourceVersionMatch=NotOlderThan&resourceVersion=$old', 'acd', '$now'],
  ['resourceVersionMatch=NotOlderThan&resourceVersion=$old&limit=2', 'ac+', '$now'],
  ['resourceVersionMatch=NotOlderThan&resourceVersion=$past', 'acd', '$now'],
  ['resourceVersionMatch=NotOlderThan&resourceVersion=$past&limit=2', 'ac+', '$now'],
  ['resourceVersionMatch=NotOlderThan&resourceVersion=$future', tooLarge('$future', true)],
  ['resourceVersionMatch=NotOlderThan&resourceVersion=$future&limit=2', tooLarge('$future', true)],
  ['resourceVersionMatch=NotOlderThan&resourceVersion=x', noNumber('x')],
  // Neither.
  ['resourceVersionMatch=', 'acd', '$now'],
  ['resourceVersionMatch=exact&resourceVersion=$past', invalid(unsupported('exact'))],
  ['resourceVersionMatch=Newest', invalid(unprovided, unsupported('Newest'))],
  ['resourceVersionMatch=Newest&continue=$token', invalid(unprovided, continued, unsupported('Newest'))],
  // What belongs to watches.
  ['sendInitialEvents=true', invalid(notForLists)],
  ['sendInitialEvents=false', invalid(notForLists)],
  ['sendInitialEvents=', invalid(notForLists)],
  ['sendInitialEvents=true&resourceVersionMatch=NotOlderThan', invalid(unprovided, notForLists)],
  ['allowWatchBookmarks=true&timeoutSeconds=1', 'acd', '$now'],
  // Numbers.
  ['limit=0', 'acd', '$now'],
  ['limit=-1', 'acd', '$now'],
  ['limit=-9223372036854775808', 'acd', '$now'],
  ['limit=%2B2', 'ac+', '$now'],
  ['limit=9223372036854775807', 'acd', '$now'],
  ['limit=9223372036854775808', noInteger('9223372036854775808', 'value out of range')],
  ['limit=', noInteger('')],
  ['limit=x', noInteger('x')],
  ['limit=1.0', noInteger('1.0')],
  ['timeoutSeconds=x', noInteger('x')],
  ['timeoutSeconds=', noInteger('')],
  // Of several mistakes, upstream's first.
  ['limit=x&timeoutSeconds=y', noInteger('y')],
  ['limit=x&labelSelector=%3D', noInteger('x')],
  [
    'labelSelector=a%20b&fieldSelector=a',
    badRequest("unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
  ],
  ['fieldSelector=a&resourceVersionMatch=Exact', badRequest("invalid selector: 'a'; can't understand 'a'")],
  ['fieldSelector=a%3Db&resourceVersionMatch=Exact', invalid(unprovided)],
  [
    'fieldSelector=a%3Db&resourceVersion=x',
    badRequest('"a" is not a known field selector: only "metadata.name", "metadata.namespace"'),
  ],
];

test('LIST', { concurrency: true }, (t) =>
  rows(t, listRows, async ([query, seen, at]) => {
    const { status, headers, json, text } = await server.get(filled(`${path}?${query}`));
    if (typeof seen !== 'string') return checkRefused(headers, json, seen);
    assert.equal(status, 200, text);
    const names = json.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name).join('');
    const isCut = json.metadata.continue !== undefined;
    assert.deepEqual(
      [`${names}${isCut ? '+' : ''}`, json.metadata.resourceVersion],
      [seen, filled(at ?? '')],
    );
  }),
);

test('LIST: an expired token comes with one that goes on at the newest state', async () => {
  const { status, headers, json } = await server.get(filled(`${path}?limit=1&continue=$oldToken`));
  assert.equal(status, 410);
  assert.equal(headers['retry-after'], undefined);
  const next = json.metadata.continue;
  assert.deepEqual(json, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: { continue: next },
    status: 'Failure',
    message:
      'The provided continue parameter is too old to display a consistent list result. You can start a new list ' +
      'without the continue parameter, or use the continue token in this response to retrieve the remainder of the ' +
      'results. Continuing with the provided token results in an inconsistent list - objects that were created, ' +
      'modified, or deleted between the time the first chunk was returned and now may show up in the list.',
    reason: 'Expired',
    code: 410,
  });
  const rest = await server.get(`${path}?limit=9&continue=${next}`);
  assert.equal(rest.json.metadata.resourceVersion, known.now);
  assert.deepEqual(
    rest.json.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name),
    ['c', 'd'],
  );
});

const needsMatch = forbidden(
  match,
  'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
);
const needsEvents = forbidden(
  match,
  'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
);
const unsupportedWatch = (value: string): Cause => [
  'FieldValueNotSupported',
  match,
  `Unsupported value: "${value}": supported values: "NotOlderThan"`,
];
/** In the stream: the answer is a 200. */
const errorEvent = 'ERROR';

const asked = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
const declined = 'sendInitialEvents=false&resourceVersionMatch=NotOlderThan';
const marks = 'allowWatchBookmarks=true';

/** Events as `+added ~modified -deleted`, with `|` for the mark that ends the state; `live` is made later. */
const watchRows: readonly (readonly [query: string, seen: string | Refused])[] = [
  // By the revision alone; bookmarks change nothing about where it begins.
  ...['', `&${marks}`, '&unknown=x', '&limit=1&timeoutSeconds=60', '&continue=anything'].flatMap(
    (more): (readonly [string, string | Refused])[] => [
      [more, '+a +c +d +live'],
      [`resourceVersion=${more}`, '+a +c +d +live'],
      [`resourceVersion=0${more}`, '+a +c +d +live'],
      [`resourceVersion=$past${more}`, '-b +d +live'],
      [`resourceVersion=$now${more}`, '+live'],
      [`resourceVersion=$old${more}`, errorEvent],
      [`resourceVersion=x${more}`, noNumber('x')],
    ],
  ),
  ['resourceVersion=$future', tooLarge('$future', true)],
  ['resourceVersion=$huge', tooLarge('$huge', true)],
  // The state first.
  ...[
    '',
    'resourceVersion=0&',
    'resourceVersion=$old&',
    'resourceVersion=$past&',
    'resourceVersion=$now&',
  ].flatMap((from): (readonly [string, string])[] => [
    [`${from}${asked}`, '+a +c +d +live'],
    [`${from}${asked}&allowWatchBookmarks=false`, '+a +c +d +live'],
    [`${from}${asked}&${marks}`, '+a +c +d | +live'],
    [`${from}sendInitialEvents=&resourceVersionMatch=NotOlderThan&${marks}`, '+a +c +d | +live'],
  ]),
  [`${asked}&${marks}&resourceVersion=$future`, tooLarge('$future', true)],
  [`${asked}&${marks}&resourceVersion=x`, noNumber('x')],
  [`${asked}&${marks}&fieldSelector=metadata.name%3Dnone`, '|'],
  // Not the state.
  ...['', `&${marks}`].flatMap((more): (readonly [string, string | Refused])[] => [
    [`${declined}${more}`, '+live'],
    [`${declined}&resourceVersion=0${more}`, '+live'],
    [`${declined}&resourceVersion=$past${more}`, '-b +d +live'],
    [`${declined}&resourceVersion=$now${more}`, '+live'],
    [`${declined}&resourceVersion=$old${more}`, errorEvent],
    [`${declined}&resourceVersion=x${more}`, noNumber('x')],
  ]),
  // Contradictions, whatever the revision.
  ...['', 'resourceVersion=0&', 'resourceVersion=$past&', 'resourceVersion=x&'].flatMap(
    (from): (readonly [string, Refused])[] => [
      [`${from}sendInitialEvents=true`, invalid(needsMatch)],
      [`${from}sendInitialEvents=false`, invalid(needsMatch)],
      [`${from}sendInitialEvents=true&resourceVersionMatch=`, invalid(needsMatch)],
      [
        `${from}sendInitialEvents=true&resourceVersionMatch=Exact`,
        invalid(needsMatch, unsupportedWatch('Exact')),
      ],
      [`${from}sendInitialEvents=false&resourceVersionMatch=x`, invalid(needsMatch, unsupportedWatch('x'))],
      [`${from}resourceVersionMatch=NotOlderThan`, invalid(needsEvents)],
      [`${from}resourceVersionMatch=Exact`, invalid(needsEvents, unsupportedWatch('Exact'))],
      [`${from}${asked}&continue=x`, invalid(continued)],
    ],
  ),
  ['limit=x', noInteger('x')],
  ['timeoutSeconds=x', noInteger('x')],
  ['timeoutSeconds=', noInteger('')],
];

const signs: Readonly<Record<string, string>> = { ADDED: '+', MODIFIED: '~', DELETED: '-' };
function shown({ type, object }: WatchEvent): string {
  if (type === 'ERROR') return type;
  if (type !== 'BOOKMARK') return `${signs[type]}${object.metadata.name}`;
  assert.deepEqual(object, {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: {
      resourceVersion: known.now,
      creationTimestamp: null,
      annotations: { 'k8s.io/initial-events-end': 'true' },
    },
  });
  return '|';
}

test('WATCH', { concurrency: true }, async (t) => {
  const open: (readonly [query: string, seen: string, stream: EventStream])[] = [];
  await Promise.all(
    watchRows.map(async ([query, seen]) => {
      if (typeof seen === 'string') {
        open.push([query, seen, await server.watch(filled(`${path}?${query}`)).opened()]);
        return;
      }
      const { headers, json } = await server.get(filled(`${path}?watch=1&${query}`));
      await t.test(query, () => checkRefused(headers, json, seen));
    }),
  );
  assert.equal((await server.post(path, { metadata: { name: 'live' } })).status, 201);
  await rows(t, open, async ([query, seen, stream]) => {
    const expected = seen.split(' ');
    const events = await stream.until((all) => all.length >= expected.length, `events of ${query}`);
    assert.deepEqual(events.map(shown), expected);
    if (seen === errorEvent) {
      await stream.ended();
      assert.ok(stream.isComplete);
      checkRefused({}, events[0]!.object, {
        code: 410,
        reason: 'Expired',
        message: 'too old resource version: $old (#)',
      });
    }
    stream.close();
  });
});
