/**
 * The frames of a watch stream: one JSON object a line, or protobuf behind its length. A change is encoded once for
 * all streams that show it alike; what differs (encoding, Table, metadata only, other versions) is told apart by the
 * form's name.
 */
import { stringifyJson } from '../../apimachinery/codec/json.ts';
import { encodeWatchFrame } from '../../apimachinery/codec/protobuf-documents.ts';
import { apiVersionOf } from '../../apimachinery/gvk.ts';
import type { KubeObject } from '../../apimachinery/object-meta.ts';
import { asWritten } from '../../apimachinery/schema/zero-members.ts';
import type { Status } from '../../apimachinery/status.ts';
import { must } from '../../lib/assert.ts';
import type { Clock } from '../../lib/clock.ts';
import { objectOf } from '../../registry/stored-objects.ts';
import {
  partialObjectMetadata,
  renderBookmarkTable,
  renderTable,
  resourceVersionOf,
} from '../../registry/table.ts';
import { type EventType, eventState } from '../../registry/watch.ts';
import { servedLength, writeServed } from '../../storage/record.ts';
import type { StoredRecord } from '../../storage/store.ts';
import type { Encoding, SharedChange } from '../../storage/watch-target.ts';
import { isStoredAnswer, protobufSchema, type Rendering } from './rendering.ts';

export class WatchFrames {
  readonly #rendering: Rendering;
  /** The ages in a table are those of the moment it is written, not of when the watch began. */
  readonly #clock: Clock;
  /** Names of this stream's encodings; made once, for they are looked up at each delivery. */
  readonly #forms: Readonly<Record<EventType, string>>;
  #hasSentColumns = false;

  constructor(rendering: Rendering, clock: Clock) {
    this.#rendering = rendering;
    this.#clock = clock;
    const { served, negotiated, includeObject } = rendering;
    const { group, resource, writtenBy = '' } = served.definition;
    const { format, transform, metaVersion } = negotiated;
    const form = `${format}/${group}/${served.version.version}/${resource}/${writtenBy}/${transform}/${metaVersion}/${includeObject}`;
    this.#forms = { ADDED: `${form}/ADDED`, MODIFIED: `${form}/MODIFIED`, DELETED: `${form}/DELETED` };
  }

  /** A promise only where somebody else must convert the object. */
  event(shared: SharedChange, type: EventType): Encoding {
    // The first event of a Table stream carries the columns, so it is nobody else's.
    if (this.#rendering.negotiated.transform === 'table' && !this.#hasSentColumns) {
      return this.state(type, must(eventState(shared.change, type), 'state of an event'));
    }
    return shared.encoded(this.#forms[type], (change) =>
      this.state(type, must(eventState(change, type), 'state of an event')),
    );
  }

  state(type: EventType, stored: StoredRecord): Encoding {
    if (isStoredAnswer(this.#rendering, stored)) return rawFrame(type, stored);
    const { plane, served } = this.#rendering;
    const object = objectOf(plane, served, stored);
    return object instanceof Promise
      ? object.then((converted) => this.#frame(type, this.#transform(converted)))
      : this.#frame(type, this.#transform(object));
  }

  bookmark(revision: number, isInitialEnd: boolean): Buffer {
    const { definition, version } = this.#rendering.served;
    const bookmark: KubeObject = {
      kind: definition.kind,
      apiVersion: apiVersionOf({ group: definition.group, version: version.version }),
      metadata: {
        resourceVersion: String(revision),
        creationTimestamp: null,
        ...(isInitialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
      },
    };
    const { transform, metaVersion } = this.#rendering.negotiated;
    if (transform === 'partial') return this.#frame('BOOKMARK', partialObjectMetadata(bookmark, metaVersion));
    if (transform === 'none') {
      // JSON has what Go does not leave out of an empty object; the protobuf writer knows that by itself.
      const isJson = this.#rendering.negotiated.format === 'json';
      return this.#frame('BOOKMARK', isJson ? asWritten(bookmark, version.schema) : bookmark);
    }
    const table = renderBookmarkTable(definition, bookmark, {
      includeObject: this.#rendering.includeObject,
      metaVersion,
      hasColumns: this.#takeColumns(),
    });
    return this.#frame('BOOKMARK', table);
  }

  error(status: Status): Buffer {
    return this.#frame('ERROR', status);
  }

  #transform(object: KubeObject): object {
    const { negotiated, served, includeObject } = this.#rendering;
    if (negotiated.transform === 'none') return object;
    if (negotiated.transform === 'partial') return partialObjectMetadata(object, negotiated.metaVersion);
    return renderTable(served.definition, [object], {
      includeObject,
      nowMs: this.#clock.now(),
      listMeta: resourceVersionOf(object.metadata),
      metaVersion: negotiated.metaVersion,
      hasColumns: this.#takeColumns(),
    });
  }

  #frame(type: string, object: object): Buffer {
    if (this.#rendering.negotiated.format === 'protobuf') {
      const document = object as KubeObject;
      return encodeWatchFrame(type, document, protobufSchema(this.#rendering, document));
    }
    return Buffer.from(`{"type":"${type}","object":${stringifyJson(object)}}\n`);
  }

  #takeColumns(): boolean {
    const isFirst = !this.#hasSentColumns;
    this.#hasSentColumns = true;
    return isFirst;
  }
}

function rawFrame(type: EventType, { record, revision }: StoredRecord): Buffer {
  const head = `{"type":"${type}","object":`;
  const out = Buffer.allocUnsafe(head.length + servedLength(record, revision) + 2);
  let at = out.write(head, 0, 'latin1');
  at = writeServed(out, at, record, revision);
  out.write('}\n', at, 'latin1');
  return out;
}
