/**
 * The order of API groups: clients that look for a short name take the first group that has it. The numbers are those
 * that upstream registers its own groups with (cmd/kube-apiserver/app/aggregator.go); higher comes first. What comes
 * as custom resources, and Milo's own groups, which began as such, share one number and are ordered by name.
 */
const priorities: Readonly<Record<string, number>> = {
  'apiregistration.k8s.io': 20_000,
  '': 18_000,
  apps: 17_800,
  'events.k8s.io': 17_750,
  'authentication.k8s.io': 17_700,
  'authorization.k8s.io': 17_600,
  autoscaling: 17_500,
  batch: 17_400,
  'certificates.k8s.io': 17_300,
  'networking.k8s.io': 17_200,
  policy: 17_100,
  'rbac.authorization.k8s.io': 17_000,
  'storage.k8s.io': 16_800,
  'apiextensions.k8s.io': 16_700,
  'admissionregistration.k8s.io': 16_700,
  'scheduling.k8s.io': 16_600,
  'coordination.k8s.io': 16_500,
  'node.k8s.io': 16_300,
  'discovery.k8s.io': 16_200,
  'flowcontrol.apiserver.k8s.io': 16_100,
};
const customPriority = 1_000;
const none: ReadonlyMap<string, number> = new Map();

/** `given` are those of groups that other servers have registered. */
/** Of a group that this server serves. */
export function groupPriority(group: string): number {
  return priorities[group] ?? customPriority;
}

export function compareGroups(a: string, b: string, given: ReadonlyMap<string, number> = none): number {
  const of = (group: string): number => priorities[group] ?? given.get(group) ?? customPriority;
  const order = of(b) - of(a);
  return order === 0 ? (a < b ? -1 : 1) : order;
}
