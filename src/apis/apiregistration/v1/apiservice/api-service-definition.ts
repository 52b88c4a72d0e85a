/**
 * APIService, apiregistration.k8s.io/v1: a version of an API group, and the service that serves it. What follows
 * from it is elsewhere: http/aggregation passes requests on, and the server's own groups are shown as objects without a
 * service (server/local-api-services.ts).
 *
 * On the platform and in projects: platforms register their services with the platform, and whoever owns a project
 * may hang an API of their own into it alone. What a project registers is in its own control plane, so the two never
 * meet, and kubectl asks for it in either.
 *
 * Field numbers are those of k8s.io/kube-aggregator apiregistration/v1/generated.proto, rules those of its validation.
 */
import {
  type FieldError,
  invalidValue,
  notSupported,
  requiredValue,
} from '../../../../apimachinery/field-error.ts';
import {
  dns1035LabelProblems,
  dnsSubdomainProblems,
  pathSegmentProblems,
} from '../../../../apimachinery/names.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import type { ResourceDefinition } from '../../../../apimachinery/resource-definition.ts';
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import {
  boolean,
  bytes,
  byValue,
  field,
  type Infer,
  integer,
  list,
  object,
  pointer,
  required,
  string,
  time,
} from '../../../../apimachinery/schema/schema.ts';
import { ageColumn, nameColumn } from '../../../columns.ts';
import { findCondition, setCondition } from '../../../conditions.ts';
import { statusSubresource } from '../../../status-subresource.ts';
import { objectVerbs } from '../../../verbs.ts';

const apiRegistrationGroup = 'apiregistration.k8s.io';
const component = (type: string): string => `io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.${type}`;
const description = 'APIService says who serves a version of an API group.';
const servicePort = 443;
const groupPriorityMax = 20_000;
const versionPriorityMax = 1_000;
const conditionStatuses: readonly string[] = ['True', 'False', 'Unknown'];

const serviceReference = object(
  {
    namespace: field(1, string(), 'Namespace of the service.'),
    name: field(2, string(), 'Name of the service.'),
    port: pointer(3, integer('int32'), 'Port of the service; 443 when not given.'),
  },
  {
    name: component('ServiceReference'),
    description: 'ServiceReference names the service that serves an API.',
  },
);
const spec = object(
  {
    service: field(
      1,
      serviceReference,
      'The service that serves the version; absent where this server does.',
    ),
    group: field(2, string(), 'The API group.'),
    version: field(3, string(), 'The version of the group.'),
    insecureSkipTLSVerify: field(4, boolean(), "Whether the service's certificate goes unchecked."),
    caBundle: field(5, bytes(), "PEM certificates that the service's own is checked with."),
    groupPriorityMinimum: required(
      7,
      integer('int32'),
      'Rank of the group in discovery, high ones first: 1 to 20000.',
    ),
    versionPriority: required(
      8,
      integer('int32'),
      'Rank of the version in its group, high ones first: 1 to 1000.',
    ),
  },
  { name: component('APIServiceSpec'), description: 'Which version of which group, and who serves it.' },
);
const condition = object(
  {
    type: required(1, string(), 'What the condition is about.'),
    status: required(2, string(), 'True, False, or Unknown.'),
    lastTransitionTime: byValue(3, time(), 'When the status last changed.'),
    reason: field(4, string(), 'Why, as one CamelCase word for programs.'),
    message: field(5, string(), 'Why, in words for people.'),
  },
  {
    name: component('APIServiceCondition'),
    description: 'APIServiceCondition is one aspect of an APIService.',
  },
);
const status = object(
  {
    conditions: field(
      1,
      list(condition, {
        listType: 'map',
        listMapKeys: ['type'],
        patchStrategy: 'merge',
        patchMergeKey: 'type',
      }),
      'What is known of it, above all whether it can be reached.',
    ),
  },
  { name: component('APIServiceStatus'), description: 'The state of an APIService.' },
);

type Spec = Infer<typeof spec>;

/** On APIServices that the server makes: `onstart` those of its own groups, `true` those of custom resources, which it keeps. */
export const automanagedLabel = 'kube-aggregator.kubernetes.io/automanaged';

