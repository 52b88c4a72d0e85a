/** What server-side apply refuses, each with upstream's status and body. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Answer, ApiServer, type Send } from '../api-client.ts';
import { checkStatus } from './check-status.ts';
import { type Manifest, must } from './control-planes.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
});
after(() => server.stop());

const applying = (body: unknown): Send => ({
  method: 'PATCH',
  body,
  type: 'application/apply-patch+yaml',
});
const apply = (path: string, manager: string, body: unknown): Promise<Answer> =>
  server.send(`${path}?fieldManager=${manager}`, applying(body));
const configMap = (name: string, data: object, metadata: object = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});

let count = 0;
/** A config map in `default`, applied by `first`. */
async function applied(values: object): Promise<string> {
  const name = `refused-${count++}`;
  await must(apply(`${configMaps}/${name}`, 'first', configMap(name, values)), 201);
  return `${configMaps}/${name}`;
}
const nameIn = (path: string): string => path.split('/').at(-1)!;

describe('refused', () => {
  const check = (
    name: string,
    path: string,
    send: Send,
    expected: Parameters<typeof checkStatus>[3],
  ): void => {
    test(name, () => checkStatus(server, path, send, expected));
  };
  const path = `${configMaps}/refused?fieldManager=first`;
  const sound = configMap('refused', { a: '1' });
  const options = { group: 'meta.k8s.io', kind: 'PatchOptions' };
  check('without a manager', `${configMaps}/refused`, applying(sound), {
    code: 422,
    reason: 'Invalid',
    message:
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    details: {
      ...options,
      causes: [
        {
          reason: 'FieldValueRequired',
          message: 'Required value: is required for apply patch',
          field: 'fieldManager',
        },
      ],
    },
  });
  check('a manager that cannot be printed', `${configMaps}/refused?fieldManager=a%09`, applying(sound), {
    code: 422,
    reason: 'Invalid',
    message:
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Invalid value: "a\\t": invalid character U+0009 (at position 1)',
    details: {
      ...options,
      causes: [
        {
          reason: 'FieldValueInvalid',
          message: 'Invalid value: "a\\t": invalid character U+0009 (at position 1)',
          field: 'fieldManager',
        },
      ],
    },
  });
  const badRequest = (message: string) => ({ code: 400, reason: 'BadRequest', message });
  check(
    'managedFields',
    path,
    applying(configMap('refused', {}, { managedFields: [] })),
    badRequest('metadata.managedFields must be nil'),
  );
  check(
    'another version',
    path,
    applying({ ...sound, apiVersion: 'v2' }),
    badRequest('invalid object type: /v2, Kind=ConfigMap'),
  );
  check(
    'another kind',
    path,
    applying({ ...sound, kind: 'Secret' }),
    badRequest('invalid object type: /v1, Kind=Secret'),
  );
  check('no kind', path, applying({ metadata: sound.metadata }), badRequest('invalid object type: /, Kind='));
  check('nothing', path, applying(''), badRequest('invalid object type: /, Kind='));
  check(
    'a list',
    path,
    applying('[]'),
    badRequest(
      'error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}',
    ),
  );
  check(
    'another name',
    path,
    applying(configMap('other', {})),
    badRequest('the name of the object (other) does not match the name on the URL (refused)'),
  );
  check(
    'no name',
    path,
    applying({ apiVersion: 'v1', kind: 'ConfigMap', metadata: {} }),
    badRequest('the name of the object (refused based on URL) was undeterminable: name must be provided'),
  );
  check(
    'another namespace',
    path,
    applying(configMap('refused', {}, { namespace: 'kube-system' })),
    badRequest('the namespace of the provided object does not match the namespace sent on the request'),
  );
  check(
    'an unknown field',
    path,
    applying({ ...sound, spec: {}, metadata: { ...sound.metadata, namespace: 'default' } }),
    {
      code: 500,
      message:
        'failed to create typed patch object (default/refused; /v1, Kind=ConfigMap): .spec: field not declared in schema',
    },
  );
  check('several wrong fields', path, applying({ ...sound, data: { a: 1 }, spec: {} }), {
    code: 500,
    message:
      'failed to create typed patch object (/refused; /v1, Kind=ConfigMap): errors:\n  .data.a: expected string, got &value.valueUnstructured{Value:1}\n  .spec: field not declared in schema',
  });
  check('the uid of what is not there', path, applying(configMap('refused', {}, { uid: 'u' })), {
    code: 409,
    reason: 'Conflict',
    message:
      'Operation cannot be fulfilled on configmaps "refused": uid mismatch: the provided object specified uid u, and no existing object was found',
    details: { name: 'refused', kind: 'configmaps' },
  });
  check(
    'repeated keys, when asked to be strict',
    `${path}&fieldValidation=Strict`,
    applying('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: refused\ndata:\n  a: x\n  a: z\n'),
    badRequest(
      'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 7: key "a" already set in map',
    ),
  );
  test('a stale resourceVersion', async () => {
    const target = await applied({ a: '1' });
    await checkStatus(
      server,
      `${target}?fieldManager=first`,
      applying(configMap(nameIn(target), { a: '2' }, { resourceVersion: '1' })),
      {
        code: 409,
        reason: 'Conflict',
        message: `Operation cannot be fulfilled on configmaps "${nameIn(target)}": the object has been modified; please apply your changes to the latest version and try again`,
        details: { name: nameIn(target), kind: 'configmaps' },
      },
    );
  });
  test('what does not validate, after the merge', async () => {
    const target = await applied({ a: '1' });
    const { status, json } = await apply(target, 'first', configMap(nameIn(target), { 'a b': '1' }));
    assert.equal(status, 422);
    assert.equal(json.details.causes[0].field, 'data[a b]');
  });
  test('repeated keys are warned of else', async () => {
    const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: warned\ndata:\n  a: x\n  a: z\n';
    const { status, headers, json } = await server.send(
      `${configMaps}/warned?fieldManager=first`,
      applying(body),
    );
    assert.equal(status, 201);
    assert.equal(headers.warning, '299 - "line 7: key \\"a\\" already set in map"');
    assert.deepEqual(json.data, { a: 'z' });
  });
});
