import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { endpointSliceDefinition } from './endpoint-slice-definition.ts';

const { strategy, columns } = endpointSliceDefinition;
const user = { name: 'ann', uid: '', groups: [], extra: {} };
const context = { nowMs: 0, user, dryRun: false, newUid: () => 'u', revision: 0 };
const slice = (fields: object, metadata: object = {}): KubeObject => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 's', namespace: 'n', ...metadata },
  addressType: 'IPv4',
  ...fields,
});
const texts = (errors: readonly { field: string; message: string }[]): string[] =>
  errors.map((error) => `${error.field}: ${error.message}`);

describe('rules', () => {
  function check(fields: object, expected: string[]): void {
    const made = slice(fields);
    const errors = [...(strategy.validateCreate?.(made) ?? []), ...(strategy.validate?.(made) ?? [])];
    assert.deepEqual(texts(errors), expected);
  }
  const of = (...addresses: readonly string[]): object => ({ endpoints: [{ addresses }] });
  test('an address', () => check(of('10.0.0.1'), []));
  test('no address', () =>
    check(of(), ['endpoints[0].addresses: Required value: must contain at least 1 address']));
  test('101 addresses', () =>
    check(of(...Array.from({ length: 101 }, () => '10.0.0.1')), [
      'endpoints[0].addresses: Too many: 101: must have at most 100 items',
    ]));
  test('of the wrong family', () =>
    check(of('fd00::1'), ['endpoints[0].addresses: Invalid value: "fd00::1": must be an IPv4 address']));
  test('in the canonical form', () =>
    check({ addressType: 'IPv6', ...of('FD00::1') }, [
      'endpoints[0].addresses[0]: Invalid value: "FD00::1": must be in canonical form ("fd00::1")',
    ]));
  test('nodes of hints are names, each once', () =>
    check({ endpoints: [{ addresses: ['10.0.0.1'], hints: { forNodes: [{ name: 'a' }, { name: 'a' }] } }] }, [
      'endpoints[0].hints.forNodes[1].name: Duplicate value: "a"',
    ]));
  test('zones of hints are few', () =>
    check(
      {
        endpoints: [
          {
            addresses: ['10.0.0.1'],
            hints: { forZones: Array.from({ length: 9 }, (_, i) => ({ name: `z${i}` })) },
          },
        ],
      },
      ['endpoints[0].hints.forZones: Too many: 9: must have at most 8 items'],
    ));
  test('names', () => check({ addressType: 'FQDN', ...of('a.example') }, []));
  test('no name of one part', () =>
    check({ addressType: 'FQDN', ...of('a') }, [
      'endpoints[0].addresses[0]: Invalid value: "a": should be a domain with at least two segments separated by dots',
    ]));
  test('no type', () => check({ addressType: '' }, ['addressType: Required value']));
  test('no type of before v1', () =>
    check({ addressType: 'IP' }, [
      'addressType: Unsupported value: "IP": supported values: "FQDN", "IPv4", "IPv6"',
    ]));
  test('names of ports differ', () =>
    check(
      {
        ports: [
          { name: '', protocol: 'TCP' },
          { name: '', protocol: 'TCP' },
        ],
      },
      ['ports[1].name: Duplicate value: ""'],
    ));
  test('a host is a label', () =>
    check({ endpoints: [{ addresses: ['10.0.0.1'], hostname: 'A' }] }, [
      "endpoints[0].hostname: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ]));
});

describe('updates', () => {
  function check(now: object, expected: string[]): void {
    assert.deepEqual(
      texts(strategy.validateUpdate?.(slice(now), slice({ addressType: 'IPv6' })) ?? []),
      expected,
    );
  }
  test('the type does not change', () =>
    check({ addressType: 'IPv4' }, ['addressType: Invalid value: "IPv4": field is immutable']));
  test('other labels are a new generation', () => {
    const made = slice({}, { labels: { a: 'b' }, generation: 3 });
    strategy.prepareForUpdate?.(made, slice({}, { generation: 3 }), context);
    assert.equal(made.metadata.generation, 4);
  });
  test('the same ones are not', () => {
    const made = slice({}, { labels: { a: 'b' }, generation: 3 });
    strategy.prepareForUpdate?.(made, structuredClone(made), context);
    assert.equal(made.metadata.generation, 3);
  });
});

describe('columns', () => {
  function check(fields: object, expected: unknown[]): void {
    assert.deepEqual(
      columns.slice(1, 4).map(({ value }) => value(slice(fields))),
      expected,
    );
  }
  test('nothing', () => check({}, ['IPv4', '<unset>', '<unset>']));
  test('all ports', () => check({ ports: [{}] }, ['IPv4', '*', '<unset>']));
  test('more than fit', () =>
    check({ endpoints: [{ addresses: ['a', 'b'] }, { addresses: ['c', 'd'] }], ports: [{ port: 1 }] }, [
      'IPv4',
      '1',
      'a,b,c + 1 more...',
    ]));
});
