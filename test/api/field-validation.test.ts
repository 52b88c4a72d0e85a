/** fieldValidation over the wire: every way in, every directive, in upstream's words. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ApiServer, type Send } from '../api-client.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
const head = 'ConfigMap in version "v1" cannot be handled as a ConfigMap: ';

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await server.post(configMaps, { metadata: { name: 'here' }, data: { a: '1' } });
});
after(() => server.stop());

const quoted = (text: string): string => `299 - "${text.replace(/["\\]/g, '\\$&')}"`;
/** node joins the lines of a header with a comma and a space. */
const headerOf = (warnings: readonly string[]): string | undefined =>
  warnings.length === 0 ? undefined : warnings.map(quoted).join(', ');

/**
 * The same request with each directive: `findings` as Strict joins them, `warnings` as Warn and the default send
 * them, where those differ.
 */
async function check(
  path: string,
  send: Send,
  refusal: { readonly code: number; readonly prefix?: string },
  findings: readonly string[],
  warnings: readonly string[] = findings,
): Promise<void> {
  const label = `${send.method} ${path} ${send.type ?? ''}`;
  const strict = await server.send(`${path}?dryRun=All&fieldValidation=Strict`, send);
  assert.equal(
    strict.status,
    findings.length === 0 ? strict.status : refusal.code,
    `${label}: ${strict.text}`,
  );
  if (findings.length > 0) {
    const message = `strict decoding error: ${findings.join(', ')}`;
    const shown: string = strict.json.message;
    if (refusal.prefix === undefined) assert.ok(shown.endsWith(message), `${label}: ${shown}`);
    else assert.equal(shown, `${refusal.prefix}${message}`, label);
    assert.equal(strict.headers.warning, undefined, label);
  }
  for (const directive of ['&fieldValidation=Warn', '', '&fieldValidation=']) {
    const warned = await server.send(`${path}?dryRun=All${directive}`, send);
    assert.ok(warned.status < 300, `${label}: ${warned.text}`);
    assert.equal(warned.headers.warning, headerOf(warnings), label);
  }
  const ignored = await server.send(`${path}?dryRun=All&fieldValidation=Ignore`, send);
  assert.ok(ignored.status < 300, `${label}: ${ignored.text}`);
  assert.equal(ignored.headers.warning, undefined, label);
}

const typed = { code: 400, prefix: head };
const object = (name: string, rest: string): string =>
  `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${name}"${rest}`;

test('POST and PUT of JSON', async () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['},"spec":{"a":1}}', ['unknown field "spec"']],
    [
      '},"spec":{},"metadata":{"name":"NAME","name":"NAME"}}',
      ['unknown field "spec"', 'duplicate field "metadata"', 'duplicate field "metadata.name"'],
    ],
    [
      ',"name":"NAME","colour":1,"Labels":{}}}',
      [
        'duplicate field "metadata.name"',
        'unknown field "metadata.colour"',
        'unknown field "metadata.Labels"',
      ],
    ],
    // Any key fits a map, but once.
    ['},"data":{"a":"1","a":"2","b":"3"}}', ['duplicate field "data.a"']],
    // What is unknown is not looked into, and said once.
    ['},"spec":{"a":1,"a":2},"spec":1}', ['unknown field "spec"']],
    [
      ',"ownerReferences":[{"apiVersion":"v1","kind":"A","name":"a","uid":"u","uid":"u","x":1}]}}',
      ['duplicate field "metadata.ownerReferences[0].uid"', 'unknown field "metadata.ownerReferences[0].x"'],
    ],
    // The text of an untyped field is its own.
    [',"managedFields":[{"fieldsV1":{"f:a":{},"f:a":{}}}]}}', []],
    ['},"data":{"\\u0061":"1","a":"2"}}', ['duplicate field "data.a"']],
    ['},"data":{"a":"\\"a\\":"}}', []],
    ['},"sp\\"ec é":{}}', ['unknown field "sp\\"ec é"']],
  ];
  for (const [rest, findings] of cases) {
    const warnings = findings.map((finding) => Buffer.from(finding, 'utf8').toString('latin1'));
    for (const space of ['', ' \n\t']) {
      const body = (name: string): string =>
        object(name, rest)
          .replaceAll('NAME', name)
          .replaceAll(/(?<=[a-z]"):/g, `${space}:${space}`);
      await check(configMaps, { method: 'POST', body: body('new') }, typed, findings, warnings);
      await check(`${configMaps}/here`, { method: 'PUT', body: body('here') }, typed, findings, warnings);
    }
  }
});

