import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { serviceDefinition } from './service-definition.ts';
import { validateServiceStatus } from './service-validation.ts';

const { strategy, columns } = serviceDefinition;
const user = { name: 'ann', uid: '', groups: [], extra: {} };
const context = { nowMs: 0, user, dryRun: false, newUid: () => 'u', revision: 0 };

const bare = (spec: object, rest: object = {}): KubeObject =>
  structuredClone({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec, ...rest });
/** As it is when it gets validated. */
function service(spec: object, rest: object = {}): KubeObject {
  const made = bare(spec, rest);
  strategy.defaults?.(made);
  return made;
}
const port = { port: 80, protocol: 'TCP', targetPort: 80 };

describe('defaults', () => {
  function check(spec: object, expected: object): void {
    const made = service(spec);
    assert.deepEqual(made.spec, expected);
    const again = structuredClone(made);
    strategy.defaults?.(again);
    assert.deepEqual(again, made);
  }
  const common = { sessionAffinity: 'None', type: 'ClusterIP', internalTrafficPolicy: 'Cluster' };

  test('no address is given out', () => check({ ports: [{ port: 80 }] }, { ...common, ports: [port] }));
  test('a target port is kept', () =>
    check(
      { ports: [{ port: 80, targetPort: 'web' }] },
      { ...common, ports: [{ ...port, targetPort: 'web' }] },
    ));
  test('a protocol is kept', () =>
    check({ ports: [{ ...port, protocol: 'UDP' }] }, { ...common, ports: [{ ...port, protocol: 'UDP' }] }));
  test('headless stays headless', () => check({ clusterIP: 'None' }, { ...common, clusterIP: 'None' }));
  test('an external name has no policy', () =>
    check(
      { type: 'ExternalName', externalName: 'a.b' },
      { type: 'ExternalName', externalName: 'a.b', sessionAffinity: 'None' },
    ));
  test('a load balancer', () =>
    check(
      { type: 'LoadBalancer' },
      {
        ...common,
        type: 'LoadBalancer',
        externalTrafficPolicy: 'Cluster',
        allocateLoadBalancerNodePorts: true,
      },
    ));
  test('a node port', () =>
    check({ type: 'NodePort' }, { ...common, type: 'NodePort', externalTrafficPolicy: 'Cluster' }));
  test('external addresses', () =>
    check(
      { externalIPs: ['10.0.0.1'] },
      { ...common, externalIPs: ['10.0.0.1'], externalTrafficPolicy: 'Cluster' },
    ));
  test('clients that stick', () =>
    check(
      { sessionAffinity: 'ClientIP' },
      {
        ...common,
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } },
      },
    ));
  test('clients that do not stick need no configuration', () =>
    check({ sessionAffinityConfig: { clientIP: {} } }, common));
});

