/** Services, their endpoints, and quotas, as kubectl makes, shows, applies and refuses them. */
import { manifest, type Script } from '../script.ts';

const service = (...ports: readonly number[]): string =>
  manifest({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'applied', labels: { app: 'web' } },
    spec: { selector: { app: 'web' }, ports: ports.map((port) => ({ name: `p${port}`, port })) },
  });
const endpoints = manifest({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'applied' },
  subsets: [{ addresses: [{ ip: '10.1.2.3' }], ports: [{ port: 8080 }] }],
});
const slice = manifest({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'applied', labels: { 'kubernetes.io/service-name': 'applied' } },
  addressType: 'IPv4',
  endpoints: [{ addresses: ['10.1.2.3'], conditions: { ready: true } }],
  ports: [{ port: 8080 }],
});
const quota = (configMaps: string): string =>
  manifest({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'applied' },
    spec: { hard: { 'count/leases.coordination.k8s.io': configMaps } },
  });

export const servicesAndQuotas: Script = {
  name: 'services',
  steps: [
    { kubectl: 'cluster-info', stdout: /control plane.* is running at/ },

    { kubectl: 'create service clusterip inner --tcp=80:8080', stdout: 'service/inner created' },
    {
      kubectl: 'get svc inner -o json',
      fields: {
        'spec.type': 'ClusterIP',
        'spec.clusterIP': 'absent',
        'spec.ports.0': { name: '80-8080', port: 80, protocol: 'TCP', targetPort: 8080 },
        'spec.sessionAffinity': 'None',
        'spec.internalTrafficPolicy': 'Cluster',
        status: { loadBalancer: {} },
      },
    },
    {
      kubectl: 'get svc inner -o wide',
      stdout: [
        /^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE +SELECTOR$/m,
        /^inner +ClusterIP +<none> +<none> +80\/TCP +\S+ +app=inner$/m,
      ],
    },
    { kubectl: 'create service nodeport outer --tcp=80', stdout: 'service/outer created' },
    { kubectl: 'create service loadbalancer lb --tcp=443', stdout: 'service/lb created' },
    { kubectl: 'get svc lb', stdout: /^lb +LoadBalancer +<none> +<pending> +443\/TCP/m },
    {
      kubectl: 'create service externalname far --external-name=far.example.com',
      stdout: 'service/far created',
    },
    { kubectl: 'get svc far', stdout: /^far +ExternalName +<none> +far\.example\.com +<none>/m },
    { kubectl: 'create service clusterip headless --clusterip=None', stdout: 'service/headless created' },
    { kubectl: 'get svc headless -o json', fields: { 'spec.clusterIPs': ['None'] } },
    {
      kubectl: 'expose service inner --name=exposed --port=81 --target-port=8081',
      stdout: 'service/exposed exposed',
    },
    {
      kubectl: 'get svc exposed -o json',
      fields: { 'spec.selector': { app: 'inner' }, 'spec.ports.0.port': 81 },
    },
    { kubectl: 'describe svc inner', stdout: [/^Type: +ClusterIP$/m, /^TargetPort: +8080\/TCP$/m] },
    { kubectl: 'set selector svc inner app=other', stdout: 'service/inner selector updated' },
    { kubectl: 'get svc --field-selector spec.type=ExternalName -o name', stdout: /^service\/far\n?$/ },
    {
      kubectl: 'create service clusterip 1bad --tcp=80',
      exit: 1,
      stderr: /Service "1bad" is invalid: metadata\.name: Invalid value: "1bad": a DNS-1035 label/,
    },

    { kubectl: 'apply -f -', stdin: service(80, 81), stdout: 'service/applied created' },
    { kubectl: 'diff -f -', stdin: service(80, 81), stdout: /^$/ },
    { kubectl: 'apply -f -', stdin: service(80), stdout: 'service/applied configured' },
    { kubectl: 'get svc applied -o json', fields: { 'spec.ports.length': 1 } },
    {
      kubectl: ['patch', 'svc', 'applied', '-p', '{"spec":{"ports":[{"port":80,"targetPort":9}]}}'],
      stdout: 'patched',
    },
    { kubectl: 'get svc applied -o json', fields: { 'spec.ports.length': 1, 'spec.ports.0.targetPort': 9 } },

    { kubectl: 'apply -f -', stdin: endpoints, stdout: 'endpoints/applied created' },
    { kubectl: 'diff -f -', stdin: endpoints, stdout: /^$/ },
    { kubectl: 'get endpoints applied', stdout: [/^NAME +ENDPOINTS +AGE$/m, /^applied +10\.1\.2\.3:8080/m] },
    { kubectl: 'apply -f -', stdin: slice, stdout: 'endpointslice.discovery.k8s.io/applied created' },
    { kubectl: 'diff -f -', stdin: slice, stdout: /^$/ },
    {
      kubectl: 'get endpointslices applied',
      stdout: [/^NAME +ADDRESSTYPE +PORTS +ENDPOINTS +AGE$/m, /^applied +IPv4 +8080 +10\.1\.2\.3/m],
    },
    { kubectl: 'get all -o name', stdout: ['service/inner', 'service/applied'] },

    { kubectl: 'create configmap one', stdout: 'created' },
    { kubectl: 'create quota own --hard=configmaps=2,secrets=5', stdout: 'resourcequota/own created' },
    {
      kubectl: 'get quota own -o json',
      fields: { 'status.used': { configmaps: '1', secrets: '0' } },
      eventually: true,
    },
    {
      kubectl: 'get quota own',
      stdout: [/^NAME +(AGE +)?REQUEST +LIMIT/m, /configmaps: 1\/2, secrets: 0\/5/],
    },
    { kubectl: 'describe quota own', stdout: [/^configmaps +1 +2$/m, /^secrets +0 +5$/m] },
    { kubectl: 'create configmap two', stdout: 'created' },
    {
      kubectl: 'create configmap three',
      exit: 1,
      stderr:
        'configmaps "three" is forbidden: exceeded quota: own, requested: configmaps=1, used: configmaps=2, limited: configmaps=2',
    },
    { kubectl: 'delete configmap one', stdout: 'deleted' },
    { kubectl: 'create configmap three', stdout: 'created', eventually: true },
    { kubectl: 'apply -f -', stdin: quota('1000'), stdout: 'resourcequota/applied created' },
    { kubectl: 'diff -f -', stdin: quota('1k'), stdout: /^$/ },
    {
      kubectl: 'get quota applied -o json',
      fields: { 'status.hard': { 'count/leases.coordination.k8s.io': '1k' } },
      eventually: true,
    },
    {
      kubectl: 'create quota bad --hard=widgets=1',
      exit: 1,
      stderr: 'must be a standard resource for quota',
    },
    { kubectl: 'explain quota.spec.hard', stdout: /hard/ },
    { kubectl: 'delete svc --all', stdout: 'deleted' },
  ],
};
