/**
 * Subresources whose kind is not their parent's: what their endpoint reads and writes, as a served resource of its
 * own. Objects are still the parent's; a form is only how the endpoint speaks of them.
 */
import type { KubeObject } from '../apimachinery/object-meta.ts';
import type { SubresourceDefinition, SubresourceForm } from '../apimachinery/resource-definition.ts';
import type { ServedResource } from './definition-table.ts';

export interface SpokenForm {
  /** For reading bodies and writing answers. */
  readonly served: ServedResource;
  /** The object as the endpoint shows it after a write, or before one. */
  show(object: KubeObject): KubeObject;
}

export function spokenForm(
  served: ServedResource,
  subresource: SubresourceDefinition | undefined,
): SpokenForm {
  const form = subresource?.form;
  if (form === undefined) return { served, show: (object) => object };
  return { served: servedForm(served, form), show: (object) => form.show(object) };
}

function servedForm({ definition, form: stored }: ServedResource, form: SubresourceForm): ServedResource {
  const { group, version, kind, schema, columns } = form;
  return {
    definition: {
      ...definition,
      group,
      kind,
      listKind: `${kind}List`,
      columns,
      versions: [{ version, schema }],
      strategy: {},
      subresources: [],
    },
    version: { version, schema },
    isStoredForm: false,
    form: stored,
  };
}
