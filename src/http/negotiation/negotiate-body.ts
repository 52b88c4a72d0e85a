/** The encoding of a request body, from its Content-Type. Patch bodies have media types of their own, elsewhere. */
import { unsupportedMediaType } from '../../apimachinery/status.ts';
import { parseMediaRange } from './media-range.ts';

export type BodyFormat = 'json' | 'yaml' | 'protobuf';

const formats = new Map<string, BodyFormat>([
  ['application/json', 'json'],
  ['application/yaml', 'yaml'],
  ['application/vnd.kubernetes.protobuf', 'protobuf'],
]);

/**
 * A body without a Content-Type is JSON. Throws the 415 StatusError for anything unknown, and for protobuf where
 * the kind has no such form (custom resources): clients retry neither, so both must be final.
 */
export function negotiateBody(contentType: string | undefined, hasProtobuf = true): BodyFormat {
  if (contentType === undefined || contentType === '') return 'json';
  const format = formats.get(contentType) ?? formats.get(essence(contentType));
  if (format !== undefined && (format !== 'protobuf' || hasProtobuf)) return format;
  throw unsupportedMediaType(
    [...formats.keys()].filter((type) => hasProtobuf || formats.get(type) !== 'protobuf'),
  );
}

function essence(contentType: string): string {
  const range = parseMediaRange(contentType);
  return range === undefined ? '' : `${range.type}/${range.subtype}`;
}
