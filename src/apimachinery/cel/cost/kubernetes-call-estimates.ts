/**
 * What calls of Kubernetes' CEL libraries may cost, before they run. The figures decide which rules may be stored, so
 * they are upstream's to the unit (k8s.io/apiserver/pkg/cel/library/cost.go), where the function's name alone
 * chooses, whatever it is called on; calls that are not named here are the standard library's.
 */
import type { CelType } from '../types.ts';
import type { CallEstimate, EstimatedCall, SizedNode } from './cost-estimator.ts';
import { costFactors, nominalFunctions } from './cost-factors.ts';
import {
  addRanges,
  type CostRange,
  fixedRange,
  multiplyRanges,
  oneRange,
  scaleRange,
  uint64Max,
} from './cost-range.ts';
import { extensionCallEstimate } from './extension-call-estimates.ts';

type Estimator = (call: EstimatedCall) => CallEstimate | undefined;

const traversal = costFactors.stringTraversal;
const nominal: Estimator = () => ({ cost: oneRange });
const named = (estimator: Estimator, ...functions: readonly string[]): [string, Estimator][] =>
  functions.map((name) => [name, estimator]);

/** Reads the text that is its only argument. */
const readsArgument =
  (factor: number): Estimator =>
  ({ args: [text], sizeOf }) =>
    text && { cost: scaleRange(sizeOf(text), factor) };

const keepsArgument: Estimator = ({ args: [text], sizeOf }) =>
  text && { cost: scaleRange(sizeOf(text), traversal), resultSize: sizeOf(text) };

const readsTarget: Estimator = ({ target, sizeOf }) => {
  if (target === undefined) return undefined;
  const size = sizeOf(target);
  return { cost: scaleRange(size, traversal), resultSize: size };
};

/** An element costs one, and more where it is a text to be compared. */
const visitsItems: Estimator = ({ target, sizeOf }) => {
  if (target === undefined) return undefined;
  const size = sizeOf(target);
  const item = itemOf(target);
  if (item === undefined) return { cost: scaleRange(size, traversal) };
  const isText = item.type.kind === 'string' || item.type.kind === 'bytes';
  const itemCost = isText ? addRanges(oneRange, scaleRange(sizeOf(item), traversal)) : oneRange;
  return { cost: multiplyRanges(size, itemCost) };
};

const searches: Estimator = ({ target, args: [pattern], sizeOf }) => {
  if (target === undefined || pattern === undefined) return undefined;
  const size = sizeOf(target);
  const textCost = scaleRange(addRanges(size, oneRange), traversal);
  const patternCost = scaleRange(sizeOf(pattern), costFactors.patternLength);
  return { cost: multiplyRanges(textCost, patternCost), resultSize: { min: 0n, max: size.max } };
};

const splits: Estimator = ({ target, args, sizeOf }) => {
  if (target === undefined) return undefined;
  const size = sizeOf(target);
  const limit = args[1]?.literal;
  const max = typeof limit === 'bigint' ? BigInt.asUintN(64, limit) : size.max;
  return { cost: scaleRange(size, 2 * traversal), resultSize: { min: 0n, max } };
};

const joins: Estimator = ({ target, args: [separator], sizeOf }) => {
  if (target === undefined) return undefined;
  const count = sizeOf(target);
  const item = itemOf(target);
  let size = item === undefined ? fixedRange(0) : multiplyRanges(count, sizeOf(item));
  if (separator !== undefined) {
    const gaps = { min: oneLess(count.min), max: oneLess(count.max) };
    size = addRanges(size, multiplyRanges(sizeOf(separator), gaps));
  }
  return { cost: scaleRange(size, traversal), resultSize: size };
};
const oneLess = (count: bigint): bigint => (count > 0n ? count - 1n : 0n);

const replaces: Estimator = ({ target, args: [from, to], sizeOf }) => {
  if (target === undefined || from === undefined || to === undefined) return undefined;
  const size = sizeOf(target);
  const fromSize = sizeOf(from);
  const toSize = sizeOf(to);
  const longest = replacedLength(size.max, fromSize.min, toSize.max, toSize.max <= fromSize.min);
  const shortest = replacedLength(size.min, fromSize.max, toSize.min, fromSize.max <= toSize.min);
  return { cost: scaleRange(size, 2 * traversal), resultSize: { min: shortest, max: longest } };
};
/** Of a text of `length`, in which as many pieces as fit are replaced; `keeps` where that does not change it for sure. */
function replacedLength(length: bigint, from: bigint, to: bigint, keeps: boolean): bigint {
  // An empty text is found around every character.
  if (from === 0n) return capped(capped(length + 1n) * to + length);
  if (keeps) return length;
  return capped(BigInt(Math.ceil(Number(length) / Number(from))) * to);
}
const capped = (value: bigint): bigint => (value > uint64Max ? uint64Max : value);

