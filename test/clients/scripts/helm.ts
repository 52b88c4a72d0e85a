/** A release from its first revision to its end; what Helm keeps of it lies in Secrets. */
import type { Script } from '../script.ts';

export const helm: Script = {
  name: 'helm',
  steps: [
    { helm: 'template shop $CHART --validate', stdout: [/^kind: ClusterRoleBinding$/m, /greeting: "hello"/] },
    { helm: 'install shop $CHART --dry-run=server', stdout: /^STATUS: pending-install$/m },
    { kubectl: 'get cm shop', exit: 1, stderr: 'NotFound' },
    {
      helm: 'install shop $CHART --wait --timeout 30s',
      stdout: [/^STATUS: deployed$/m, /^REVISION: 1$/m],
    },
    { helm: 'list', stdout: /^shop\s+\$NS\s+1\s.*deployed\s+shop-1\.2\.3\s+4\.5/m },
    { helm: 'list --all-namespaces', stdout: /^shop\s+\$NS\s/m },
    { helm: 'install shop $CHART', exit: 1, stderr: 'cannot re-use a name that is still in use' },
    { helm: 'status shop -o json', fields: { 'info.status': 'deployed', version: 1 } },
    { kubectl: 'get cm shop -o json', fields: { 'data.greeting': 'hello', 'metadata.labels.revision': '1' } },
    { kubectl: 'get secret shop -o json', fields: { 'data.password': 'aHVudGVyMg==' } },
    {
      kubectl: 'get cm shop-before -o json',
      fields: { 'data.revision': '1', 'metadata.annotations.helm\\.sh/hook': 'pre-install,pre-upgrade' },
    },
    {
      kubectl: 'get secret sh.helm.release.v1.shop.v1 -o json',
      fields: {
        type: 'helm.sh/release.v1',
        'metadata.labels.owner': 'helm',
        'metadata.labels.status': 'deployed',
      },
    },
    { kubectl: 'get sa,role,rolebinding,svc -o name', stdout: ['/shop'] },
    { kubectl: 'get clusterrole,clusterrolebinding $NS-shop -o name', stdout: '/$NS-shop' },

    {
      helm: 'upgrade shop $CHART --set greeting=hi,extra=more --wait',
      stdout: [/^STATUS: deployed$/m, /^REVISION: 2$/m],
    },
    { kubectl: 'get cm shop -o json', fields: { 'data.greeting': 'hi', 'metadata.labels.revision': '2' } },
    { kubectl: 'get cm shop-more shop-before -o name', stdout: ['shop-more', 'shop-before'] },
    { helm: 'get values shop -o json', fields: { greeting: 'hi', extra: 'more' } },
    { helm: 'get manifest shop', stdout: /name: shop-more/ },
    { helm: 'get hooks shop', stdout: /shop-before/ },
    { helm: 'get metadata shop -o json', fields: { revision: 2, chart: 'shop' } },

    // What is refused half-way is taken back, object by object.
    {
      helm: 'upgrade shop $CHART --set greeting=never,extra=more,port=99999 --atomic --timeout 30s',
      exit: 1,
      stderr: ['spec.ports[0].port: Invalid value: 99999', 'has been rolled back'],
    },
    { kubectl: 'get cm shop -o json', fields: { 'data.greeting': 'hi' } },
    {
      helm: 'history shop -o json',
      fields: { length: 4, '1.status': 'superseded', '2.status': 'failed', '3.status': 'deployed' },
    },

    // A field that somebody else set is kept, one the chart sets is not.
    {
      kubectl: ['patch', 'cm', 'shop', '-p', '{"data":{"greeting":"spoilt","theirs":"1"}}'],
      stdout: 'patched',
    },
    { helm: 'upgrade shop $CHART --set greeting=hey', stdout: /^REVISION: 5$/m },
    {
      kubectl: 'get cm shop -o json',
      fields: { 'data.greeting': 'hey', 'data.theirs': '1', 'metadata.labels.revision': '5' },
    },
    { kubectl: 'get cm shop-more', exit: 1, stderr: 'NotFound' },

    { helm: 'rollback shop 1 --wait', stdout: 'Rollback was a success' },
    { kubectl: 'get cm shop -o json', fields: { 'data.greeting': 'hello' } },
    { helm: 'history shop', stdout: /^6\s.*deployed.*Rollback to 1/m },
    { helm: 'list -o json', fields: { '0.revision': '6', '0.status': 'deployed' } },

    // What belongs to no release is not taken over, unless it is marked so.
    { kubectl: 'create cm other', stdout: 'created' },
    {
      helm: 'install other $CHART',
      exit: 1,
      stderr: 'ConfigMap "other" in namespace "$NS" exists and cannot be imported',
    },
    {
      kubectl: 'annotate cm other meta.helm.sh/release-name=other meta.helm.sh/release-namespace=$NS',
      stdout: 'annotate',
    },
    { kubectl: 'label cm other app.kubernetes.io/managed-by=Helm', stdout: 'labeled' },
    { helm: 'upgrade --install other $CHART', stdout: /^STATUS: deployed$/m },

    { helm: 'uninstall shop --wait --keep-history', stdout: 'release "shop" uninstalled' },
    { helm: 'list --uninstalled -o json', fields: { '0.status': 'uninstalled' } },
    { helm: 'rollback shop 6', stdout: 'Rollback was a success' },
    { kubectl: 'get cm shop -o json', fields: { 'data.greeting': 'hello' } },
    { helm: 'uninstall shop', stdout: 'release "shop" uninstalled' },
    { helm: 'uninstall other --cascade foreground --wait', stdout: 'release "other" uninstalled' },
    { helm: 'list --all -o json', fields: { length: 0 } },
    { kubectl: 'get cm shop other', exit: 1, stderr: 'NotFound' },
    { kubectl: 'get secret -l owner=helm -o name', absent: ['secret'] },
    { kubectl: 'get clusterrole $NS-shop', exit: 1, stderr: 'NotFound' },
  ],
};
