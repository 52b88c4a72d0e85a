/**
 * What the selectors of a list, watch or deletecollection tell of the objects it is about, for who decides whether it
 * is allowed. Selects nothing, and refuses nothing: a selector that does not parse is the verb's to refuse. Source:
 * RequestInfo of apiserver/pkg/endpoints/request and the attributes made of it.
 */
import { parseFieldSelector } from '../apimachinery/field-selector.ts';
import { parseLabelSelector } from '../apimachinery/label-selector.ts';
import { pathSegmentProblems } from '../apimachinery/names.ts';
import { StatusError } from '../apimachinery/status.ts';
import type { Narrowing } from './context.ts';

const narrowable: ReadonlySet<string> = new Set(['list', 'watch', 'deletecollection']);

/** Undefined where there is no selector, or the verb takes none. */
export function narrowingOf(verb: string, query: URLSearchParams): Narrowing | undefined {
  if (!narrowable.has(verb)) return undefined;
  const fieldText = query.get('fieldSelector') ?? '';
  const labelText = query.get('labelSelector') ?? '';
  if (fieldText === '' && labelText === '') return undefined;
  const fields = parsed(fieldText, parseFieldSelector);
  const labels = parsed(labelText, parseLabelSelector);
  const isReadable = fields !== undefined && labels !== undefined;
  const name = verb === 'deletecollection' || !isReadable ? '' : (fields.exact('metadata.name') ?? '');
  return {
    name: pathSegmentProblems(name).length === 0 ? name : '',
    fields: fields?.requirements ?? [],
    labels: labels?.requirements ?? [],
  };
}

function parsed<T>(text: string, parse: (text: string) => T): T | undefined {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof StatusError) return undefined;
    throw error;
  }
}
