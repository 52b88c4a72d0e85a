/**
 * Which library enters the base environment of Kubernetes at which minor version of 1.x: what expressions in the API may
 * use. Source: apiserver/pkg/cel/environment/base.go. What upstream lets in at 1.0 has been there ever since.
 */
import { twoVariableComprehensions } from '../extensions/comprehensions.ts';
import { lists } from '../extensions/lists.ts';
import { optionals } from '../extensions/optionals.ts';
import { sets } from '../extensions/sets.ts';
import { strings } from '../extensions/strings.ts';
import type { CelLibrary } from '../library.ts';
import { standardLibrary } from '../standard/standard-library.ts';
import { authorizationLibrary, authorizationSelectorsLibrary } from './authorization.ts';
import { cidrLibrary } from './cidr.ts';
import { formatLibrary } from './format.ts';
import { ipLibrary } from './ip.ts';
import { includesLibrary, listsLibrary } from './lists.ts';
import { quantityLibrary } from './quantity.ts';
import { regexLibrary } from './regex.ts';
import { semverLibrary } from './semver.ts';
import { urlLibrary } from './url.ts';

const rows: readonly (readonly [since: number, CelLibrary])[] = [
  [0, standardLibrary],
  [0, urlLibrary],
  [0, regexLibrary],
  [0, listsLibrary],
  [0, strings],
  [27, authorizationLibrary],
  [28, optionals],
  [28, quantityLibrary],
  [29, sets],
  [30, ipLibrary],
  [30, cidrLibrary],
  [31, formatLibrary],
  [31, authorizationSelectorsLibrary],
  [32, twoVariableComprehensions],
  [33, semverLibrary(1)],
  [34, lists],
  [37, includesLibrary],
];

/** Of the newest Kubernetes, or of 1.`minor`. */
export const kubernetesLibraries = (minor = Number.POSITIVE_INFINITY): readonly CelLibrary[] =>
  rows.flatMap(([since, library]) => (since <= minor ? [library] : []));
