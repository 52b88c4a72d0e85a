/** `get -w`: the list, then every change, in every printer and with selectors. */
import type { Script } from '../script.ts';

export const watches: Script = {
  name: 'watch',
  steps: [
    { kubectl: 'create configmap before --from-literal=k=v', stdout: 'created' },
    { start: 'table', kubectl: 'get cm -w', until: /^before +1 /m },
    { start: 'json', kubectl: 'get cm -w -o json', until: '"name": "before"' },
    { start: 'events', kubectl: 'get cm --watch-only --output-watch-events -o name' },
    { start: 'selected', kubectl: 'get cm -w --output-watch-events -l color=red -o name' },
    { start: 'one', kubectl: 'get cm a -w --output-watch-events -o name --ignore-not-found' },
    { start: 'everywhere', kubectl: 'get cm -A -w --field-selector metadata.name=a-$ID' },

    // The watches above that print nothing at first are known to run once a marker has come through.
    { start: 'marked', kubectl: 'get ns $NS -w -o name', until: 'namespace/$NS' },
    { kubectl: 'create configmap marker', stdout: 'created' },
    { kubectl: 'label cm marker color=red round=0', stdout: 'labeled' },
    { kubectl: 'create configmap a --from-literal=k=v', stdout: 'created' },
    { kubectl: 'create configmap a-$ID', stdout: 'created' },
    { kubectl: 'label cm a color=red', stdout: 'labeled' },
    { kubectl: 'label cm a color=blue --overwrite', stdout: 'labeled' },
    { kubectl: ['patch', 'cm', 'a', '-p', '{"data":{"l":"w"}}'], stdout: 'patched' },
    { kubectl: 'delete cm a', stdout: 'deleted' },
    { kubectl: 'label ns $NS seen=yes', stdout: 'labeled' },

    { finish: 'table', stdout: [/^NAME +DATA +AGE$/m, /^marker +0 /m, /^a +1 /m, /^a +2 /m] },
    { finish: 'json', stdout: ['"name": "a"', '"color": "blue"', '"l": "w"'] },
    {
      finish: 'events',
      stdout: [/^ADDED +configmap\/a$/m, /^MODIFIED +configmap\/a$/m, /^DELETED +configmap\/a$/m],
      absent: ['before'],
    },
    {
      finish: 'selected',
      stdout: /ADDED +configmap\/marker[\s\S]*ADDED +configmap\/a\nDELETED +configmap\/a\n$/,
    },
    { finish: 'one', stdout: /ADDED +configmap\/a\n(MODIFIED +configmap\/a\n){3}DELETED +configmap\/a\n$/ },
    { finish: 'everywhere', stdout: /^\$NS +a-\$ID +0 /m, absent: [/ a /] },
    { finish: 'marked', stdout: /^namespace\/\$NS\nnamespace\/\$NS$/m },
  ],
};
