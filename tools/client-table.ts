/**
 * A table of what ran with which client, from the runner's events: a row for each tool and version. A case is a test in
 * a suite named after its tool, and begins with the version: `1.27: crud (platform)`. A suite that is skipped whole has
 * a row without one.
 */
import type { TestEvent } from 'node:test/reporters';

interface Row {
  passed: number;
  failed: number;
  skipped: number;
}

export class ClientTable {
  readonly #rows = new Map<string, Row>();
  /** The tests that have begun and not ended, the outermost first. */
  readonly #path: string[] = [];

  take(event: TestEvent): void {
    if (event.type === 'test:start') {
      this.#path.length = event.data.nesting;
      this.#path.push(event.data.name);
    } else if (event.type === 'test:pass' || event.type === 'test:fail') {
      const { name, nesting, skip } = event.data;
      const isSkipped = skip !== undefined && skip !== false;
      // A suite's own end counts only where nothing in it has run.
      const tool = this.#path[0] ?? name;
      if (nesting === 0 && [...this.#rows.keys()].some((key) => key.startsWith(`${tool} |`))) return;
      const version = nesting === 0 ? '' : (/^([^ :]+): /.exec(name)?.[1] ?? '');
      const row = this.#row(`${tool} | ${version}`);
      if (isSkipped) row.skipped++;
      else if (event.type === 'test:pass') row.passed++;
      else row.failed++;
    }
  }

  lines(): readonly string[] {
    const cells = [...this.#rows].map(([tool, { passed, failed, skipped }]) =>
      [tool, passed + failed + skipped, passed, failed, skipped].join(' | '),
    );
    return [
      'tool | version | cases | passed | failed | skipped',
      '---|---|---|---|---|---',
      ...cells.sort(),
    ].map((line) => `| ${line} |`);
  }

  #row(tool: string): Row {
    const row = this.#rows.get(tool) ?? { passed: 0, failed: 0, skipped: 0 };
    this.#rows.set(tool, row);
    return row;
  }
}
