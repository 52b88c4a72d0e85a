import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../apimachinery/limits.ts';
import { StatusError } from '../../apimachinery/status.ts';
import { isPretty, negotiateObject, negotiateStatus, type ResponseShape } from './negotiate-object.ts';

const json = 'application/json';
const table = (version: string, type = json): string => `${type};as=Table;v=${version};g=meta.k8s.io`;
const partial = (kind: string, version = 'v1'): string => `${json};as=${kind};g=meta.k8s.io;v=${version}`;

const mediaTypes = { json, yaml: 'application/yaml', protobuf: 'application/vnd.kubernetes.protobuf' };
const stream = ';stream=watch';
const isStream = (format: string, verb: ResponseShape): boolean => verb === 'watch' && format === 'protobuf';
const router =
  '406 406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf';
const streams = ', application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch';
const refused =
  '406 only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf';

/** `format/transform/metaVersion`, with `/pretty` where asked for; or the code and message of the refusal. */
function negotiated(
  accept: string | undefined,
  verb: ResponseShape,
  offers: { hasTable?: boolean; hasProtobuf?: boolean } = {},
): string {
  try {
    const result = negotiateObject(accept, { verb, ...offers });
    assert.equal(result.mediaType, mediaTypes[result.format] + (isStream(result.format, verb) ? stream : ''));
    return `${result.format}/${result.transform}/${result.metaVersion}${result.pretty ? '/pretty' : ''}`;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    assert.equal(error.reason, 'NotAcceptable');
    return `${error.code} ${error.status.message}`;
  }
}

test('the form follows the Accept header', () => {
  const check = (accept: string | undefined, expected: string, verb: ResponseShape = 'get'): void => {
    assert.equal(negotiated(accept, verb), expected, `${verb} ${accept}`);
    assert.equal(negotiated(accept, verb), expected, `${verb} ${accept}, again`);
  };
  check(undefined, 'json/none/v1');
  check('', 'json/none/v1');
  check('*/*', 'json/none/v1');
  check('application/*', router);
  check('application/*, application/json', 'json/none/v1');
  check('Application/JSON', 'json/none/v1');
  check('application/json; charset=utf-8', 'json/none/v1');
  check('application/yaml', 'yaml/none/v1');
  check('application/yaml, application/json', 'yaml/none/v1');
  check('application/yaml;q=0.5, application/json', 'json/none/v1');
  check('*/*, application/yaml', 'yaml/none/v1');
  check('*/*;q=0.1, application/yaml;q=0.2', 'yaml/none/v1');
  check('application/json;q=0, application/yaml', 'yaml/none/v1');
  check('application/vnd.kubernetes.protobuf,application/json', 'protobuf/none/v1');
  check('application/json,application/vnd.kubernetes.protobuf', 'json/none/v1');
  check('application/vnd.kubernetes.protobuf', 'protobuf/none/v1');
  check('application/vnd.kubernetes.protobuf;charset=x', 'protobuf/none/v1');
  check('application/vnd.kubernetes.protobuf;q=0.1, application/yaml;q=0.9', 'yaml/none/v1');
  check('application/json;pretty=1', 'json/none/v1/pretty');
  check('text/html, application/xhtml+xml, */*;q=0.8', 'json/none/v1');

  check('text/plain', router);
  check('application/json;q=0', refused);
  check('garbage', router);
  check('*/json', router);

  for (const verb of ['get', 'list', 'watch'] as const) {
    check(`${table('v1')},${table('v1beta1')},${json}`, 'json/table/v1', verb);
    check(`${table('v1beta1')},${json}`, 'json/table/v1beta1', verb);
    check(`${table('v2')},${json}`, 'json/none/v1', verb);
    check(`${json};as=Table;v=v1;g=example.com,${json}`, 'json/none/v1', verb);
    check(`${json};as=Chart;v=v1;g=meta.k8s.io,${json}`, 'json/none/v1', verb);
    check(`${table('v1', 'application/vnd.kubernetes.protobuf')},${json}`, 'json/none/v1', verb);
  }
  check(table('v1', 'application/yaml'), 'yaml/table/v1');
  check(table('v2'), refused);

  check(partial('PartialObjectMetadata'), 'json/partial/v1');
  check(partial('PartialObjectMetadata', 'v1beta1'), 'json/partial/v1beta1', 'watch');
  check(partial('PartialObjectMetadataList'), 'json/partial/v1', 'list');
  const both = `application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,${partial('PartialObjectMetadata')},${json}`;
  for (const verb of ['get', 'watch'] as const) check(both, 'protobuf/partial/v1', verb);
  check(
    partial('PartialObjectMetadata'),
    '406 you requested PartialObjectMetadata, but the requested object is a list',
    'list',
  );
  check(
    partial('PartialObjectMetadataList'),
    '406 you requested PartialObjectMetadataList, but the requested object is not a list',
  );
  check(
    partial('PartialObjectMetadataList'),
    '406 you requested PartialObjectMetadataList, but the requested object is not a list',
    'watch',
  );

  for (const verb of ['get', 'watch'] as const) {
    check('application/json;stream=watch', 'json/none/v1', verb);
    check('application/vnd.kubernetes.protobuf;stream=watch', 'protobuf/none/v1', verb);
    check('application/json;stream=list', refused, verb);
    check('application/json;stream=list, application/vnd.kubernetes.protobuf', 'protobuf/none/v1', verb);
  }
  check('application/vnd.kubernetes.protobuf,application/json', 'protobuf/none/v1', 'watch');
  check('*/*', 'json/none/v1', 'watch');
  check('text/plain', router + streams, 'watch');
  const noStream =
    '406 only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch';
  check('application/yaml', noStream, 'watch');
  check('application/yaml, application/json;q=0.1', noStream, 'watch');
});

