/** `get -w`: the list, then every change, in every printer and with selectors. */
import type { Script } from '../script.ts';

export const watches: Script = {
  name: 'watch',
  steps: [
    { kubectl: 'create configmap before --from-literal=k=v', stdout: 'created' },
    { start: 'table', kubectl: 'get cm -w', until: /^before +1 /m },
    { start: 'json', kubectl: 'get cm -w -o json', until: '"name": "before"' },
    { start: 'events', kubectl: 'get cm --watch-only --output-watch-events' },
    { start: 'selected', kubectl: 'get cm -w --output-watch-events -l color=red' },
    { start: 'one', kubectl: 'get cm --field-selector metadata.name=a -w --output-watch-events' },
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
      stdout: [/^ADDED +a +1 /m, /^MODIFIED +a +1 /m, /^MODIFIED +a +2 /m, /^DELETED +a +2 /m],
      absent: ['before'],
    },
    {
      finish: 'selected',
      stdout: /^ADDED +marker[\s\S]*^ADDED +a +1 .*\nDELETED +a +1 .*\n$/m,
    },
    {
      finish: 'one',
      stdout: /^ADDED +a +1 .*\n(MODIFIED +a +1 .*\n){2}MODIFIED +a +2 .*\nDELETED +a +2 .*\n$/m,
    },
    { finish: 'everywhere', stdout: /^\$NS +a-\$ID +0 /m, absent: [/ a /] },
    { finish: 'marked', stdout: /^namespace\/\$NS\nnamespace\/\$NS$/m },
  ],
};
