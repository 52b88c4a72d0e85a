/**
 * The namespaces that every control plane has from its start. None can be deleted. Upstream lets go of the one for
 * leases of nodes, and makes it anew within a minute; here it stays, to the same end.
 */
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';

const namespace = (name: string, labels?: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, ...(labels === undefined ? {} : { labels }) },
});

/** `default` as a project shows it; the platform's is made with the platform. */
export const systemNamespaces: readonly KubeObject[] = [
  namespace('default', { 'miloapis.com/project-default': 'true' }),
  namespace('kube-node-lease'),
  namespace('kube-public'),
  namespace('kube-system'),
];
