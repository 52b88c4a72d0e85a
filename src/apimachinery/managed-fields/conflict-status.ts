/**
 * The answer to an apply that meets the fields of others: a cause for every field, and a message that lists them by
 * manager. Source: apimachinery/pkg/util/managedfields/internal/conflict.go.
 */
import { formatPath, type Path } from '../apply/field-path.ts';
import { goQuote } from '../apply/go-text.ts';
import { compareText } from '../apply/value-order.ts';
import { applyConflict, type StatusError } from '../status.ts';
import { entryOf } from './entries.ts';

export interface FieldConflict {
  /** Manager identifier of who owns the field. */
  readonly manager: string;
  readonly path: Path;
}

export function conflictStatus(conflicts: readonly FieldConflict[]): StatusError {
  const causes = conflicts.map(({ manager, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${managerText(manager)}`,
    field: formatPath(path),
  }));
  return applyConflict(messageOf(conflicts), causes);
}

function messageOf(conflicts: readonly FieldConflict[]): string {
  if (conflicts.length === 1) {
    const { manager, path } = conflicts[0]!;
    return `Apply failed with 1 conflict: conflict with ${managerText(manager)}: ${formatPath(path)}`;
  }
  const managers = [...new Set(conflicts.map(({ manager }) => manager))].sort(compareText);
  const lines = managers.flatMap((manager) => [
    `conflicts with ${managerText(manager)}:`,
    ...conflicts
      .filter((conflict) => conflict.manager === manager)
      .map(({ path }) => `- ${formatPath(path)}`),
  ]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

function managerText(identifier: string): string {
  const { manager = '', subresource = '', operation, apiVersion, time } = entryOf(identifier);
  const name = `${goQuote(manager)}${subresource === '' ? '' : ` with subresource ${goQuote(subresource)}`}`;
  if (operation !== 'Update') return name;
  return `${name} using ${apiVersion}${time === undefined ? '' : ` at ${time}`}`;
}
