/**
 * The peer that Milo's reads and events are held against: node:http2, TLS, the stream API, bytes from memory, nothing
 * else. It knows no paths: `?watch` stays open, PUT sends the event to all that stay open, or with `?durable` sets what it
 * was sent in LMDB under its path, as raw-lmdb.ts does; `/list` and anything else answer their bytes. What to answer comes
 * as the first message. It ends when whoever started it does.
 */
import { createSecureServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { BareAnswers } from './peers/bare-peer.ts';
import { CompareAndSet } from './peers/compare-and-set.ts';

function serve({ ca, certificate, key, object, list, event, storeFile }: BareAnswers): void {
  const store = new CompareAndSet(storeFile);
  const watchers = new Set<ServerHttp2Stream>();
  const server = createSecureServer({
    ca,
    cert: certificate,
    key,
    requestCert: true,
    settings: { maxConcurrentStreams: 1000 },
    maxSessionMemory: 256,
  });
  const answer = (stream: ServerHttp2Stream, body: Buffer): void => {
    stream.respond({ ':status': 200, 'content-type': 'application/json', 'content-length': body.length });
    stream.end(body);
  };
  server.on('stream', (stream, headers) => {
    const path = headers[':path']!;
    if (path.includes('?watch')) {
      stream.respond({ ':status': 200, 'content-type': 'application/json' });
      watchers.add(stream);
      stream.on('close', () => watchers.delete(stream));
    } else if (path.includes('?durable')) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => void store.set(path, Buffer.concat(chunks)).then(() => answer(stream, object)));
    } else if (headers[':method'] === 'PUT') {
      stream.resume();
      stream.on('end', () => {
        for (const watcher of watchers) watcher.write(event);
        answer(stream, object);
      });
    } else answer(stream, path === '/list' ? list : object);
  });
  server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }));
}

process.once('disconnect', () => process.exit(0));
process.once('message', (answers: BareAnswers) => serve(answers));
