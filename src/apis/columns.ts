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

export const ageColumn: ColumnDefinition = {
  name: 'Age',
  type: 'date',
  description: 'Time since the object was created.',
  value: (object) => object.metadata.creationTimestamp ?? '',
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
