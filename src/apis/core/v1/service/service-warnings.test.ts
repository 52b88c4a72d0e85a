import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serviceWarnings } from './service-warnings.ts';

function check(spec: object, expected: string[], annotations: Record<string, string> = {}): void {
  const metadata = { name: 's', annotations };
  assert.deepEqual(serviceWarnings({ apiVersion: 'v1', kind: 'Service', metadata, spec }), expected);
}
const headless = { type: 'ClusterIP', clusterIP: 'None', sessionAffinity: 'None' };
const canonical = (field: string, what: string): string =>
  `${field}: ${what} should be in RFC 5952 canonical format`;

test('nothing to say', () => check({ type: 'ClusterIP', sessionAffinity: 'None' }, []));
test('no spec', () => check({}, []));
test('the old annotation of hints', () =>
  check(
    { type: 'ClusterIP' },
    [
      'annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead',
    ],
    { 'service.kubernetes.io/topology-aware-hints': 'auto' },
  ));
test('what headless services have no use for', () =>
  check({ ...headless, sessionAffinity: 'ClientIP', externalIPs: ['1.2.3.4'], loadBalancerIP: '1.2.3.4' }, [
    'spec.loadBalancerIP is ignored for headless services',
    'spec.externalIPs is ignored for headless services',
    'spec.SessionAffinity is ignored for headless services',
  ]));
test('external addresses', () =>
  check({ type: 'ClusterIP', externalIPs: ['1.2.3.4'] }, [
    'spec.externalIPs is deprecated and may no longer be implemented in some clusters',
  ]));
test('external addresses of a name', () =>
  check({ type: 'ExternalName', externalName: 'a.b', externalIPs: ['1.2.3.4'] }, [
    'spec.externalIPs is ignored when spec.type is "ExternalName"',
  ]));
test('a name of an address', () =>
  check({ type: 'ClusterIP', externalName: 'a.b' }, [
    'spec.externalName is ignored when spec.type is not "ExternalName"',
  ]));
test('the old distribution', () =>
  check({ ...headless, trafficDistribution: 'PreferClose' }, [
    'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
  ]));
test('addresses and blocks in another form, in their order', () =>
  check(
    {
      type: 'LoadBalancer',
      clusterIPs: ['FD00::1'],
      loadBalancerSourceRanges: ['FD00::/8'],
      loadBalancerIP: '010.0.0.1',
    },
    [
      `${canonical('spec.clusterIPs[0]', 'IPv6 address "FD00::1"')} ("fd00::1")`,
      'spec.loadBalancerIP: non-standard IP address "010.0.0.1" is invalid: use "10.0.0.1"',
      `${canonical('spec.loadBalancerSourceRanges[0]', 'IPv6 CIDR value "FD00::/8"')} ("fd00::/8")`,
    ],
  ));
