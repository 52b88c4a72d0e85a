/** An extension API server that the platform has registered: its Service, its APIService, and both found to be there. */
import type { ApiServer } from '../api-client.ts';
import { condition, type Manifest, must, until } from './control-planes.ts';
import { ExtensionServer } from './extension-server.ts';

export const apiServices = '/apis/apiregistration.k8s.io/v1/apiservices';

/** At this machine, whatever the port. */
export const externalService = (name: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { type: 'ExternalName', externalName: 'localhost' },
});

/** That v1 of a group is served by an extension behind the Service `stars`; `more` has further fields. */
export const apiService = (extension: ExtensionServer, group: string, more: Manifest = {}): Manifest => ({
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name: `v1.${group}`, ...more.metadata },
  spec: {
    group,
    version: 'v1',
    groupPriorityMinimum: 1500,
    versionPriority: 10,
    caBundle: extension.caBundle,
    service: { namespace: 'default', name: 'stars', port: extension.port },
    ...more.spec,
  },
});

/** Waits until the condition of an APIService is as told, in the control plane under `root`. */
export async function available(
  server: ApiServer,
  group: string,
  status: string,
  root = '',
): Promise<Manifest> {
  const isSo = ({ json }: { json: unknown }): boolean => condition(json, 'Available')?.status === status;
  return (await until(server, `${root}${apiServices}/v1.${group}`, isSo, `Available=${status}`)).json;
}

export async function registeredExtension(
  server: ApiServer,
  group: string,
  metadata: object = {},
): Promise<ExtensionServer> {
  const published = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';
  const { data } = await must(server.get(published), 200);
  const extension = await ExtensionServer.start({
    group,
    service: { namespace: 'default', name: 'stars' },
    frontProxyCa: data['requestheader-client-ca-file'],
  });
  await must(server.post('/api/v1/namespaces/default/services', externalService('stars')), 201);
  await must(server.post(apiServices, apiService(extension, group, { metadata })), 201);
  await available(server, group, 'True');
  return extension;
}
