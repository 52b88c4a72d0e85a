/**
 * The definitions of well-known operators, installed as their manuals say: applied where the annotation of client-side
 * apply has room for them, else applied by the server or created. Then their objects, and the way back.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { manifest, type Script, type Step } from '../script.ts';

/** Annotations of an object may have 256 KiB; the JSON of a manifest is never longer than its YAML here. */
const appliedBytesMax = 256 * 1024;
const flux = 'source.toolkit.fluxcd.io';

const ofCertManager = (name: string): object => ({
  apiVersion: 'cert-manager.io/v1',
  kind: 'Certificate',
  metadata: { name },
  spec: { secretName: 'web-tls', dnsNames: ['web.example.com'], issuerRef: { name: 'letsencrypt' } },
});

const ofArgoCd = (name: string): object => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name },
  spec: {
    project: 'default',
    source: { repoURL: 'https://example.com/guestbook.git', path: 'guestbook', targetRevision: 'HEAD' },
    destination: { server: 'https://kubernetes.default.svc', namespace: 'guestbook' },
  },
});

interface Sample {
  readonly type: string;
  readonly name: string;
}
const samples: readonly Sample[] = [
  { type: 'bucket', name: 'bucket-sample' },
  { type: 'gitrepository', name: 'gitrepository-sample' },
  { type: 'helmchart', name: 'helmchart-git-sample' },
  { type: 'helmchart', name: 'helmchart-sample' },
  { type: 'helmchart', name: 'helmchart-sample-oci' },
  { type: 'helmrepository', name: 'helmrepository-sample' },
  { type: 'helmrepository', name: 'helmrepository-sample-oci' },
  { type: 'ocirepository', name: 'ocirepository-sample' },
];
const fluxTypes = [...new Set(samples.map(({ type }) => type))];

/** Both are folders of manifests. */
export function operatorDefinitions(crds: string, gatewayApi: string): Script {
  const manifestsIn = (folder: string): string[] =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.yaml'))
      .sort()
      .map((file) => join(folder, file));
  const fluxManifests = manifestsIn(join(crds, 'flux-source-controller'));
  const isSample = (file: string): boolean => file.includes('source_v1_');
  const fluxSamples = fluxManifests.filter(isSample);
  const fluxDefinitions = fluxManifests.filter((file) => !isSample(file));
  const definitions = [
    ...manifestsIn(join(gatewayApi, 'crds')),
    ...manifestsIn(join(crds, 'cert-manager')),
    ...fluxDefinitions,
  ];
  const isLarge = (file: string): boolean => statSync(file).size > appliedBytesMax;
  const files = (some: readonly string[]): string[] => some.flatMap((file) => ['-f', file]);
  const small = files(definitions.filter((file) => !isLarge(file)));
  const large = files(definitions.filter(isLarge));
  const argoCd = files(manifestsIn(join(crds, 'argo-cd')));
  const again = files(fluxDefinitions);
  const all = [...small, ...large, ...argoCd];
  const established = (some: readonly string[]): Step => ({
    kubectl: ['wait', '--for=condition=Established', '--timeout=10s', ...some],
    stdout: some.filter((word) => word !== '-f').map(() => 'condition met'),
  });
  return {
    name: 'operator-definitions',
    steps: [
      { kubectl: ['apply', ...small], stdout: `gitrepositories.${flux} created` },
      { kubectl: ['apply', '--server-side', ...large], stdout: 'issuers.cert-manager.io serverside-applied' },
      { kubectl: ['create', ...argoCd], stdout: 'applications.argoproj.io created' },
      established(all),
      // Nothing is left to do the second time.
      {
        kubectl: ['apply', ...small],
        stdout: `gitrepositories.${flux} unchanged`,
        absent: [/configured|created/],
      },
      { kubectl: ['apply', '--server-side', ...large], stdout: 'issuers.cert-manager.io serverside-applied' },

      {
        kubectl: ['apply', ...files(fluxSamples)],
        stdout: samples.map(({ type, name }) => `${type}.${flux}/${name} created`),
      },
      { kubectl: ['apply', ...files(fluxSamples)], absent: [/configured|created/] },
      {
        kubectl: 'apply -f -',
        stdin: manifest(ofCertManager('web'), ofArgoCd('guestbook')),
        stdout: ['certificate.cert-manager.io/web created', 'application.argoproj.io/guestbook created'],
      },
      {
        kubectl: ['get', '-o', 'name', ...files(fluxSamples)],
        stdout: samples.map(({ type, name }) => `${type}.${flux}/${name}`),
      },
      {
        kubectl: 'get gitrepo',
        stdout: [
          /^NAME +URL +AGE +READY +STATUS$/m,
          /^gitrepository-sample +https:\/\/github\.com\/stefanprodan\/podinfo +\d+s *$/m,
        ],
      },
      {
        kubectl: 'get hc helmchart-sample',
        stdout: [
          /^NAME +CHART +VERSION +SOURCE KIND +SOURCE NAME +AGE +READY +STATUS$/m,
          /^helmchart-sample +podinfo +6\.x +HelmRepository +helmrepository-sample +\d+s *$/m,
        ],
      },
      {
        kubectl: 'get cert web -o wide',
        stdout: [
          /^NAME +READY +SECRET +ISSUER +STATUS +EXPIRATION +AGE$/m,
          /^web +web-tls +letsencrypt +\d+s$/m,
        ],
      },
      { kubectl: 'get app guestbook', stdout: /^NAME +SYNC STATUS +HEALTH STATUS$/m },
      // What the schema has as a default, and what its rules refuse.
      {
        kubectl: 'get bucket bucket-sample -o json',
        fields: { 'spec.provider': 'generic', 'spec.timeout': '60s' },
      },
      {
        kubectl: ['patch', 'bucket', 'bucket-sample', '--type=merge', '-p', '{"spec":{"interval":"soon"}}'],
        exit: 1,
        stderr: /spec\.interval: Invalid value: "soon": spec\.interval in body should match/,
      },
      {
        kubectl: 'explain gitrepository.spec.ref.semver',
        stdout: [
          /^KIND: +GitRepository$/m,
          /^FIELD: +semver +<string>$/m,
          'SemVer tag expression to check out',
        ],
      },
      {
        kubectl: 'explain issuer.spec.acme.solvers.dns01.route53.auth.kubernetes.serviceAccountRef.audiences',
        stdout: [/^KIND: +Issuer$/m, /^FIELD: +audiences +<\[\]string>$/m],
      },
      {
        kubectl: 'explain httproute.spec.rules.backendRefs.filters.requestMirror.backendRef.port',
        stdout: [/^FIELD: +port +<integer>$/m],
      },

      // What held the objects is gone, and they with it: nothing of them comes back with the definitions.
      { kubectl: ['delete', '--timeout=30s', ...all], stdout: `"gitrepositories.${flux}" deleted` },
      { kubectl: 'get gitrepo', exit: 1, stderr: 'the server could not find the requested resource' },
      { kubectl: ['create', ...again] },
      established(again),
      { kubectl: `get ${fluxTypes.join()} -A`, stderr: 'No resources found' },
      { kubectl: ['delete', '--timeout=30s', ...again], stdout: 'deleted' },
      { kubectl: 'get crds', stderr: 'No resources found' },
    ],
  };
}
