/**
 * The query parameters of LIST, WATCH and deletecollection: upstream's ListOptions, read and judged in its order, so
 * that of several mistakes the same one is named. Numbers first, then selectors (400), then what contradicts itself
 * (422), then fields the kind does not offer (400).
 */
import { isInt64Text } from '../../apimachinery/int64-text.ts';
import { badRequest } from '../../apimachinery/status.ts';
import type { Target } from '../../registry/engine.ts';
import type { ListOptions } from '../../registry/list.ts';
import { checkListOptions, checkWatchOptions, type ReadOptions } from '../../registry/resource-version.ts';
import { parseSelectors, type Selection, type Selectors, selectionOf } from '../../registry/selection.ts';
import { isTrue } from '../../request/request-info.ts';

export interface WatchQuery extends ReadOptions {
  readonly selection: Selection;
  /** Undefined where the client does not say. */
  readonly sendInitialEvents: boolean | undefined;
  readonly allowsBookmarks: boolean;
  /** 0 where the client leaves it to the server. */
  readonly timeoutSeconds: number;
}

/** Throws 400, and 422 for combinations that upstream forbids. */
export function listOptions(target: Target, query: URLSearchParams): ListOptions {
  const { options, selectors } = read(query);
  checkListOptions(options);
  return { ...options, selection: selectionOf(target.served.definition, selectors) };
}

/** Throws 400, and 422 for combinations that upstream forbids. */
export function watchQuery(target: Target, query: URLSearchParams): WatchQuery {
  const { options, selectors, timeoutSeconds } = read(query);
  checkWatchOptions(options);
  const selection = selectionOf(target.served.definition, selectors);
  return {
    ...options,
    selection: target.name === '' ? selection : namedSelection(target, selection),
    sendInitialEvents: options.asksInitialEvents ? isTrue(query.get('sendInitialEvents')) : undefined,
    allowsBookmarks: isTrue(query.get('allowWatchBookmarks')),
    timeoutSeconds,
  };
}

interface Read {
  readonly options: ReadOptions;
  readonly selectors: Selectors;
  readonly timeoutSeconds: number;
}

function read(query: URLSearchParams): Read {
  const timeoutSeconds = integerOf(query.get('timeoutSeconds'));
  const limit = Math.max(integerOf(query.get('limit')), 0);
  return {
    options: {
      resourceVersion: query.get('resourceVersion') ?? '',
      resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
      continueToken: query.get('continue') ?? '',
      asksInitialEvents: query.has('sendInitialEvents'),
      limit,
    },
    selectors: parseSelectors(query.get('labelSelector') ?? '', query.get('fieldSelector') ?? ''),
    timeoutSeconds,
  };
}

/** 0 where the parameter is absent; Go's message where it is no int64, as an empty one is not. */
export function integerOf(text: string | null): number {
  if (text === null) return 0;
  if (isInt64Text(text)) return Number(text);
  const problem = /^[+-]?\d+$/.test(text) ? 'value out of range' : 'invalid syntax';
  throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${problem}`);
}

/** A watch on one object's path selects that name; a field selector beside it must name the same. */
function namedSelection(target: Target, selection: Selection): Selection {
  if (selection.fields === undefined) {
    const byName = parseSelectors('', `metadata.name=${target.name}`);
    return { ...selectionOf(target.served.definition, byName), labels: selection.labels };
  }
  if (selection.name !== target.name) {
    throw badRequest("fieldSelector metadata.name doesn't match requested name");
  }
  return selection;
}
