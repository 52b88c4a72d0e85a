/** `kubectl explain` of every kind that discovery lists, by OpenAPI v3 and by v2. */
import type { Script, Step } from '../script.ts';
import type { ListedResource } from '../served-kinds.ts';

export function explainEvery(resources: readonly ListedResource[]): Script {
  return { name: 'explain', steps: resources.flatMap(steps) };
}

/** What every kind has, at the top and far down. */
function steps({ groupVersion, name, kind }: ListedResource): Step[] {
  const version = groupVersion.slice(groupVersion.indexOf('/') + 1);
  const asked = `explain ${name} --api-version=${groupVersion} --recursive`;
  const named = new RegExp(`^KIND: +${kind}$`, 'm');
  const fields = [/^ +apiVersion\s+<string>/m, /^ +metadata\s+<(?:ObjectMeta|Object)>/m, /^ +fieldsV1\s+</m];
  return [
    { kubectl: asked, stdout: [named, new RegExp(`^VERSION: +${version}$`, 'm'), ...fields] },
    // The last that read v2 by themselves; newer ones have the same code still.
    {
      kubectl: `${asked} --output=plaintext-openapiv2`,
      stdout: [named, new RegExp(`^VERSION: +${groupVersion.replaceAll('.', '\\.')}$`, 'm'), ...fields],
      until: 28,
    },
  ];
}
