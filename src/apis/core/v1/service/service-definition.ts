/** Service, core/v1: a record that platforms and clients read; nothing is routed or allocated for it. */
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { ageColumn, nameColumn } from '../../../columns.ts';
import { statusSubresource } from '../../../status-subresource.ts';
import { objectVerbs } from '../../../verbs.ts';
import {
  type ServicePort,
  type ServiceSpec,
  type ServiceStatus,
  serviceDescription,
  serviceSchema,
} from './service-schema.ts';
import { serviceStrategy } from './service-strategy.ts';
import { validateServiceStatus } from './service-validation.ts';

export const serviceDefinition: ResourceDefinition = {
  group: '',
  resource: 'services',
  singular: 'service',
  kind: 'Service',
  listKind: 'ServiceList',
  shortNames: ['svc'],
  categories: ['all'],
  scope: 'Namespaced',
  description: serviceDescription,
  verbs: objectVerbs,
  contexts: ['Platform', 'Project'],
  versions: [{ version: 'v1', schema: serviceSchema }],
  storage: { group: '', version: 'v1', kind: 'Service', resource: 'services' },
  strategy: serviceStrategy,
  subresources: [statusSubresource({ metadata: 'written', validate: validateServiceStatus })],
  columns: [
    nameColumn,
    {
      name: 'Type',
      type: 'string',
      description: 'How the service is reached.',
      value: (service) => service.spec?.type ?? '',
    },
    {
      name: 'Cluster-IP',
      type: 'string',
      description: 'Main address of the service, if it was given one.',
      value: (service) => service.spec?.clusterIPs?.[0] ?? '<none>',
    },
    {
      name: 'External-IP',
      type: 'string',
      description: 'Addresses or names the service is reached at from outside.',
      value: (service) => externalAddress(service.spec ?? {}, service.status ?? {}),
    },
    {
      name: 'Port(s)',
      type: 'string',
      description: 'Port, node port and protocol of each port.',
      value: (service) => portsText(service.spec?.ports ?? []),
    },
    ageColumn,
    {
      name: 'Selector',
      type: 'string',
      description: 'Labels of what stands behind the service.',
      priority: 1,
      value: (service) => selectorText(service.spec?.selector ?? {}),
    },
  ],
  selectableFields: {
    'spec.clusterIP': (service) => service.spec?.clusterIP ?? '',
    'spec.type': (service) => service.spec?.type ?? '',
  },
  strategicMergePatch: true,
};

function externalAddress(
  { type, externalIPs = [], externalName = '' }: ServiceSpec,
  status: ServiceStatus,
): string {
  switch (type) {
    case 'ClusterIP':
    case 'NodePort':
      return externalIPs.join(',') || '<none>';
    case 'LoadBalancer': {
      const ingresses = status.loadBalancer?.ingress ?? [];
      const known = new Set(ingresses.map(({ ip = '', hostname = '' }) => ip || hostname).filter(Boolean));
      return [...[...known].sort(), ...externalIPs].join(',') || '<pending>';
    }
    case 'ExternalName':
      return externalName;
    default:
      return '<unknown>';
  }
}

function portsText(ports: readonly ServicePort[]): string {
  const shown = ports.map(({ port, protocol, nodePort = 0 }) =>
    nodePort === 0 ? `${port}/${protocol}` : `${port}:${nodePort}/${protocol}`,
  );
  return shown.join(',') || '<none>';
}

function selectorText(selector: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
  return pairs.sort().join(',') || '<none>';
}
