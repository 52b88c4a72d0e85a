/** Discovery and the documents beside it. Only groups whose every kind is served are compared whole. */
import { type Case, get } from '../case.ts';

const aggregated = (version: string) => ({
  accept: `application/json;as=APIGroupDiscoveryList;v=${version};g=apidiscovery.k8s.io,application/json`,
});

export const discoveryCases: readonly Case[] = [
  {
    name: 'discovery of groups served whole',
    requests: [
      ...['rbac.authorization.k8s.io', 'events.k8s.io', 'discovery.k8s.io', 'certificates.k8s.io'].flatMap(
        (name) => [get(`/apis/${name}`), get(`/apis/${name}/v1`), get(`/apis/${name}/v1/`)],
      ),
      get('/apis/coordination.k8s.io'),
      get('/apis/coordination.k8s.io/v1'),
      get('/apis/authentication.k8s.io/v1'),
      get('/apis/authorization.k8s.io/v1'),
      get('/apis/apiregistration.k8s.io/v1'),
      get('/apis/flowcontrol.apiserver.k8s.io/v1'),
      get('/apis/admissionregistration.k8s.io/v1'),
      get('/apis/rbac.authorization.k8s.io/v1', { accept: 'application/yaml' }),
      get('/apis/rbac.authorization.k8s.io/v1', { accept: 'text/html' }),
      get('/apis/rbac.authorization.k8s.io/v1', aggregated('v2')),
    ],
  },
  {
    name: 'refusals of discovery',
    requests: [
      get('/api', aggregated('v9')),
      get('/apis', { accept: 'text/html' }),
      get('/api', { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }),
      get('/version', { accept: 'text/html' }),
      get('/openapi/v2', { accept: 'text/html' }),
      get('/openapi/v3/apis/nope/v1'),
      get('/openapi/v3/nope'),
      get('/healthz'),
      get('/livez'),
      get('/readyz'),
      get('/livez/ping'),
      get('/healthz/nope'),
      get('/healthz?verbose=false'),
      get('/healthz/ping'),
    ],
  },
];
