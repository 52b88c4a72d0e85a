/**
 * The annotation in which client-side apply keeps what it last sent. `kubectl apply --server-side` keeps it up to
 * date where it is, so that both kinds of apply can be used by turns. That it also excuses conflicts is tracker.ts's.
 * Source: apimachinery/pkg/util/managedfields/internal/lastapplied{,updater}.go.
 */

import { goJson } from '../apply/field-path.ts';
import { parseJson } from '../codec/json.ts';
import { JsonSyntaxError } from '../codec/json-parser.ts';
import { limits } from '../limits.ts';
import type { JsonObject, JsonValue } from '../object-meta.ts';

/** Only this manager takes part: whoever wants nothing of it applies under another name. */
export const lastAppliedManager = 'kubectl';
const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

/** What client-side apply last sent; undefined where there is nothing that can be read. */
export function lastAppliedOf(object: JsonObject): JsonObject | undefined {
  const text = annotationsOf(object)?.[lastAppliedAnnotation];
  if (typeof text !== 'string' || text === '') return undefined;
  try {
    const value = parseJson(text);
    return isObject(value) ? value : undefined;
  } catch (error) {
    // Whoever wrote that has not used client-side apply.
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}

/** The object with the annotation telling `config`, where it has the annotation. */
export function refreshLastApplied(object: JsonObject, config: JsonObject): JsonObject {
  const annotations = annotationsOf(object);
  const before = annotations?.[lastAppliedAnnotation];
  if (annotations === undefined || before === undefined || before === '') return object;
  const { [lastAppliedAnnotation]: _, ...others } = annotations;
  const text = lastAppliedText(config);
  const isKept = bytesOf({ ...others, [lastAppliedAnnotation]: text }) <= limits.annotationsBytes;
  const kept = isKept ? { ...annotations, [lastAppliedAnnotation]: text } : others;
  return { ...object, metadata: { ...(object.metadata as JsonObject), annotations: kept } };
}

/** As the annotation's writer has it: without itself, members sorted, one line. */
function lastAppliedText(config: JsonObject): string {
  const annotations = annotationsOf(config);
  if (annotations === undefined) return `${goJson(config)}\n`;
  const { [lastAppliedAnnotation]: _, ...others } = annotations;
  return `${goJson({ ...config, metadata: { ...(config.metadata as JsonObject), annotations: others } })}\n`;
}

function bytesOf(annotations: JsonObject): number {
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    bytes += Buffer.byteLength(key) + Buffer.byteLength(String(value));
  }
  return bytes;
}

function annotationsOf(object: JsonObject): JsonObject | undefined {
  const { metadata } = object;
  if (!isObject(metadata) || !isObject(metadata.annotations)) return undefined;
  return metadata.annotations;
}
const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
