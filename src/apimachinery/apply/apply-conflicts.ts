/** What stands in the way of an apply: fields it would change that others own. */
import { formatPath, type Path } from './field-path.ts';
import { goQuote } from './go-text.ts';

export interface Conflict {
  readonly manager: string;
  readonly path: Path;
}

/** The message names the managers by their identifiers; what a client reads is worded where those are understood. */
export class ApplyConflicts extends Error {
  override readonly name = 'ApplyConflicts';
  readonly conflicts: readonly Conflict[];
  constructor(conflicts: readonly Conflict[]) {
    super(messageOf(conflicts));
    this.conflicts = conflicts;
  }
}

function messageOf(conflicts: readonly Conflict[]): string {
  const [first, second] = conflicts;
  if (first !== undefined && second === undefined) {
    return `conflict with ${goQuote(first.manager)}: ${formatPath(first.path)}`;
  }
  const managers = [...new Set(conflicts.map(({ manager }) => manager))].sort();
  return managers
    .flatMap((manager) => [
      `conflicts with ${goQuote(manager)}:`,
      ...conflicts.filter((c) => c.manager === manager).map(({ path }) => `- ${formatPath(path)}`),
    ])
    .join('\n');
}
