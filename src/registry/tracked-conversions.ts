/**
 * Tracking looks at an object in every version in which somebody manages fields of it. Where a webhook converts, that
 * takes time, and tracking waits for nobody: it is told what is known, what else it asks is converted, and it begins
 * anew. It asks the same again, so every round knows more. All other kinds convert by themselves, at once.
 */
import { stringifyJson } from '../apimachinery/codec/json.ts';
import { limits } from '../apimachinery/limits.ts';
import type { TrackedEndpoint } from '../apimachinery/managed-fields/tracker.ts';
import type { JsonObject, KubeObject } from '../apimachinery/object-meta.ts';
import { bareError } from '../apimachinery/status.ts';
import type { ServedResource } from './definition-table.ts';
import { convertedTo, type Plane } from './stored-objects.ts';

/** `track` must have no effect but its result. Rejects with the StatusError of a conversion that failed. */
export function withConversions<T>(
  plane: Plane,
  served: ServedResource,
  endpoint: TrackedEndpoint,
  track: (endpoint: TrackedEndpoint) => T,
): T | Promise<T> {
  if (served.definition.remoteConversion === undefined) return track(endpoint);
  const known = new Map<string, JsonObject>();
  const { versions } = endpoint;
  const convert = (object: JsonObject, from: string, to: string): JsonObject => {
    // What is not there yet has nothing that a webhook could convert.
    if (isNothing(object)) return { ...object, apiVersion: to };
    const key = `${to}\n${stringifyJson(object)}`;
    const converted = known.get(key);
    if (converted === undefined) throw new Unconverted(key, object, from, to);
    return converted;
  };
  const attempt = (): T =>
    track({ ...endpoint, versions: { schemaOf: (apiVersion) => versions.schemaOf(apiVersion), convert } });
  const settle = async (first: Unconverted): Promise<T> => {
    let open = first;
    for (let n = 0; n < limits.trackedConversions; n++) {
      known.set(open.key, await converted(plane, served, open));
      try {
        return attempt();
      } catch (error) {
        if (!(error instanceof Unconverted)) throw error;
        open = error;
      }
    }
    throw bareError(`managed fields need more than ${limits.trackedConversions} conversions`);
  };
  try {
    return attempt();
  } catch (error) {
    if (!(error instanceof Unconverted)) throw error;
    return settle(error);
  }
}

/** Ends a round of tracking: what it needs to go on. */
class Unconverted extends Error {
  readonly key: string;
  readonly object: JsonObject;
  readonly from: string;
  readonly to: string;

  constructor(key: string, object: JsonObject, from: string, to: string) {
    super(`${from} is not converted to ${to} yet`);
    this.name = 'Unconverted';
    this.key = key;
    this.object = object;
    this.from = from;
    this.to = to;
  }
}

const isNothing = ({ metadata }: JsonObject): boolean => Object.keys(metadata as JsonObject).length === 0;

async function converted(
  plane: Plane,
  served: ServedResource,
  { object, from, to }: Unconverted,
): Promise<JsonObject> {
  const inVersion = (apiVersion: string): ServedResource => {
    const version = served.form.versions.get(apiVersion);
    // Whoever manages fields in a version that is gone was left out before.
    if (version === undefined) throw bareError(`there is no version ${apiVersion}`);
    return { ...served, version };
  };
  const result = await convertedTo(plane, inVersion(from), object as unknown as KubeObject, inVersion(to));
  return result as unknown as JsonObject;
}
