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

/** Throws 400 for what does not parse and for fields the resource does not offer. */
export function parseSelection(
  definition: ResourceDefinition,
  labelSelector: string,
  fieldSelector: string,
): Selection {
  if (labelSelector === '' && fieldSelector === '') return selectAll;
  let labels: LabelSelector | undefined;
  let fields: FieldSelector | undefined;
  try {
    if (labelSelector !== '') labels = parseLabelSelector(labelSelector);
    if (fieldSelector !== '') fields = parseFieldSelector(fieldSelector);
  } catch (error) {
    throw badRequest((error as Error).message, error);
  }
  for (const { field } of fields?.requirements ?? []) {
    const isOffered =
      field === 'metadata.name' ||
      field === 'metadata.namespace' ||
      Object.hasOwn(definition.selectableFields ?? {}, field);
    if (!isOffered) throw badRequest(`field label not supported: ${field}`);
  }
  return {
    labels,
    fields,
    name: fields?.exact('metadata.name'),
    namespace: fields?.exact('metadata.namespace'),
  };
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