test('kinds without a table refuse one, whatever was answered elsewhere before', () => {
  assert.equal(negotiated(table('v1'), 'get', { hasTable: true }), 'json/table/v1');
  assert.equal(negotiated(table('v1'), 'get', { hasTable: false }), refused);
  assert.equal(negotiated(table('v1'), 'get', { hasTable: true }), 'json/table/v1');
  assert.equal(negotiated(`${table('v1')},${json}`, 'get', { hasTable: false }), 'json/none/v1');
  assert.equal(negotiated(json, 'get', { hasTable: false }), 'json/none/v1');
});

test('kinds without protobuf have only their metadata in it', () => {
  const protobuf = mediaTypes.protobuf;
  const check = (accept: string, expected: string, verb: ResponseShape = 'get'): void => {
    negotiated(accept, verb);
    assert.equal(negotiated(accept, verb, { hasProtobuf: false }), expected, accept);
  };
  check(`${protobuf},${json}`, 'json/none/v1');
  check(`${protobuf},${json}`, 'json/none/v1', 'watch');
  check(protobuf, refused);
  check(partial('PartialObjectMetadata').replace(json, protobuf), 'protobuf/partial/v1');
});

test('a refusal has a form whenever there is one that is accepted', () => {
  const check = (accept: string | undefined, expected: string | undefined): void =>
    assert.equal(negotiateStatus(accept)?.mediaType, expected, accept);
  check(undefined, json);
  check('*/*', json);
  check('application/yaml', 'application/yaml');
  check('application/vnd.kubernetes.protobuf,application/json', mediaTypes.protobuf);
  check('application/vnd.kubernetes.protobuf;stream=watch', mediaTypes.protobuf);
  check(`${table('v1')},${table('v1beta1')},${json}`, json);
  check(table('v1'), undefined);
  check('text/plain', undefined);
});

test('what is remembered is bounded, and does not change answers', () => {
  for (let i = 0; i < 3 * limits.acceptMemoEntries; i++) {
    assert.equal(negotiated(`application/x${i}, application/yaml`, 'get'), 'yaml/none/v1');
  }
  assert.equal(negotiated(`${table('v1')},${table('v1beta1')},${json}`, 'get'), 'json/table/v1');
});

test('pretty is asked for by query, or by the tools of people', () => {
  const check = (query: string, userAgent: string, expected: boolean): void =>
    assert.equal(isPretty(new URLSearchParams(query), userAgent), expected, `${query} ${userAgent}`);
  check('', 'kubectl/v1.30.0', false);
  check('', 'curl/8.0', true);
  check('', 'Wget/1.21', true);
  check('', 'Mozilla/5.0 (X11)', true);
  check('pretty=true', 'kubectl/v1.30.0', true);
  check('pretty=1', '', true);
  check('pretty=false', 'curl/8.0', false);
  check('pretty=', 'curl/8.0', true);
  check('pretty=yes', 'curl/8.0', false);
});
