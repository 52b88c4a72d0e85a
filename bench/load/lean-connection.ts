/**
 * The least HTTP/2 client that can load a server: it sends prepared header blocks, and reads of an answer only whether
 * it is 200, its bytes and its end. Client and server share the machine's cores, so every microsecond a full client
 * spends would be missing in what is measured. For answers other than 200, use http-client.ts.
 */
import { once } from 'node:events';
import type { OnReadOpts } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import {
  flag,
  frame,
  frameHeaderLength,
  frameType,
  headerBlock,
  isStatus200,
  preface,
  readSetting,
  setting,
  settingsFrame,
  windowDefault,
  windowMax,
  windowUpdateFrame,
  writeFrameHeader,
} from './h2-frames.ts';
import { authorityOf, type Target, tlsOptions } from './target.ts';

/** Told of one answer. Several streams may share a sink. */
export interface AnswerSink {
  /** The headers have come, and say 200. */
  begin?(): void;
  /** Bytes of the body; only good during the call. */
  data?(chunk: Buffer, start: number, end: number): void;
  /** The answer was 200 and is complete. */
  end(): void;
}

export type PreparedRequest = Buffer;

const contentTypes = { PUT: 'application/json', PATCH: 'application/apply-patch+yaml' };
export const mergePatchType = 'application/merge-patch+json';

/** A PATCH is a server-side apply, unless its type says otherwise. */
export function prepareRequest(
  target: Target,
  method: 'GET' | 'PUT' | 'PATCH',
  path: string,
  patchType: string = contentTypes.PATCH,
): PreparedRequest {
  return headerBlock([
    [':method', method],
    [':scheme', 'https'],
    [':path', path],
    [':authority', authorityOf(target)],
    ['accept', 'application/json'],
    ...(target.token === undefined ? [] : ([['authorization', `Bearer ${target.token}`]] as const)),
    ...(method === 'GET'
      ? []
      : ([['content-type', method === 'PATCH' ? patchType : contentTypes.PUT]] as const)),
  ]);
}

interface Stream {
  readonly sink: AnswerSink;
  /** Undefined until the headers have come. */
  isOk: boolean | undefined;
  /** What a refusal says. */
  refusal: string;
}
interface Waiting {
  readonly request: PreparedRequest;
  readonly body: Buffer | undefined;
  readonly sink: AnswerSink;
}

const refusalLengthMax = 400;
/** Until the server has said what it takes. */
const connectTimeoutMs = 20_000;
const creditBeforeUpdate = 2 ** 30;
const receivedBytesMax = 64 * 1024;

export class LeanConnection {
  readonly #socket: TLSSocket;
  #onFault: (error: Error) => void;
  readonly #streams = new Map<number, Stream>();
  /** What the server's limits do not let go yet: of streams at a time, and of bytes in bodies. */
  readonly #backlog: Waiting[] = [];
  #streamsMax = Number.POSITIVE_INFINITY;
  #onSettings: () => void = () => {};
  #outgoing: Buffer[] = [];
  #nextStream = 1;
  #sendWindow = windowDefault;
  #receivedBytes = 0;
  #isClosed = false;

  // The frame being read.
  readonly #header = Buffer.alloc(frameHeaderLength);
  #headerFilled = 0;
  #type = 0;
  #flags = 0;
  #streamId = 0;
  #payloadLeft = 0;
  /** Payload of any frame but DATA, as far as it has come. */
  #payload: Buffer[] = [];