const parsesSelector: Estimator = ({ args, sizeOf }) =>
  args.length === 1 ? { cost: selectorCost(sizeOf(args[0]!)) } : undefined;

/** Of a selector's text: read, and a requirement with its list of values for every second character. */
function selectorCost(size: CostRange): CostRange {
  const requirements = scaleRange(scaleRange(size, 0.5), costFactors.createList + costFactors.createStruct);
  return addRanges(addRanges(fixedRange(costFactors.createList), scaleRange(size, traversal)), requirements);
}

/** Of the bytes of an IPv4 or an IPv6 address. */
const addressSize: CostRange = { min: 4n, max: 16n };
const comparesAddresses = scaleRange(addRanges(addressSize, addressSize), traversal);
const masksAddress = addRanges(scaleRange(addressSize, traversal), oneRange);

const contains =
  (cost: CostRange, textOverload: string): Estimator =>
  ({ target, args: [other], overloadId, sizeOf }) => {
    if (target === undefined || other === undefined) return undefined;
    return {
      cost: overloadId === textOverload ? addRanges(cost, scaleRange(sizeOf(other), traversal)) : cost,
    };
  };

/** Of the longest regular expression behind a named format. */
const formatPatternLength = 128;
const formatLength = 64n;

const validates: Estimator = ({ target, args: [text], sizeOf }) => {
  if (target === undefined || text === undefined) return undefined;
  const cost = scaleRange(
    scaleRange(sizeOf(text), traversal),
    formatPatternLength * costFactors.patternLength,
  );
  return { cost };
};

/** Values of the libraries that are compared at once. */
const comparedAtOnce: ReadonlySet<string> = new Set([
  'net.IP',
  'net.CIDR',
  'kubernetes.Quantity',
  'kubernetes.Semver',
  'kubernetes.authorization.Authorizer',
  'kubernetes.authorization.PathCheck',
  'kubernetes.authorization.GroupCheck',
  'kubernetes.authorization.ResourceCheck',
  'kubernetes.authorization.Decision',
]);

const compares: Estimator = ({ args: [left, right] }) => {
  const name = left && nameOf(left.type);
  if (right === undefined || name === undefined || name !== nameOf(right.type)) return undefined;
  if (comparedAtOnce.has(name)) return { cost: oneRange };
  if (name === 'kubernetes.NamedFormat') return { cost: upTo(formatLength) };
  if (name === 'kubernetes.URL') return { cost: upTo(right.size?.max ?? 1n) };
  return undefined;
};
const nameOf = (type: CelType): string | undefined =>
  type.kind === 'opaque' || type.kind === 'object' ? type.name : undefined;
const upTo = (size: bigint): CostRange => scaleRange({ min: 1n, max: size }, traversal);

const byFunction: ReadonlyMap<string, Estimator> = new Map<string, Estimator>([
  // Two checks fit into one evaluation.
  ['check', () => ({ cost: fixedRange(costFactors.authorizationCheck) })],
  ['fieldSelector', parsesSelector],
  ['labelSelector', parsesSelector],
  ...named(visitsItems, 'isSorted', 'sum', 'max', 'min', 'indexOf', 'lastIndexOf', 'includes'),
  ...named(readsTarget, 'lowerAscii', 'upperAscii', 'substring', 'trim'),
  ['replace', replaces],
  ['split', splits],
  ['join', joins],
  ...named(searches, 'find', 'findAll'),
  ...named(keepsArgument, 'url', 'jsonpatch.escapeKey'),
  ...named(
    readsArgument(traversal),
    'cidr',
    'isIP',
    'isCIDR',
    'quantity',
    'isQuantity',
    'semver',
    'isSemver',
  ),
  // Of a CIDR it is a field.
  ['ip', (call) => (call.args.length === 0 ? nominal(call) : readsArgument(traversal)(call))],
  ['ip.isCanonical', readsArgument(2 * traversal)],
  ['containsIP', contains(comparesAddresses, 'cidr_contains_ip_string')],
  ['containsCIDR', contains(addRanges(comparesAddresses, masksAddress), 'cidr_contains_cidr_string')],
  ['validate', validates],
  ['_==_', compares],
  ...named(nominal, ...nominalFunctions),
]);

export function kubernetesCallEstimate(call: EstimatedCall): CallEstimate | undefined {
  return extensionCallEstimate(call) ?? byFunction.get(call.function)?.(call);
}

/** An item of a list, as far as its declaration bounds it; undefined for what is no list. */
function itemOf({ path, type }: SizedNode): SizedNode | undefined {
  if (type.kind !== 'list') return undefined;
  return { path: path && [...path, '@items'], type: type.element, size: undefined };
}
