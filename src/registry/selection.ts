/**
 * Label and field selectors over records: reads the header only, never the body.
 */
import { type FieldSelector, parseFieldSelector } from '../apimachinery/field-selector.ts';
import { type LabelSelector, parseLabelSelector } from '../apimachinery/label-selector.ts';
import type { ResourceDefinition } from '../apimachinery/resource-definition.ts';
import { badRequest } from '../apimachinery/status.ts';
import { fieldsOf, labelsOf } from '../storage/record.ts';
import type { ObjectKey } from '../storage/store.ts';

export interface Selection {
  readonly labels: LabelSelector | undefined;
  readonly fields: FieldSelector | undefined;
  /** Set when the field selector pins metadata.name: one key instead of a range. */
  readonly name: string | undefined;
  /** Set when the field selector pins metadata.namespace. */
  readonly namespace: string | undefined;
}

const selectAll: Selection = {
  labels: undefined,
  fields: undefined,
  name: undefined,
  namespace: undefined,
};

/** Selectors as they were written: parsed, but nobody has asked yet whether the resource offers the fields. */
export interface Selectors {
  readonly labels: LabelSelector | undefined;
  readonly fields: FieldSelector | undefined;
}

/** Throws 400 for what does not parse. */
export function parseSelectors(labelSelector: string, fieldSelector: string): Selectors {
  return {
    labels: labelSelector === '' ? undefined : parseLabelSelector(labelSelector),
    fields: fieldSelector === '' ? undefined : parseFieldSelector(fieldSelector),
  };
}

/** Throws 400 for fields that the resource does not offer. */
export function selectionOf(definition: ResourceDefinition, { labels, fields }: Selectors): Selection {
  if (labels === undefined && fields === undefined) return selectAll;
  for (const { field } of fields?.requirements ?? []) checkField(definition, field);
  return {
    labels,
    fields,
    name: fields?.exact('metadata.name'),
    namespace: fields?.exact('metadata.namespace'),
  };
}

/**
 * Upstream has two sentences for it: kinds with fields of their own have a conversion that says one, all others
 * share the one that says the other. Only the latter offers metadata.namespace where there are no namespaces.
 */
function checkField({ selectableFields, scope }: ResourceDefinition, field: string): void {
  if (field === 'metadata.name') return;
  if (selectableFields === undefined) {
    if (field === 'metadata.namespace') return;
    throw badRequest(
      `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`,
    );
  }
  if (Object.hasOwn(selectableFields, field)) return;
  if (field === 'metadata.namespace' && scope === 'Namespaced') return;
  throw badRequest(`field label not supported: ${field}`);
}

export function isSelective(selection: Selection): boolean {
  return selection.labels !== undefined || selection.fields !== undefined;
}

/** `key` is asked for only by selectors that need it: an entry of a range decodes it then. */
export function isSelected(
  selection: Selection,
  entry: { readonly key: ObjectKey; readonly record: Buffer },
): boolean {
  const { record } = entry;
  if (selection.labels !== undefined && !selection.labels.matches(labelsOf(record))) return false;
  if (selection.fields === undefined) return true;
  const stored = fieldsOf(record);
  return selection.fields.matches((field) => {
    if (field === 'metadata.name') return entry.key.name;
    if (field === 'metadata.namespace') return entry.key.namespace;
    return stored[field] ?? '';
  });
}
