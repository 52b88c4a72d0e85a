import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTest, type Source, sources } from './sources.ts';

const byPath = new Map(sources.map((source) => [source.path, source]));

/**
 * What someone starts: the command line, the benches, the tools, the examples. And the form of the TokenRequest, which
 * leaves this list when tokens of service accounts are issued; and the extensions of CEL that Kubernetes lets into no
 * expression of its API, which are there for expressions that are Milo's own.
 */
const entries = sources.filter(
  ({ path }) =>
    path === 'src/cli/main.ts' ||
    path === 'src/apis/authentication/v1/token-request-schema.ts' ||
    /^src\/apimachinery\/cel\/extensions\/(encoders|math)\.ts$/.test(path) ||
    /^(bench|tools|examples\/[^/]+)\/[^/]+\.ts$/.test(path),
);
/** Code that serves tests: suites a new backend must pass and what it hands them, fakes, the test folder itself. */
const servesTests = ({ path }: Source): boolean =>
  path.startsWith('test/') ||
  /\/(testing|conformance)\//.test(path) ||
  /^src\/storage\/backends\/[^/]+\/(crash-writer|[^/]+-subject)\.ts$/.test(path) ||
  path === 'src/layers.ts';

function reachable(from: readonly Source[]): Set<string> {
  const reached = new Set<string>();
  const work = [...from];
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    if (reached.has(next.path)) continue;
    reached.add(next.path);
    for (const { file } of next.imports) {
      const source = file === undefined ? undefined : byPath.get(file);
      if (source !== undefined) work.push(source);
    }
  }
  return reached;
}

test('no dead files', () => {
  assert.ok(byPath.has('src/cli/main.ts'));
  const used = reachable(entries);
  const tested = reachable(sources.filter(isTest));
  const dead = sources.filter(
    (source) =>
      !isTest(source) && !used.has(source.path) && !(servesTests(source) && tested.has(source.path)),
  );
  assert.deepEqual(
    dead.map(({ path }) => path),
    [],
  );
});

test('every import of ours names a file that is there', () => {
  const missing = sources.flatMap(({ path, imports }) =>
    imports
      .filter(({ file }) => file !== undefined && !byPath.has(file))
      .map(({ specifier }) => `${path} imports ${specifier}`),
  );
  assert.deepEqual(missing, []);
});

test('no export that nobody imports', () => {
  const taken = new Set<string>();
  for (const { imports } of sources) {
    for (const { file, names } of imports) for (const name of names) taken.add(`${file} ${name}`);
  }
  const unused = sources
    .filter((source) => !taken.has(`${source.path} *`))
    .flatMap(({ path, exports }) => exports.map((name) => `${path} ${name}`))
    .filter((name) => !taken.has(name));
  assert.deepEqual(unused, []);
});
