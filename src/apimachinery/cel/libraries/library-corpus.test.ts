import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpusMissing, corpusText } from '../../../../test/corpus.ts';
import { parseSemver } from '../../semver.ts';
import { CelEnvironment } from '../cel.ts';
import type { CelList, CelOptional, CelValue } from '../values.ts';
import { kubernetesLibraries } from './kubernetes-libraries.ts';
import { SemverValue, semverLibrary } from './semver.ts';

type Expected = Readonly<Record<string, unknown>>;
interface Case {
  readonly id: string;
  readonly expr: string;
  readonly libraryVersion?: 0 | 1;
  readonly expected: { readonly value?: Expected; readonly runtimeError?: string };
}

const current = new CelEnvironment({ libraries: kubernetesLibraries(), homogeneousLiterals: true });
const withSemver = (version: 0 | 1): CelEnvironment =>
  new CelEnvironment({ libraries: [...kubernetesLibraries(32), semverLibrary(version)] });
const versions = [withSemver(0), withSemver(1)] as const;

/** A value as the tables write it: under the name of its type. */
function written(value: CelValue, as: string): unknown {
  switch (as) {
    case 'int':
      return Number(value);
    case 'list':
      return [...(value as CelList)].map((item) => ({ string: item }));
    case 'optional': {
      const inner = (value as CelOptional).value;
      return inner === undefined ? null : { list: written(inner, 'list') };
    }
    case 'ip':
    case 'cidr':
    case 'quantity':
      return String(value);
    default:
      return value;
  }
}

function check({ id, expr, libraryVersion, expected }: Case): void {
  const environment = libraryVersion === undefined ? current : versions[libraryVersion];
  const compiled = environment.compile(expr);
  assert.ok(compiled.program, `${id}: ${compiled.issues && compiled.text}`);
  const { value, error } = compiled.program.evaluate({});
  if (expected.runtimeError !== undefined) {
    const wanted = expected.runtimeError.replace(/\.\*$/, '');
    assert.ok(error?.message.includes(wanted), `${id}: ${error?.message ?? 'no error'}`);
    return;
  }
  assert.equal(error, undefined, id);
  const [[as, wanted]] = Object.entries(expected.value!) as [[string, unknown]];
  if (as === 'semver') {
    assert.ok(
      value instanceof SemverValue && value.equalTo(new SemverValue(parseSemver(wanted as string))),
      id,
    );
    return;
  }
  assert.deepEqual(written(value, as), wanted, id);
}

for (const name of ['cidr', 'format', 'ip', 'quantity', 'semver']) {
  test(`upstream's table of the library ${name}`, (t) => {
    const path = `upstream-tables/cel/library/${name}.json`;
    const text = corpusText(path);
    if (text === undefined) return t.skip(corpusMissing(path));
    const { cases } = JSON.parse(text) as { readonly cases: readonly Case[] };
    for (const each of cases) check(each);
  });
}