describe('rules', () => {
  function check(spec: object, expected: string[], rest: object = {}): void {
    const errors = strategy.validate?.(service(spec, rest)) ?? [];
    assert.deepEqual(
      errors.map((error) => `${error.field}: ${error.message}`),
      expected,
    );
  }
  const ports = [port];
  const onlyBalanced = "Forbidden: may only be used when `type` is 'LoadBalancer'";

  test('a port', () => check({ ports }, []));
  test('no port', () => check({}, ['spec.ports: Required value']));
  test('none when headless', () => check({ clusterIP: 'None', clusterIPs: ['None'] }, []));
  test('several ports need names', () =>
    check({ ports: [port, { ...port, port: 81, name: 'b' }] }, ['spec.ports[0].name: Required value']));
  test('names differ', () =>
    check(
      {
        ports: [
          { ...port, name: 'a' },
          { ...port, port: 81, name: 'a' },
        ],
      },
      ['spec.ports[1].name: Duplicate value: "a"'],
    ));
  test('numbers with protocols differ', () =>
    check(
      {
        ports: [
          { ...port, name: 'a' },
          { ...port, name: 'b' },
        ],
      },
      [
        'spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}',
      ],
    ));
  test('one number for two protocols', () =>
    check(
      {
        ports: [
          { ...port, name: 'a' },
          { ...port, name: 'b', protocol: 'UDP' },
        ],
      },
      [],
    ));
  test('bounds of a port', () =>
    check({ ports: [{ port: 65_536 }] }, [
      'spec.ports[0].port: Invalid value: 65536: must be between 1 and 65535, inclusive',
      'spec.ports[0].targetPort: Invalid value: 65536: must be between 1 and 65535, inclusive',
    ]));
  test('a target by name', () =>
    check({ ports: [{ port: 80, targetPort: 'not_a_name' }] }, [
      'spec.ports[0].targetPort: Invalid value: "not_a_name": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
    ]));
  test('protocols', () =>
    check({ ports: [{ ...port, protocol: 'ICMP' }] }, [
      'spec.ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
    ]));
  test('types', () =>
    check({ ports, type: 'Magic' }, [
      'spec.type: Unsupported value: "Magic": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    ]));
  test('no node port where nodes have none', () =>
    check({ ports: [{ ...port, nodePort: 30_000 }] }, [
      "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
    ]));
  test('a selector is of labels', () =>
    check({ ports, selector: { a: 'b c' } }, [
      "spec.selector: Invalid value: \"b c\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ]));
  test('an external name', () => check({ type: 'ExternalName', externalName: 'a.example.com.' }, []));
  test('no external name', () => check({ type: 'ExternalName' }, ['spec.externalName: Required value']));
  test('an external name has no address', () =>
    check({ type: 'ExternalName', externalName: 'a', clusterIPs: ['10.0.0.1'] }, [
      'spec.clusterIPs: Forbidden: may not be set for ExternalName services',
    ]));
  test('no headless load balancer', () =>
    check({ ports, type: 'LoadBalancer', clusterIP: 'None', clusterIPs: ['None'] }, [
      'spec.clusterIPs[0]: Invalid value: "None": may not be set to \'None\' for LoadBalancer services',
    ]));
  test('affinities', () =>
    check({ ports, sessionAffinity: 'Always' }, [
      'spec.sessionAffinity: Unsupported value: "Always": supported values: "ClientIP", "None"',
    ]));
  test('how long clients stick', () =>
    check(
      {
        ports,
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 86_401 } },
      },
      [
        'spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400',
      ],
    ));
  test('an address as given', () => check({ ports, clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'] }, []));
  test('the first address is the address', () =>
    check({ ports, clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.2'] }, [
      'spec.clusterIPs: Invalid value: ["10.0.0.2"]: first value must match `clusterIP`',
    ]));
  test('addresses', () =>
    check({ ports, clusterIP: 'x', clusterIPs: ['x'] }, [
      'spec.clusterIPs[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    ]));
  test('one address of a family', () =>
    check({ ports, clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1', '10.0.0.2'] }, [
      'spec.clusterIPs: Invalid value: ["10.0.0.1","10.0.0.2"]: may specify no more than one IP for each IP family',
    ]));
  test('addresses are of their families', () =>
    check({ ports, clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ipFamilies: ['IPv6'] }, [
      'spec.clusterIPs[0]: Invalid value: "10.0.0.1": expected an IPv6 value as indicated by `ipFamilies[0]`',
    ]));
  test('families differ', () =>
    check({ ports, ipFamilies: ['IPv4', 'IPv4'] }, ['spec.ipFamilies[1]: Duplicate value: "IPv4"']));
  test('external addresses mean somebody', () =>
    check({ ports, externalIPs: ['127.0.0.1'] }, [
      'spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
    ]));
  test('ranges are for load balancers', () =>
    check({ ports, loadBalancerSourceRanges: ['x'] }, [
      `spec.LoadBalancerSourceRanges: ${onlyBalanced}`,
      'spec.LoadBalancerSourceRanges[0]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
    ]));
  test('so is their class', () =>
    check({ ports, loadBalancerClass: 'a/b' }, [`spec.loadBalancerClass: ${onlyBalanced}`]));
  test('a local load balancer needs no health port', () =>
    check({ ports, type: 'LoadBalancer', externalTrafficPolicy: 'Local' }, []));
  test('a policy for outside needs an outside', () =>
    check({ ports, externalTrafficPolicy: 'Local' }, [
      'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
    ]));
  test('policies', () =>
    check({ ports, internalTrafficPolicy: 'Far' }, [
      'spec.internalTrafficPolicy: Unsupported value: "Far": supported values: "Cluster", "Local"',
    ]));
  test('a name starts with a letter', () => assert.equal(strategy.validateName?.('1a').length, 1));
});

describe('updates', () => {
  const common = { sessionAffinity: 'None', type: 'ClusterIP', internalTrafficPolicy: 'Cluster' };
  function check(before: object, now: object, expected: object): void {
    const made = service(now);
    strategy.prepareForUpdate?.(made, service(before), context);
    assert.deepEqual(made.spec, expected);
  }
  const addressed = { ports: [port], clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'] };
  test('an address that is not said is kept', () =>
    check(addressed, { ports: [port] }, { ...common, ...addressed }));
  test('a node port that is not said is kept', () =>
    check(
      { type: 'NodePort', ports: [{ ...port, name: 'a', nodePort: 30_000 }] },
      { type: 'NodePort', ports: [{ ...port, name: 'a', port: 81 }] },
      {
        ...common,
        type: 'NodePort',
        externalTrafficPolicy: 'Cluster',
        ports: [{ ...port, name: 'a', port: 81, nodePort: 30_000 }],
      },
    ));
  test('what the new type has no use for goes', () =>
    check(
      { ...addressed, type: 'NodePort', ports: [{ ...port, nodePort: 30_000 }] },
      { ports: [{ ...port, nodePort: 30_000 }], externalTrafficPolicy: 'Cluster' },
      { ...common, ...addressed },
    ));
  test('an external name gives up its address', () =>
    check(
      addressed,
      { ...addressed, type: 'ExternalName', externalName: 'a' },
      { ports: [port], type: 'ExternalName', externalName: 'a', sessionAffinity: 'None' },
    ));

  function checkErrors(before: object, now: object, expected: string[]): void {
    const errors = strategy.validateUpdate?.(service(now), service(before)) ?? [];
    assert.deepEqual(
      errors.map((error) => `${error.field}: ${error.message}`),
      expected,
    );
  }
  test('an address does not change', () =>
    checkErrors(addressed, { ...addressed, clusterIP: '10.0.0.2', clusterIPs: ['10.0.0.2'] }, [
      'spec.clusterIPs[0]: Invalid value: ["10.0.0.2"]: may not change once set',
    ]));
  test('one may come', () => checkErrors({ ports: [port] }, addressed, []));
  test('the class of a load balancer does not change', () =>
    checkErrors({ type: 'LoadBalancer', loadBalancerClass: 'a/b' }, { type: 'LoadBalancer' }, [
      'spec.loadBalancerClass: Invalid value: null: may not change once set',
    ]));
});

describe('creation', () => {
  test('one address is all addresses', () => {
    const made = service({ clusterIP: '10.0.0.1' });
    strategy.prepareForCreate?.(made, context);
    assert.deepEqual(made.spec?.clusterIPs, ['10.0.0.1']);
  });
  test('status starts empty', () => {
    const made = service({}, { status: { loadBalancer: { ingress: [{ ip: '10.0.0.1' }] } } });
    strategy.prepareForCreate?.(made, context);
    assert.deepEqual(made.status, { loadBalancer: {} });
  });
});

describe('status', () => {
  function check(type: string, ingress: object, expected: string[]): void {
    const made = service({ type }, { status: { loadBalancer: { ingress: [ingress] } } });
    const errors = validateServiceStatus(made);
    assert.deepEqual(
      errors.map((error) => `${error.field.replace('status.loadBalancer.', '')}: ${error.message}`),
      expected,
    );
  }
  test('an address', () => check('LoadBalancer', { ip: '10.0.0.1' }, []));
  test('only of a load balancer', () =>
    check('ClusterIP', { ip: '10.0.0.1' }, [
      "ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'",
    ]));
  test('a host is a name', () =>
    check('LoadBalancer', { hostname: '10.0.0.1' }, [
      'ingress[0].hostname: Invalid value: "10.0.0.1": must be a DNS name, not an IP address',
    ]));
  test('modes', () =>
    check('LoadBalancer', { ip: '10.0.0.1', ipMode: 'x' }, [
      'ingress[0].ipMode: Unsupported value: "x": supported values: "Proxy", "VIP"',
    ]));
});

describe('columns', () => {
  function check(spec: object, expected: unknown[], rest: object = {}): void {
    const made = service(spec, rest);
    const cells = columns.filter(({ name }) => name !== 'Age').map(({ value }) => value(made));
    assert.deepEqual(cells, ['s', ...expected]);
  }
  test('nothing given', () => check({}, ['ClusterIP', '<none>', '<none>', '<none>', '<none>']));
  test('ports and selector', () =>
    check({ ports: [port, { ...port, port: 81, nodePort: 3 }], selector: { b: 'c', a: 'd' } }, [
      'ClusterIP',
      '<none>',
      '<none>',
      '80/TCP,81:3/TCP',
      'a=d,b=c',
    ]));
  test('an external name', () =>
    check({ type: 'ExternalName', externalName: 'x.y' }, [
      'ExternalName',
      '<none>',
      'x.y',
      '<none>',
      '<none>',
    ]));
  test('a load balancer that is awaited', () =>
    check({ type: 'LoadBalancer' }, ['LoadBalancer', '<none>', '<pending>', '<none>', '<none>']));
  test('a load balancer that is there', () =>
    check(
      { type: 'LoadBalancer', externalIPs: ['10.0.0.3'] },
      ['LoadBalancer', '<none>', '10.0.0.1,b.example,10.0.0.3', '<none>', '<none>'],
      { status: { loadBalancer: { ingress: [{ hostname: 'b.example' }, { ip: '10.0.0.1' }] } } },
    ));
});
