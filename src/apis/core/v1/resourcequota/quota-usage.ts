/**
 * What an object takes of a quota, and the sums and comparisons that quotas need. Pure: who asks, and what is stored,
 * is known to the admission plugin and the controller.
 */
import type { GroupResource } from '../../../../apimachinery/gvk.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { Quantity } from '../../../../apimachinery/quantity.ts';
import { countNames, loadBalancersName, nodePortsName } from './quota-resources.ts';
import type { ResourceQuotaSpec } from './resource-quota-schema.ts';

export type Quantities = Readonly<Record<string, string>>;

/** Types of services of which each port takes a node port, unless the service wants none. */
export const nodePortTypes: readonly string[] = ['LoadBalancer', 'NodePort'];

/** Only pods and volumes can be in a scope, and there are none. */
export const isScoped = ({ scopes = [], scopeSelector }: ResourceQuotaSpec): boolean =>
  scopes.length > 0 || scopeSelector !== undefined;

export function usageOf(gr: GroupResource, object: KubeObject): Quantities {
  const usage: Record<string, string> = {};
  for (const name of countNames(gr)) usage[name] = '1';
  if (gr.group !== '' || gr.resource !== 'services') return usage;
  usage[nodePortsName] = String(nodePortsOf(object));
  usage[loadBalancersName] = object.spec?.type === 'LoadBalancer' ? '1' : '0';
  return usage;
}

export function nodePortsOf({ spec }: KubeObject): number {
  const ports: readonly { readonly nodePort?: number }[] = spec?.ports ?? [];
  if (!nodePortTypes.includes(spec?.type)) return 0;
  return spec?.allocateLoadBalancerNodePorts === false
    ? ports.filter(({ nodePort = 0 }) => nodePort !== 0).length
    : ports.length;
}

/** Of `usage` what `before` does not take already, as far as it is more than nothing. */
export function increaseOf(usage: Quantities, before: Quantities): Quantities {
  const entries = Object.entries(usage).map(([name, text]): [string, Quantity] => [
    name,
    Quantity.parse(text).sub(Quantity.parse(before[name] ?? '0')),
  ]);
  return Object.fromEntries(
    entries.filter(([, more]) => more.sign > 0).map(([name, more]) => [name, String(more)]),
  );
}

export const sumOf = (a: string | undefined, b: string): string =>
  String(Quantity.parse(a ?? '0').add(Quantity.parse(b)));

export const isWithin = (used: string, hard: string): boolean =>
  Quantity.parse(used).compare(Quantity.parse(hard)) <= 0;

export function onlyOf(quantities: Quantities, names: readonly string[]): Quantities {
  return Object.fromEntries(
    names.flatMap((name) => (quantities[name] === undefined ? [] : [[name, quantities[name]]])),
  );
}

/** As refusals name them: `configmaps=1,secrets=2`. */
export function quantitiesText(quantities: Quantities): string {
  return Object.keys(quantities)
    .sort()
    .map((name) => `${name}=${quantities[name]}`)
    .join(',');
}
