/**
 * Names of what a quota can bound. Source: kubernetes pkg/apis/core/helper, pkg/quota/v1. What is counted here are
 * objects; what only pods and volumes use is known by name, and there is none of it.
 */
import { type GroupResource, groupResourceName } from '../../../../apimachinery/gvk.ts';
import { labelKeyProblems } from '../../../../apimachinery/names.ts';

/** Kinds of the core group that may be bounded without `count/` before their name. */
const countedByName: readonly string[] = [
  'configmaps',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
];
export const nodePortsName = 'services.nodeports';
export const loadBalancersName = 'services.loadbalancers';
const podCompute: readonly string[] = [
  'cpu',
  'limits.cpu',
  'limits.memory',
  'memory',
  'requests.cpu',
  'requests.memory',
];
const standard: ReadonlySet<string> = new Set([
  ...countedByName,
  ...podCompute,
  nodePortsName,
  loadBalancersName,
  'ephemeral-storage',
  'limits.ephemeral-storage',
  'requests.ephemeral-storage',
  'requests.storage',
]);
const podObjects: readonly string[] = ['pods'];
const volumeObjects: readonly string[] = ['persistentvolumeclaims', 'requests.storage'];
const countPrefix = 'count/';

const isHugePages = (name: string): boolean => /^(requests\.)?hugepages-/.test(name);

export const isStandardQuotaName = (name: string): boolean => standard.has(name) || isHugePages(name);

/** Names without a domain that resources may have anywhere, quotas among them. */
export const isStandardName = (name: string): boolean =>
  isStandardQuotaName(name) || name === 'storage' || /^limits\.hugepages-/.test(name);

/** Things that are there whole or not at all. */
export function isCountName(name: string): boolean {
  if (countedByName.includes(name) || name === nodePortsName || name === loadBalancersName) return true;
  const isForeign = name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.');
  return isForeign && labelKeyProblems(`requests.${name}`).length === 0;
}

/** The resource whose objects the name counts; undefined when it counts something else. */
export function countedResource(name: string): GroupResource | undefined {
  if (countedByName.includes(name)) return { group: '', resource: name };
  if (!name.startsWith(countPrefix)) return undefined;
  const text = name.slice(countPrefix.length);
  const dot = text.indexOf('.');
  return dot === -1
    ? { group: '', resource: text }
    : { group: text.slice(dot + 1), resource: text.slice(0, dot) };
}

/** The names under which an object of the resource is counted. */
export function countNames(gr: GroupResource): readonly string[] {
  const counted = `${countPrefix}${groupResourceName(gr)}`;
  return gr.group === '' && countedByName.includes(gr.resource) ? [gr.resource, counted] : [counted];
}

export const scopeNames: readonly string[] = [
  'BestEffort',
  'CrossNamespacePodAffinity',
  'NotBestEffort',
  'NotTerminating',
  'PriorityClass',
  'Terminating',
  'VolumeAttributesClass',
];
export const isScope = (name: string): boolean => scopeNames.includes(name);

/** Whether what the name stands for can be in the scope at all. */
export function mayBeInScope(scope: string, name: string): boolean {
  if (scope === 'BestEffort') return podObjects.includes(name);
  if (scope === 'VolumeAttributesClass') return volumeObjects.includes(name);
  return !isScope(scope) || podObjects.includes(name) || podCompute.includes(name);
}
