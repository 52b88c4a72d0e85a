/** Semantic versions: Kubernetes' CEL library `semver`. Source: apiserver/pkg/cel/library/semverlib.go. */
import { compareSemver, parseLenientSemver, parseSemver, type Semver, SemverError } from '../../semver.ts';
import { type CelLibrary, declare, global, member } from '../library.ts';
import { boolType, intType, opaque, stringType } from '../types.ts';
import { CelError, CelOpaque } from '../values.ts';

const semverType = opaque('kubernetes.Semver');

export class SemverValue extends CelOpaque {
  readonly celType = semverType;
  readonly version: Semver;
  constructor(version: Semver) {
    super();
    this.version = version;
  }
  equalTo(other: CelOpaque): boolean {
    return other instanceof SemverValue && compareSemver(this.version, other.version) === 0;
  }
}

function readSemver(text: string, isNormalized = false): SemverValue | CelError {
  try {
    return new SemverValue(isNormalized ? parseLenientSemver(text) : parseSemver(text));
  } catch (error) {
    if (error instanceof SemverError) return new CelError(error.message);
    throw error;
  }
}

const isSemver = (text: string, isNormalized = false): boolean =>
  readSemver(text, isNormalized) instanceof SemverValue;

const compare = (a: SemverValue, b: SemverValue): number => compareSemver(a.version, b.version);
const number = (name: 'major' | 'minor' | 'patch') =>
  declare(
    name,
    // Go's conversion from uint64.
    member(`semver_${name}`, [semverType], intType, ({ version }: SemverValue) =>
      BigInt.asIntN(64, version[name]),
    ),
  );
const pair = [semverType, semverType];

/** Version 0 does not normalise. */
export const semverLibrary = (version: 0 | 1): CelLibrary => ({
  name: 'kubernetes.Semver',
  functions: [
    declare(
      'semver',
      global('string_to_semver', [stringType], semverType, (text: string) => readSemver(text)),
      ...(version === 0
        ? []
        : [global('string_bool_to_semver', [stringType, boolType], semverType, readSemver)]),
    ),
    declare(
      'isSemver',
      global('is_semver_string', [stringType], boolType, (text: string) => isSemver(text)),
      ...(version === 0 ? [] : [global('is_semver_string_bool', [stringType, boolType], boolType, isSemver)]),
    ),
    declare(
      'isGreaterThan',
      member('semver_is_greater_than', pair, boolType, (a, b) => compare(a, b) > 0),
    ),
    declare(
      'isLessThan',
      member('semver_is_less_than', pair, boolType, (a, b) => compare(a, b) < 0),
    ),
    declare(
      'compareTo',
      member('semver_compare_to', pair, intType, (a, b) => BigInt(compare(a, b))),
    ),
    number('major'),
    number('minor'),
    number('patch'),
  ],
});