test('POST of YAML: repeated keys have lines, unknown fields come by name', async () => {
  const body =
    'kind: ConfigMap\nmetadata:\n  name: xx\n  name: yy\n  zone: 1\n  unknownMeta: v\nspec: 1\nspec: 2\ndata:\n  1: a\n  "b": c\n  b: d\n';
  const lines = [
    'line 4: key "name" already set in map',
    'line 8: key "spec" already set in map',
    'line 12: key "b" already set in map',
  ];
  const unknown = [
    'unknown field "metadata.unknownMeta"',
    'unknown field "metadata.zone"',
    'unknown field "spec"',
  ];
  await check(
    configMaps,
    { method: 'POST', body, type: 'application/yaml' },
    typed,
    [`yaml: unmarshal errors:\n${lines.map((line) => `  ${line}`).join('\n')}`, ...unknown],
    [...lines, ...unknown],
  );
  const aliases = 'metadata: {name: z, labels: &l {a: b}, annotations: {<<: *l, a: c}}\n';
  await check(configMaps, { method: 'POST', body: aliases, type: 'application/yaml' }, typed, []);
});

test('patches', async () => {
  const patch = (type: string, body: string): Send => ({
    method: 'PATCH',
    body,
    type: `application/${type}`,
  });
  const here = `${configMaps}/here`;
  await check(
    here,
    patch(
      'json-patch+json',
      '[{"op":"add","path":"/spec","value":"x","foo":"bar"},{"op":"add","path":"/x","path":"/about","value":{"a":1,"a":2}}]',
    ),
    { code: 422 },
    [
      'json patch unknown field "[0].foo"',
      'json patch duplicate field "[1].path"',
      'json patch duplicate field "[1].value.a"',
      'unknown field "about"',
      'unknown field "spec"',
    ],
  );
  for (const type of ['merge-patch+json', 'strategic-merge-patch+json']) {
    await check(
      here,
      patch(type, '{"zebra":{"a":1,"a":2},"data":{"b":"1","b":"2"},"metadata":{"x":[{"y":1,"y":2}]}}'),
      { code: 422 },
      [
        'duplicate field "zebra.a"',
        'duplicate field "data.b"',
        'duplicate field "metadata.x[0].y"',
        'unknown field "metadata.x"',
        'unknown field "zebra"',
      ],
    );
    await check(here, patch(type, '{"data":{"b":"1"}}'), { code: 422 }, []);
  }
  const refused = await server.send(
    `${here}?fieldValidation=Strict`,
    patch('merge-patch+json', '{"spec":1}'),
  );
  assert.equal(refused.status, 422);
  assert.match(
    refused.json.message,
    /^ "" is invalid: patch: Invalid value: "\{\\"apiVersion\\":\\"v1\\".*\}": strict decoding error: unknown field "spec"$/,
  );
  const { json } = await server.send(
    `${here}?fieldValidation=Strict`,
    patch('strategic-merge-patch+json', '{"spec":{"b":[1,"x"]}}'),
  );
  assert.equal(
    json.message,
    ' "" is invalid: patch: Invalid value: "map[spec:map[b:[1 x]]]": strict decoding error: unknown field "spec"',
  );
});

test('warnings come with refusals too, once each, and in bounds', async () => {
  const invalid = await server.send(configMaps, {
    method: 'POST',
    body: { metadata: { name: 'X' }, spec: 1 },
  });
  assert.equal(invalid.status, 422);
  assert.equal(invalid.headers.warning, headerOf(['unknown field "spec"']));

  const many = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`f${i}`, 1]));
  const { headers } = await server.send(`${leases}?dryRun=All`, {
    method: 'POST',
    body: { metadata: { name: 'many' }, ...many },
  });
  assert.equal(headers.warning?.split(', ').length, 100);

  const long = Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`${i}${'x'.repeat(1000)}`, 1]));
  const truncated = await server.send(`${leases}?dryRun=All`, {
    method: 'POST',
    body: { metadata: { name: 'long' }, spec: long },
  });
  const each = truncated.headers.warning?.split(', ') ?? [];
  assert.deepEqual(
    each.map((text) => text.length),
    // 256 of the message, the quote in it escaped, and `299 - ""`.
    Array.from({ length: 5 }, () => 256 + 1 + 8),
  );
});
