import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { issueAuthority, issueLeaf } from '../../src/lib/issue-certificate.ts';
import { Connections } from './connections.ts';
import { LeanConnection, prepareRequest } from './lean-connection.ts';
import type { Target } from './target.ts';

const lifetimeMs = 60_000;

/**
 * Answers with what it was asked: method, path, body length and, if there is one, the token. `/refused` is 403; `/large`
 * is 3 MB; `/slow` takes a while, and is told how many requests were under way.
 */
async function echoServer(t: TestContext, streamsMax?: number): Promise<Target> {
  const validity = { nowMs: Date.now(), lifetimeMs };
  const authority = await issueAuthority('test-ca', validity);
  const request = {
    ...validity,
    commonName: 'test',
    organizations: [],
    names: [{ type: 'ip', value: '127.0.0.1' }],
  };
  const leaf = await issueLeaf(authority, { ...request, usage: 'server' } as Parameters<typeof issueLeaf>[1]);
  const server = createSecureServer({
    key: leaf.key,
    cert: leaf.certificate,
    ...(streamsMax === undefined ? {} : { settings: { maxConcurrentStreams: streamsMax } }),
  });
  let underWay = 0;
  server.on('stream', (stream, headers) => {
    let length = 0;
    const most = ++underWay;
    stream.on('close', () => underWay--);
    stream.on('data', (chunk: Buffer) => {
      length += chunk.length;
    });
    stream.on('end', () => {
      const path = headers[':path'];
      stream.respond({ ':status': path === '/refused' ? 403 : 200 });
      if (path === '/slow') setTimeout(() => stream.end(String(most)), 20);
      else if (path === '/large') stream.end(Buffer.alloc(3_000_000, 'x'));
      else stream.end([headers[':method'], path, length, ...[headers.authorization ?? []].flat()].join(' '));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { host: '127.0.0.1', port, ca: authority.certificate, ...leaf };
}

async function connect(
  t: TestContext,
  target: Target,
): Promise<{ lean: LeanConnection; fault: Promise<Error> }> {
  let onFault: (error: Error) => void = () => {};
  const fault = new Promise<Error>((resolve) => {
    onFault = resolve;
  });
  const lean = await LeanConnection.connect(target, (error) => onFault(error));
  t.after(() => lean.close());
  return { lean, fault };
}

function ask(lean: LeanConnection, request: Buffer, body?: Buffer): Promise<string> {
  let text = '';
  return new Promise((resolve) => {
    lean.send(request, body, {
      data: (chunk, start, end) => {
        text += chunk.toString('latin1', start, end);
      },
      end: () => resolve(text),
    });
  });
}

test('many requests at once, each answered with its own bytes', async (t) => {
  const target = await echoServer(t);
  const { lean } = await connect(t, target);
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, at) => ask(lean, prepareRequest(target, 'GET', `/object-${at}`))),
  );
  assert.deepEqual(
    answers,
    answers.map((_, at) => `GET /object-${at} 0`),
  );
});

test('bodies beyond the window of the connection wait for the server', async (t) => {
  const target = await echoServer(t);
  const { lean } = await connect(t, target);
  const body = Buffer.alloc(15_000, 'y');
  const put = prepareRequest(target, 'PUT', '/object');
  const answers = await Promise.all(Array.from({ length: 40 }, () => ask(lean, put, body)));
  assert.deepEqual(new Set(answers), new Set(['PUT /object 15000']));
});

test('answers of many frames arrive whole', async (t) => {
  const target = await echoServer(t);
  const { lean } = await connect(t, target);
  const large = prepareRequest(target, 'GET', '/large');
  const lengths = (await Promise.all([ask(lean, large), ask(lean, large)])).map((text) => text.length);
  assert.deepEqual(lengths, [3_000_000, 3_000_000]);
});

test('an answer other than 200 is a fault that quotes it', async (t) => {
  const target = await echoServer(t);
  const { lean, fault } = await connect(t, target);
  void ask(lean, prepareRequest(target, 'GET', '/refused'));
  assert.match((await fault).message, /^the server refused a request: GET \/refused 0$/);
});

test('what a sink throws is a fault of its connection', async (t) => {
  const target = await echoServer(t);
  const { lean, fault } = await connect(t, target);
  const end = (): void => {
    throw new Error('an event too many');
  };
  lean.send(prepareRequest(target, 'GET', '/object'), undefined, { end });
  assert.match((await fault).message, /^an event too many$/);
});

test('connections to a server that ends them before it has said anything are refused, and none stays', async (t) => {
  const { host, port, ...credentials } = await echoServer(t);
  const closing: TLSSocket[] = [];
  const { certificate: cert, key } = credentials;
  const server = createTlsServer({ cert, key, ALPNProtocols: ['h2'] }, (socket) => {
    socket.on('error', () => {});
    closing.push(socket);
    if (closing.length === 3) closing[1]!.destroy();
  });
  server.listen(0, host);
  await once(server, 'listening');
  t.after(() => server.close());
  const silent = { host, port: (server.address() as AddressInfo).port, ...credentials };
  assert.notEqual(silent.port, port);
  await assert.rejects(Connections.open(silent, 3), /closed the connection/);
});

test('no more requests are under way than the server takes, and all are answered', async (t) => {
  const target = await echoServer(t, 5);
  const { lean } = await connect(t, target);
  assert.equal(lean.streamsMax, 5);
  const slow = prepareRequest(target, 'GET', '/slow');
  const answers = await Promise.all(Array.from({ length: 23 }, () => ask(lean, slow)));
  assert.equal(Math.max(...answers.map(Number)), 5);
});

test('a token goes with every request', async (t) => {
  const target = { ...(await echoServer(t)), token: 'secret' };
  const { lean } = await connect(t, target);
  assert.equal(await ask(lean, prepareRequest(target, 'GET', '/object')), 'GET /object 0 Bearer secret');
});
