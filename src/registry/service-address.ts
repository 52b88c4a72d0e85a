/**
 * Where the server of a Service can be reached. There is no cluster network here, so the addresses are those that the
 * objects of the service's own control plane name: an external name, or endpoints that are ready, from EndpointSlices or,
 * where there are none, from Endpoints. Source of rules and words: ResolveEndpoint and ResolveCluster of
 * kube-aggregator and apiserver/pkg/util/proxy.
 */
import { limits } from '../apimachinery/limits.ts';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import { notFound, serviceUnavailable } from '../apimachinery/status.ts';
import { labelsOf, parseRecord } from '../storage/record.ts';
import type { ObjectKey, Store, TenantId } from '../storage/store.ts';

export interface ServiceReference {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}
export interface ServiceAddress {
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
}

interface ServicePort {
  readonly name?: string;
  readonly port?: number;
}
interface EndpointPort {
  readonly name?: string;
  readonly port?: number;
}

/** One address, by chance. `random` is uniform in [0, 1). Throws 404 and 503. */
export function serviceAddress(
  store: Store,
  tenant: TenantId,
  { namespace, name, port }: ServiceReference,
  random: () => number,
): ServiceAddress {
  const services = { group: '', resource: 'services' };
  const service = objectAt(store, { ...services, tenant, namespace, name });
  if (service === undefined) throw notFound(services, name);
  const { type, externalName, ports } = (service.spec ?? {}) as {
    readonly type?: string;
    readonly externalName?: string;
    readonly ports?: readonly ServicePort[];
  };
  if (type === 'ExternalName' && externalName !== undefined) return { host: externalName, port };
  const wanted = ports?.find((each) => each.port === port);
  if (wanted === undefined) {
    throw serviceUnavailable(`no service port ${port} found for service "${name}"`);
  }
  const found = addressesOf(store, tenant, namespace, name, wanted.name ?? '');
  const address = found[Math.floor(random() * found.length)];
  if (address === undefined) throw serviceUnavailable(`no endpoints available for service "${name}"`);
  return address;
}

/**
 * Why a Service leads nowhere, as conditions of APIServices tell it; undefined where it has an address. Source: sync of
 * kube-aggregator/pkg/controllers/status/remote.
 */
export function serviceProblem(
  store: Store,
  tenant: TenantId,
  { namespace, name, port }: ServiceReference,
): { readonly reason: string; readonly message: string } | undefined {
  const service = objectAt(store, { tenant, group: '', resource: 'services', namespace, name });
  const shown = `service/${name} in ${JSON.stringify(namespace)}`;
  if (service === undefined) return { reason: 'ServiceNotFound', message: `${shown} is not present` };
  const { type, externalName, ports } = (service.spec ?? {}) as {
    readonly type?: string;
    readonly externalName?: string;
    readonly ports?: readonly ServicePort[];
  };
  if (type === 'ExternalName' && externalName !== undefined) return undefined;
  const wanted = ports?.find((each) => each.port === port);
  if (wanted === undefined) {
    return { reason: 'ServicePortError', message: `${shown} is not listening on port ${port}` };
  }
  const portName = wanted.name ?? '';
  if (addressesOf(store, tenant, namespace, name, portName).length > 0) return undefined;
  const hasEndpoints =
    slicesOf(store, tenant, namespace, name).length > 0 ||
    objectAt(store, { tenant, group: '', resource: 'endpoints', namespace, name }) !== undefined;
  return hasEndpoints
    ? {
        reason: 'MissingEndpoints',
        message: `endpointslices for ${shown} have no addresses with port name ${JSON.stringify(portName)}`,
      }
    : { reason: 'EndpointsNotFound', message: `cannot find endpointslices for ${shown}` };
}

function objectAt(store: Store, key: ObjectKey): KubeObject | undefined {
  const stored = store.get(key);
  return stored === undefined ? undefined : parseRecord(stored.record, stored.revision);
}

function addressesOf(
  store: Store,
  tenant: TenantId,
  namespace: string,
  name: string,
  portName: string,
): ServiceAddress[] {
  const found: ServiceAddress[] = [];
  for (const slice of slicesOf(store, tenant, namespace, name)) {
    const ports = (slice.ports ?? []) as readonly EndpointPort[];
    const port = ports.find((each) => (each.name ?? '') === portName)?.port;
    if (port === undefined) continue;
    const endpoints = (slice.endpoints ?? []) as readonly {
      readonly addresses?: readonly string[];
      readonly conditions?: { readonly ready?: boolean };
    }[];
    for (const { addresses = [], conditions } of endpoints) {
      if (conditions?.ready !== false) for (const host of addresses) found.push({ host, port });
    }
  }
  return found.length > 0 ? found : ofEndpoints(store, tenant, namespace, name, portName);
}

function slicesOf(store: Store, tenant: TenantId, namespace: string, name: string): KubeObject[] {
  const found: KubeObject[] = [];
  const query = { tenant, group: 'discovery.k8s.io', resource: 'endpointslices', namespace };
  let after: { namespace: string; name: string } | undefined;
  do {
    const page = store.range({
      ...query,
      maxEntries: limits.rangeStepRows,
      maxBytes: limits.listStepBytes,
      ...(after === undefined ? {} : { after }),
    });
    for (const { record, revision } of page.entries) {
      if (labelsOf(record)['kubernetes.io/service-name'] !== name) continue;
      found.push(parseRecord(record, revision));
      if (found.length === limits.serviceSlices) return found;
    }
    after = page.next;
  } while (after !== undefined);
  return found;
}

function ofEndpoints(
  store: Store,
  tenant: TenantId,
  namespace: string,
  name: string,
  portName: string,
): ServiceAddress[] {
  const endpoints = objectAt(store, { tenant, group: '', resource: 'endpoints', namespace, name });
  const subsets = (endpoints?.subsets ?? []) as readonly {
    readonly addresses?: readonly { readonly ip?: string }[];
    readonly ports?: readonly EndpointPort[];
  }[];
  return subsets.flatMap(({ addresses = [], ports = [] }) => {
    const port = ports.find((each) => (each.name ?? '') === portName)?.port;
    if (port === undefined) return [];
    return addresses.flatMap(({ ip }) => (ip === undefined ? [] : [{ host: ip, port }]));
  });
}
