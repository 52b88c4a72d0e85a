/** What a server lists in its discovery, read with kubectl, so that a test of every kind leaves none out. */
import { execFileSync } from 'node:child_process';

export interface ListedResource {
  /** `apps/v1`; `v1` of the core group. */
  readonly groupVersion: string;
  readonly name: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

/** Every resource but subresources, of the groups that are asked for. `kubectl` is a path. */
export function listedResources(
  kubectl: string,
  kubeconfig: string,
  isAsked: (group: string) => boolean,
): ListedResource[] {
  const run = (...args: readonly string[]): string =>
    execFileSync(kubectl, ['--kubeconfig', kubeconfig, ...args], { encoding: 'utf8' });
  const url = run('config', 'view', '-o', 'jsonpath={.clusters[0].cluster.server}');
  const prefix = new URL(url).pathname.replace(/\/$/, '');
  const get = (document: string) => JSON.parse(run('get', '--raw', `${prefix}${document}`));
  const groups: { name: string; versions: { groupVersion: string }[] }[] = get('/apis').groups;
  const versions = groups
    .filter(({ name }) => isAsked(name))
    .flatMap((group) => group.versions.map(({ groupVersion }) => `/apis/${groupVersion}`));
  return ['/api/v1', ...versions].flatMap((document) => {
    const { groupVersion, resources } = get(document);
    return resources
      .filter(({ name }: ListedResource) => !name.includes('/'))
      .map(({ name, kind, verbs }: ListedResource) => ({ groupVersion, name, kind, verbs }));
  });
}
