/**
 * What a call of Kubernetes' CEL libraries has cost, once its operands and its result are there: the counterpart of
 * the estimates in a run (k8s.io/apiserver/pkg/cel/library/cost.go). Undefined for all other calls, which cost what
 * the standard library says.
 */
import type { ActualCall } from '../environment.ts';
import { sizeOf as standardSizeOf } from '../runtime-cost.ts';
import { CelList, CelMap, CelObject, CelOpaque, type CelValue } from '../values.ts';
import { costFactors, nominalFunctions } from './cost-factors.ts';

/** A value of a library that has a size: an address its bytes. */
interface Sized {
  readonly size: number;
}

type Cost = (args: readonly CelValue[], result: CelValue, overloadId: string) => number | undefined;

const traversal = costFactors.stringTraversal;
const read = (size: number): number => Math.ceil(size * traversal);
const nominal: Cost = () => 1;
const named = (cost: Cost, ...functions: readonly string[]): [string, Cost][] =>
  functions.map((name) => [name, cost]);

const readsFirst: Cost = ([first]) => read(sizeOf(first));
const readsFirstTwice: Cost = ([first]) => read(2 * sizeOf(first));
const visitsFirst: Cost = ([first]) => traversalCost(first);

const searches: Cost = ([text, pattern]) => patternCost(sizeOf(text), sizeOf(pattern));
/** An empty text does not make a pattern free. */
const patternCost = (text: number, pattern: number): number =>
  read(1 + text) * Math.ceil(pattern * costFactors.patternLength);

const parsesSelector: Cost = ([, selector]) => {
  const size = sizeOf(selector);
  const requirements = Math.ceil(size * 0.5) * (costFactors.createList + costFactors.createStruct);
  return costFactors.createList + read(size) + requirements;
};

const validates: Cost = ([format, text]) => {
  const { maxPatternLength } = format as { maxPatternLength?: number };
  return maxPatternLength === undefined ? undefined : patternCost(sizeOf(text), maxPatternLength);
};

/** What libraries define is compared at once, and objects of schemas as far as the smaller has fields. */
const compares: Cost = ([left, right]) => {
  if (left instanceof CelOpaque) return 1;
  if (!(left instanceof CelObject && right instanceof CelObject)) return undefined;
  return read(Math.min(sizeOf(left), sizeOf(right)));
};

/** As many bytes are compared as the CIDR has. */
const containsIp: Cost = ([cidr, ip], _result, overloadId) =>
  read(2 * sizeOf(cidr)) + (overloadId === 'cidr_contains_ip_string' ? read(sizeOf(ip)) : 0);
const containsCidr: Cost = ([cidr, other], _result, overloadId) =>
  read(2 * sizeOf(cidr)) +
  read(sizeOf(cidr)) +
  1 +
  (overloadId === 'cidr_contains_cidr_string' ? read(sizeOf(other)) : 0);

/** Every item is compared with every other. */
const comparesItems =
  (factor: number): Cost =>
  ([left, right]) =>
    1 + sizeOf(left) * sizeOf(right) * factor;

/** Of a new list. */
const newList = (work: number): number => Math.floor(work) + 1 + costFactors.createList;
const makesList: Cost = (_args, result) => newList(sizeOf(result));
const flattens: Cost = ([list, depth]) => newList(sizeOf(list) * (depth === undefined ? 1 : Number(depth)));
const comparesWithin =
  (position: number): Cost =>
  (args) => {
    const list = args[position];
    const size = sizeOf(list);
    const first = list instanceof CelList ? list.get(0) : undefined;
    const isText = typeof first === 'string' || first instanceof Uint8Array;
    return newList(size * size * (isText ? 2 + traversal : 2));
  };

/** What lists and sets are of cel-go's extensions; strings have functions of the same names. */
const ofLists =
  (cost: Cost): Cost =>
  (args, result, overloadId) =>
    args[0] instanceof CelList ? cost(args, result, overloadId) : undefined;

const byFunction: ReadonlyMap<string, Cost> = new Map<string, Cost>([
  ...named(nominal, ...nominalFunctions),
  // Two checks fit into one evaluation.
  ['check', () => costFactors.authorizationCheck],
  ...named(parsesSelector, 'fieldSelector', 'labelSelector'),
  ...named(visitsFirst, 'isSorted', 'sum', 'max', 'min', 'indexOf', 'lastIndexOf', 'includes'),
  ...named(readsFirst, 'url', 'lowerAscii', 'upperAscii', 'substring', 'trim', 'jsonpatch.escapeKey'),
  ...named(readsFirst, 'cidr', 'isIP', 'isCIDR', 'quantity', 'isQuantity', 'semver', 'isSemver'),
  ...named(readsFirstTwice, 'replace', 'split', 'ip.isCanonical'),
  ['ip', ([first], _result, overloadId) => (overloadId === 'cidr_ip' ? 1 : read(sizeOf(first)))],
  ['join', (_args, result) => read(2 * sizeOf(result))],
  ...named(searches, 'find', 'findAll'),
  ['validate', validates],
  ['containsIP', containsIp],
  ['containsCIDR', containsCidr],
  ['sets.contains', comparesItems(1)],
  ['sets.intersects', comparesItems(1)],
  ['sets.equivalent', comparesItems(2)],
  ...named(ofLists(makesList), 'slice', 'reverse'),
  ['lists.range', makesList],
  ['flatten', flattens],
  ['distinct', comparesWithin(0)],
  ['sort', comparesWithin(0)],
  ['@sortByAssociatedKeys', comparesWithin(1)],
  ['_==_', compares],
  ['_!=_', (args, result, id) => (args[0] instanceof CelOpaque ? undefined : compares(args, result, id))],
]);

/** For the environment whose evaluations have the hook. */
export const hasKubernetesCallCost = (name: string): boolean => byFunction.has(name);

/** The hook of an evaluation. */
export function kubernetesCallCost({
  function: name,
  overloadId,
  args,
  result,
}: ActualCall): number | undefined {
  return byFunction.get(name)?.(args, result, overloadId);
}

/** Characters, bytes, items or entries; of an object as many as it has fields, and one of what has none. */
function sizeOf(value: CelValue | undefined): number {
  if (value === undefined) return 1;
  const hasOwn = (value instanceof CelObject || value instanceof CelOpaque) && 'size' in value;
  return hasOwn ? (value as Sized).size : standardSizeOf(value);
}

/** Of everything in a value. */
function traversalCost(value: CelValue | undefined): number {
  if (typeof value === 'string') return Math.floor(Buffer.byteLength(value) * traversal);
  if (value instanceof Uint8Array) return Math.floor(value.length * traversal);
  let cost = 0;
  if (value instanceof CelList) for (const item of value) cost += traversalCost(item);
  else if (value instanceof CelMap) {
    for (const [key, item] of value.entries()) cost += traversalCost(key) + traversalCost(item);
  } else if (value instanceof CelObject) {
    for (const field of value.fields()) cost += traversalCost(field) + traversalCost(value.get(field));
  } else return 1;
  return cost;
}
