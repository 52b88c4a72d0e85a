/** What a PromQL expression reads: as much of the language as it takes to find names and labels in the ones of ours. */

export interface Reading {
  readonly metric: string;
  /** Of its matchers. */
  readonly labels: readonly string[];
}

export interface Reads {
  readonly readings: readonly Reading[];
  /** That results are grouped by. */
  readonly grouped: readonly string[];
}

const keywords = new Set(['and', 'or', 'unless', 'bool', 'offset', 'by', 'without', 'on', 'ignoring', 'inf']);
const grouping = /\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g;
const names = (text: string): string[] => text.match(/[A-Za-z_]\w*/g) ?? [];

export function readsOf(expression: string): Reads {
  // Strings may hold anything, braces too.
  const bare = expression.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').replaceAll(/\$\w+/g, '');
  const grouped = [...bare.matchAll(grouping)].flatMap(([, labels]) => names(labels!));
  const ungrouped = bare.replaceAll(grouping, '').replaceAll(/\[[^\]]*\]/g, '');
  const readings = [...ungrouped.matchAll(/(?<![\w.:])([A-Za-z_:][\w:]*)\s*(\(|\{[^}]*\})?/g)]
    .filter(([, name, behind]) => behind !== '(' && !keywords.has(name!))
    // What stands in braces was taken with the name before them.
    .map(([, metric, matchers = '']) => ({ metric: metric!, labels: names(matchers) }));
  return { readings, grouped };
}