export const apiServiceDefinition: ResourceDefinition = {
  group: apiRegistrationGroup,
  resource: 'apiservices',
  singular: 'apiservice',
  kind: 'APIService',
  listKind: 'APIServiceList',
  categories: ['api-extensions'],
  scope: 'Cluster',
  description,
  verbs: objectVerbs,
  contexts: ['Platform', 'Project'],
  versions: [
    {
      version: 'v1',
      schema: kindSchema({
        name: component('APIService'),
        description,
        fields: {
          spec: byValue(2, spec, 'Which version of which group, and who serves it.'),
          status: byValue(3, status, 'The state of the APIService, written by the server.'),
        },
      }),
    },
  ],
  storage: { group: apiRegistrationGroup, version: 'v1', kind: 'APIService', resource: 'apiservices' },
  strategy: {
    allowUnconditionalUpdate: false,
    allowCreateOnUpdate: false,
    validateName: pathSegmentProblems,
    defaults(apiService) {
      apiService.spec ??= {};
      const wanted: Partial<Spec> = apiService.spec;
      if (wanted.service !== undefined) wanted.service.port ??= servicePort;
      apiService.status ??= {};
    },
    prepareForCreate(apiService, { nowMs }) {
      apiService.status = {};
      // Who serves a version without a service is this server, which is there.
      if (apiService.spec?.service === undefined) setCondition(apiService, local, nowMs);
    },
    validate: validateApiService,
  },
  subresources: [statusSubresource({ metadata: 'kept', validate: validateStatus })],
  columns: [
    nameColumn,
    {
      name: 'Service',
      type: 'string',
      description: 'The service that serves the version, or Local.',
      value(apiService) {
        const { service }: Partial<Spec> = apiService.spec ?? {};
        return service === undefined ? 'Local' : `${service.namespace ?? ''}/${service.name ?? ''}`;
      },
    },
    {
      name: 'Available',
      type: 'string',
      description: 'Whether the version is served, and if not, why.',
      value: availability,
    },
    ageColumn,
  ],
  strategicMergePatch: true,
};

const local = {
  type: 'Available',
  status: 'True',
  reason: 'Local',
  message: 'Local APIServices are always available',
} as const;

function availability(apiService: KubeObject): string {
  const found = findCondition(apiService, 'Available');
  if (found === undefined) return 'Unknown';
  return found.status === 'True' ? 'True' : `${found.status} (${found.reason ?? ''})`;
}

const portMax = 65_535;

function validateApiService(apiService: KubeObject): FieldError[] {
  const wanted: Partial<Spec> = apiService.spec ?? {};
  const { group = '', version = '', groupPriorityMinimum = 0, versionPriority = 0 } = wanted;
  const errors: FieldError[] = [];
  const name = apiService.metadata.name ?? '';
  const wantedName = `${version}.${group}`;
  if (name !== '' && pathSegmentProblems(name).length === 0 && name !== wantedName) {
    const detail = `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wantedName)}`;
    errors.push(invalidValue('metadata.name', name, detail));
  }
  if (group === '' && version !== 'v1') {
    const detail = 'only v1 may have an empty group and it better be legacy kube';
    errors.push(requiredValue('spec.group', detail));
  }
  if (group !== '') {
    for (const problem of dnsSubdomainProblems(group))
      errors.push(invalidValue('spec.group', group, problem));
  }
  for (const problem of dns1035LabelProblems(version)) {
    errors.push(invalidValue('spec.version', version, problem));
  }
  if (groupPriorityMinimum <= 0 || groupPriorityMinimum > groupPriorityMax) {
    const detail = `must be positive and less than ${groupPriorityMax}`;
    errors.push(invalidValue('spec.groupPriorityMinimum', groupPriorityMinimum, detail));
  }
  if (versionPriority <= 0 || versionPriority > versionPriorityMax) {
    const detail = `must be positive and less than ${versionPriorityMax}`;
    errors.push(invalidValue('spec.versionPriority', versionPriority, detail));
  }
  return [...errors, ...serviceErrors(wanted)];
}

function serviceErrors({
  service,
  caBundle = '',
  insecureSkipTLSVerify = false,
}: Partial<Spec>): FieldError[] {
  const errors: FieldError[] = [];
  const insecure = 'spec.insecureSkipTLSVerify';
  if (service === undefined) {
    if (caBundle !== '') {
      const size = `${Buffer.from(caBundle, 'base64').length} bytes`;
      errors.push(invalidValue('spec.caBundle', size, 'local APIServices may not have a caBundle'));
    }
    if (insecureSkipTLSVerify) {
      errors.push(invalidValue(insecure, true, 'local APIServices may not have insecureSkipTLSVerify'));
    }
    return errors;
  }
  if ((service.namespace ?? '') === '') errors.push(requiredValue('spec.service.namespace'));
  if ((service.name ?? '') === '') errors.push(requiredValue('spec.service.name'));
  if (service.port !== undefined && (service.port < 1 || service.port > portMax)) {
    const detail = `port is not valid: must be between 1 and ${portMax}, inclusive`;
    errors.push(invalidValue('spec.service.port', service.port, detail));
  }
  if (insecureSkipTLSVerify && caBundle !== '') {
    errors.push(invalidValue(insecure, true, 'may not be true if caBundle is present'));
  }
  return errors;
}

function validateStatus(apiService: KubeObject): FieldError[] {
  const { conditions = [] }: Infer<typeof status> = apiService.status ?? {};
  return conditions.flatMap(({ status: found = '' }, i) =>
    conditionStatuses.includes(found)
      ? []
      : [notSupported(`status.conditions[${i}].status`, found, conditionStatuses)],
  );
}