  private constructor(socket: TLSSocket, onFault: (error: Error) => void) {
    this.#socket = socket;
    this.#onFault = onFault;
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  /** `onFault` is called once, with whatever makes the connection or an answer fail, or a sink throws, later on. */
  static async connect(target: Target, onFault: (error: Error) => void): Promise<LeanConnection> {
    const { host, port } = target;
    const received = new Received();
    const options: ConnectionOptions & { onread: OnReadOpts } = {
      host,
      port,
      ...tlsOptions(target),
      ALPNProtocols: ['h2'],
      onread: received,
    };
    const socket = connect(options);
    const silent = new Error(`${authorityOf(target)} said nothing in ${connectTimeoutMs} ms`);
    const timer = setTimeout(() => socket.destroy(silent), connectTimeoutMs);
    try {
      await once(socket, 'secureConnect');
      if (socket.alpnProtocol !== 'h2') throw new Error(`${authorityOf(target)} does not speak HTTP/2`);
      socket.setNoDelay(true);
      const connection = new LeanConnection(socket, onFault);
      received.deliver((chunk) => connection.#receive(chunk));
      // What the server sends first; a stream opened before would not know how many may be.
      const settings = new Promise<void>((resolve, reject) => {
        connection.#onSettings = resolve;
        connection.#onFault = reject;
      });
      connection.#write(preface);
      connection.#write(settingsFrame([[setting.initialWindowSize, windowMax]]));
      connection.#write(windowUpdateFrame(windowMax - windowDefault));
      await settings;
      connection.#onFault = onFault;
      return connection;
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** A body must fit the window of a fresh stream: 65,535 bytes. */
  send(request: PreparedRequest, body: Buffer | undefined, sink: AnswerSink): void {
    if (body !== undefined && body.length > windowDefault) {
      throw new Error('a body larger than the window of a stream');
    }
    this.#backlog.push({ request, body, sink });
    this.#sendWaiting();
  }

  /** How many requests the server takes at a time; more wait here. */
  get streamsMax(): number {
    return this.#streamsMax;
  }

  close(): void {
    this.#isClosed = true;
    this.#socket.destroy();
  }

  #open(sink: AnswerSink): number {
    const id = this.#nextStream;
    this.#nextStream += 2;
    this.#streams.set(id, { sink, isOk: undefined, refusal: '' });
    return id;
  }

  /** Sends what waits, as far as the server's limits reach. */
  #sendWaiting(): void {
    for (let next = this.#backlog[0]; next !== undefined; next = this.#backlog[0]) {
      const { request, body, sink } = next;
      if (this.#streams.size >= this.#streamsMax || (body?.length ?? 0) > this.#sendWindow) return;
      this.#backlog.shift();
      const id = this.#open(sink);
      if (body === undefined) {
        this.#write(frame(frameType.headers, flag.endHeaders | flag.endStream, id, request));
        continue;
      }
      this.#sendWindow -= body.length;
      const out = Buffer.allocUnsafe(2 * frameHeaderLength + request.length + body.length);
      let at = writeFrameHeader(out, 0, request.length, frameType.headers, flag.endHeaders, id);
      at += request.copy(out, at);
      at = writeFrameHeader(out, at, body.length, frameType.data, flag.endStream, id);
      body.copy(out, at);
      this.#write(out);
    }
  }

  /** One write to the socket for all frames of a tick. */
  #write(bytes: Buffer): void {
    this.#outgoing.push(bytes);
    if (this.#outgoing.length > 1) return;
    process.nextTick(() => {
      const [first] = this.#outgoing;
      const whole = this.#outgoing.length === 1 ? first! : Buffer.concat(this.#outgoing);
      this.#outgoing = [];
      if (!this.#isClosed) this.#socket.write(whole);
    });
  }

  #receive(chunk: Buffer): void {
    // What a sink throws is a fault as well: nobody is there to catch it.
    try {
      this.#read(chunk);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #read(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !this.#isClosed) {
      if (this.#headerFilled < frameHeaderLength) {
        const taken = chunk.copy(this.#header, this.#headerFilled, at);
        at += taken;
        this.#headerFilled += taken;
        if (this.#headerFilled < frameHeaderLength) return;
        this.#beginFrame();
      } else {
        const end = Math.min(at + this.#payloadLeft, chunk.length);
        if (this.#type === frameType.data) this.#data(chunk, at, end);
        else this.#payload.push(Buffer.from(chunk.subarray(at, end)));
        this.#payloadLeft -= end - at;
        at = end;
      }
      if (this.#payloadLeft === 0) this.#endFrame();
    }
  }

  #beginFrame(): void {
    const header = this.#header;
    this.#payloadLeft = header.readUIntBE(0, 3);
    this.#type = header[3]!;
    this.#flags = header[4]!;
    this.#streamId = header.readUInt32BE(5) & windowMax;
    this.#payload = [];
    if (this.#type === frameType.data) this.#credit(this.#payloadLeft);
    const hasPadding = this.#type === frameType.data || this.#type === frameType.headers;
    if (hasPadding && (this.#flags & flag.padded) !== 0)
      this.#fail(new Error('the server sends padded frames'));
  }

  #credit(bytes: number): void {
    this.#receivedBytes += bytes;
    if (this.#receivedBytes < creditBeforeUpdate) return;
    this.#write(windowUpdateFrame(this.#receivedBytes));
    this.#receivedBytes = 0;
  }

  #data(chunk: Buffer, start: number, end: number): void {
    const stream = this.#streams.get(this.#streamId);
    if (stream === undefined) return;
    if (stream.isOk === true) stream.sink.data?.(chunk, start, end);
    else if (stream.refusal.length < refusalLengthMax) stream.refusal += chunk.toString('utf8', start, end);
  }

  #endFrame(): void {
    this.#headerFilled = 0;
    const id = this.#streamId;
    switch (this.#type) {
      case frameType.data:
        if ((this.#flags & flag.endStream) !== 0) this.#finish(id);
        break;
      case frameType.headers: {
        const stream = this.#streams.get(id);
        if (stream !== undefined && stream.isOk === undefined) {
          stream.isOk = isStatus200(this.#takePayload());
          if (stream.isOk) stream.sink.begin?.();
        }
        if ((this.#flags & flag.endStream) !== 0) this.#finish(id);
        break;
      }
      case frameType.settings:
        if ((this.#flags & flag.ack) === 0) this.#takeSettings(this.#takePayload());
        break;
      case frameType.ping:
        if ((this.#flags & flag.ack) === 0)
          this.#write(frame(frameType.ping, flag.ack, 0, this.#takePayload()));
        break;
      case frameType.windowUpdate:
        if (id === 0) {
          this.#sendWindow += this.#takePayload().readUInt32BE(0);
          this.#sendWaiting();
        }
        break;
      case frameType.reset:
        if (this.#streams.has(id)) this.#fail(new Error('the server reset a stream'));
        break;
      case frameType.goAway:
        this.#fail(new Error('the server is closing the connection'));
        break;
      default:
    }
  }

  #takeSettings(settings: Buffer): void {
    this.#streamsMax = readSetting(settings, setting.maxConcurrentStreams) ?? this.#streamsMax;
    this.#write(frame(frameType.settings, flag.ack, 0, Buffer.alloc(0)));
    this.#sendWaiting();
    this.#onSettings();
  }

  #takePayload(): Buffer {
    return this.#payload.length === 1 ? this.#payload[0]! : Buffer.concat(this.#payload);
  }

  #finish(id: number): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    this.#streams.delete(id);
    this.#sendWaiting();
    if (stream.isOk === true) stream.sink.end();
    else this.#fail(new Error(`the server refused a request: ${stream.refusal}`));
  }

  #fail(error: Error): void {
    if (this.#isClosed) return;
    this.close();
    this.#onFault(error);
  }
}

/**
 * What a socket reads, always in the same memory. Memory of its own for each read, of lists a thousand megabytes in a
 * minute, would have V8 collect all of the client's heap twice a second, and the measured latencies with it.
 */
class Received implements OnReadOpts {
  readonly buffer = Buffer.allocUnsafeSlow(receivedBytesMax);
  #early: Buffer[] = [];
  #deliver: ((chunk: Buffer) => void) | undefined;

  readonly callback = (bytes: number): boolean => {
    const chunk = this.buffer.subarray(0, bytes);
    if (this.#deliver === undefined) this.#early.push(Buffer.from(chunk));
    else this.#deliver(chunk);
    return true;
  };

  /** From now on; a chunk is good during the call. */
  deliver(to: (chunk: Buffer) => void): void {
    this.#deliver = to;
    for (const chunk of this.#early.splice(0)) to(chunk);
  }
}
