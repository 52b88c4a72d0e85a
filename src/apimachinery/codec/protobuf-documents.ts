/**
 * Whole protobuf documents out: an object in its envelope (`k8s\0` and runtime.Unknown), a list in parts, and the
 * frames of a watch. One writer serves all of them, since none waits for anything while it writes.
 */
import type { JsonObject } from '../object-meta.ts';
import { listMetaSchema } from '../schema/meta.ts';
import type { ObjectSchema } from '../schema/schema.ts';
import { writeMessage, writeMessageField } from './protobuf-encode.ts';
import { WireWriter } from './protobuf-writer.ts';

const writer = new WireWriter();

/** What names an object in its envelope. */
interface TypeMeta {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Runs `write` on the shared writer and returns what it wrote; nothing stays behind when it throws. */
function written(write: () => void): Buffer {
  writer.clear();
  write();
  return writer.take();
}

/** An object in its envelope. */
export function encodeProtobuf<T extends TypeMeta>(object: T, schema: ObjectSchema): Buffer {
  return written(() => writeEnveloped(object, schema));
}

/** Items of a list, one after the other. They are asked for from the last to the first. */
export function encodeListItems(
  count: number,
  schema: ObjectSchema,
  itemAt: (index: number) => object,
): Buffer {
  return written(() => {
    for (let i = count - 1; i >= 0; i--) writeMessageField(writer, itemsTag, schema, itemAt(i) as JsonObject);
  });
}

/** What stands before and behind the items of a list, of which there are so many bytes. */
export function encodeListEnds(
  type: TypeMeta,
  listMeta: object,
  itemsBytes: number,
): { readonly head: Buffer; readonly tail: Buffer } {
  const head = written(() => {
    writeMessageField(writer, metadataTag, listMetaSchema, listMeta as JsonObject);
    writer.varint(writer.written + itemsBytes);
    writer.byte(rawTag);
    writeType(type);
  });
  return { head, tail: written(writeEncodings) };
}

/** One frame of a watch: its length in four bytes, then a WatchEvent around the object in its envelope. */
export function encodeWatchFrame<T extends TypeMeta>(event: string, object: T, schema: ObjectSchema): Buffer {
  return written(() => {
    writeEnveloped(object, schema);
    writer.varint(writer.written);
    writer.byte(rawExtensionTag);
    writer.varint(writer.written);
    writer.byte(eventObjectTag);
    writer.text(event);
    writer.byte(eventTypeTag);
    writer.uint32BigEndian(writer.written);
  });
}

// Field numbers of lists, runtime.Unknown, TypeMeta, WatchEvent and RawExtension, with their wire type.
const metadataTag = 0x0a;
const itemsTag = 0x12;
const typeMetaTag = 0x0a;
const rawTag = 0x12;
const encodingTag = 0x1a;
const contentTypeTag = 0x22;
const apiVersionTag = 0x0a;
const kindTag = 0x12;
const eventTypeTag = 0x0a;
const eventObjectTag = 0x12;
const rawExtensionTag = 0x0a;

function writeEnveloped<T extends TypeMeta>(object: T, schema: ObjectSchema): void {
  writeEncodings();
  const start = writer.written;
  writeMessage(writer, schema, object as unknown as JsonObject);
  writer.varint(writer.written - start);
  writer.byte(rawTag);
  writeType(object);
}

/** The two fields behind the object, always empty. */
function writeEncodings(): void {
  writer.byte(0);
  writer.byte(contentTypeTag);
  writer.byte(0);
  writer.byte(encodingTag);
}

/** The magic bytes and what is inside. */
function writeType({ apiVersion, kind }: TypeMeta): void {
  const start = writer.written;
  writer.text(kind);
  writer.byte(kindTag);
  writer.text(apiVersion);
  writer.byte(apiVersionTag);
  writer.varint(writer.written - start);
  writer.byte(typeMetaTag);
  writer.uint32BigEndian(magic);
}
/** `k8s\0` */
const magic = 0x6b387300;
