/**
 * Table columns that many kinds print. Only what is common: a kind's own columns stand in its definition.
 */
import type { ColumnDefinition } from '../apimachinery/resource-definition.ts';
import { findCondition } from './conditions.ts';

export const nameColumn: ColumnDefinition = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name of the object, unique among its kind within its namespace or control plane.',
  value: (object) => object.metadata.name,
};

/** Upstream's printers call an age a string. */
export const ageColumn: ColumnDefinition = {
  name: 'Age',
  type: 'string',
  isAge: true,
  description: 'Time since the object was created.',
  value: (object) => object.metadata.creationTimestamp ?? '',
};
/** As of custom resources, whose ages are dates. */
export const dateAgeColumn: ColumnDefinition = { ...ageColumn, type: 'date' };

/** Of kinds for which upstream has no printer: the time itself. */
export const createdAtColumn: ColumnDefinition = {
  name: 'Created At',
  type: 'date',
  description: 'When the object was created.',
  value: (object) => object.metadata.creationTimestamp,
};

/** The status (True, False, Unknown) of one condition, empty while the condition is not reported. */
export function conditionColumn(name: string, conditionType: string): ColumnDefinition {
  return {
    name,
    type: 'string',
    description: `Status of the condition ${conditionType}.`,
    value: (object) => findCondition(object, conditionType)?.status,
  };
}
