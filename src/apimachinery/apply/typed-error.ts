/** Values that do not fit their apply schema: where, and in upstream's words. */
import { formatPath, type Path } from './field-path.ts';

export interface TypedIssue {
  /** `.spec.ports[0]`; empty for the whole value. */
  readonly path: string;
  readonly message: string;
}

export class TypedError extends Error {
  override readonly name = 'TypedError';
  readonly issues: readonly TypedIssue[];
  constructor(issues: readonly TypedIssue[]) {
    const lines = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
    super(lines.length === 1 ? lines[0]! : ['errors:', ...lines.map((line) => `  ${line}`)].join('\n'));
    this.issues = issues;
  }
}

export const issueAt = (path: Path, message: string): TypedIssue => ({ path: formatPath(path), message });

export const unresolved = (name: string | undefined): string =>
  `schema error: no type found matching: ${name ?? 'inlined type'}`;
export const invalidAtom = (name: string | undefined): string =>
  `schema error: invalid atom: ${name === undefined ? 'inlined' : `named type: ${name}`}`;
