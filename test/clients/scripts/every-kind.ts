/**
 * Objects of every kind, applied either way: what was applied differs in nothing from what is there, and applied again
 * changes nothing. A kind fails this when its defaults, its status or its managed fields come out as a difference.
 */
import type { Sample } from '../samples.ts';
import type { Script, Step } from '../script.ts';

/**
 * Their defaults stand in lists without keys (or, of quotas, in quantities written anew), so that kubectl, which compares
 * texts, sends a patch each time; upstream it changes nothing either.
 */
const sentEachTime = new Set([
  'Endpoints',
  'EndpointSlice',
  'MutatingAdmissionPolicy',
  'MutatingWebhookConfiguration',
  'ResourceQuota',
  'ValidatingAdmissionPolicy',
  'ValidatingWebhookConfiguration',
]);

export function everyKind(samples: readonly Sample[]): Script {
  const stdin = manifests(samples);
  const each = (ending: string | ((kind: string) => string)): RegExp[] =>
    samples.map(({ kind, metadata: { name } }) => {
      const written = name.replaceAll('.', '\\.').replaceAll('$', '\\$');
      const said = typeof ending === 'string' ? ending : ending(kind);
      return new RegExp(`^${kind.toLowerCase()}[a-z0-9.]*/${written} ${said}$`, 'm');
    });
  const unchanged = (apply: string): Step[] => [
    { kubectl: `${apply.replace('apply', 'diff')} -f -`, stdin, stdout: /^$/ },
  ];
  // Again, since kubectl does not wait for a child before it asks for the parent.
  const remove: Step = {
    kubectl: 'delete -f - --ignore-not-found',
    stdin: manifests([...samples].reverse()),
    eventually: true,
  };
  return {
    name: 'every-kind',
    steps: [
      { kubectl: 'apply -f -', stdin, stdout: each('created') },
      ...unchanged('apply'),
      {
        kubectl: 'apply -f -',
        stdin,
        stdout: each((kind) => (sentEachTime.has(kind) ? 'configured' : 'unchanged')),
      },
      ...unchanged('apply'),
      { kubectl: 'get -f - -o name', stdin, stdout: samples.map(({ metadata }) => `/${metadata.name}\n`) },
      // Taken over on the server's side, and back; by force, since a list without keys is one field, defaults and all.
      { kubectl: 'apply --server-side --force-conflicts -f -', stdin, stdout: each('serverside-applied') },
      ...unchanged('apply --server-side'),
      { kubectl: 'apply -f -', stdin, stdout: each('(unchanged|configured)') },
      ...unchanged('apply'),
      remove,

      { kubectl: 'apply --server-side -f -', stdin, stdout: each('serverside-applied') },
      ...unchanged('apply --server-side'),
      // The hierarchy does not let parents go before their children.
      {
        kubectl: 'replace --force -f -',
        stdin: manifests(samples.filter(({ apiVersion }) => !apiVersion.startsWith('resourcemanager'))),
        stdout: 'configmap/sample replaced',
      },
      ...unchanged('apply'),
      remove,
    ],
  };
}

const manifests = (samples: readonly Sample[]): string =>
  samples.map(({ text }) => text.trim()).join('\n---\n');
