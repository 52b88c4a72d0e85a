import assert from 'node:assert/strict';
import { once } from 'node:events';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import tls from 'node:tls';
import { StatusError } from '../apimachinery/status.ts';
import { silentLogger } from '../lib/logger.ts';
import type { Exchange } from './exchange.ts';
import { type Listener, type ListenerOptions, listen } from './listener.ts';
import {
  authority,
  clientCertificate,
  foreignCertificate,
  servingCertificate,
} from './testing/certificates.ts';

type Handler = (exchange: Exchange) => Promise<void>;
const json = 'application/json';

const listeners: Listener[] = [];
after(() => Promise.all(listeners.map((listener) => listener.close(async () => {}))));

async function serve(handle: Handler, bounds: ListenerOptions['limits'] = {}): Promise<Listener> {
  const listener = await listen({
    host: '127.0.0.1',
    port: 0,
    tls: { ...servingCertificate, clientCa: authority },
    handle,
    logger: silentLogger,
    limits: bounds,
  });
  listeners.push(listener);
  return listener;
}

interface Reply {
  readonly code: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}
interface Call {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  readonly client?: { readonly key: string; readonly cert: string };
}

function callHttp1(port: number, call: Call, agent?: https.Agent): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = https.request({
      host: '127.0.0.1',
      port,
      path: call.path ?? '/',
      method: call.method ?? 'GET',
      headers: { ...call.headers },
      ca: authority,
      ...call.client,
      ...(agent === undefined ? { agent: false } : { agent }),
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          code: response.statusCode!,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    request.end(call.body);
  });
}

function connectHttp2(port: number, client: Call['client'] = undefined): http2.ClientHttp2Session {
  return http2.connect(`https://127.0.0.1:${port}`, { ca: authority, ...client });
}
function streamReply(stream: http2.ClientHttp2Stream): Promise<Reply> {
  return new Promise((resolve, reject) => {
    let headers: http2.IncomingHttpHeaders = {};
    const chunks: Buffer[] = [];
    stream.on('response', (received) => {
      headers = received;
    });
    stream.on('data', (chunk) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('close', () =>
      stream.rstCode === 0
        ? resolve({ code: Number(headers[':status']), headers, body: Buffer.concat(chunks).toString() })
        : reject(new Error(`reset: ${stream.rstCode}`)),
    );
  });
}
async function callHttp2(port: number, call: Call): Promise<Reply> {
  const session = connectHttp2(port, call.client);
  session.on('error', () => {});
  try {
    const stream = session.request(
      { ':path': call.path ?? '/', ':method': call.method ?? 'GET', ...call.headers },
      { endStream: call.body === undefined },
    );
    const reply = streamReply(stream);
    if (call.body !== undefined) stream.end(call.body);
    return await reply;
  } finally {
    session.close();
  }
}
const protocols = [
  ['HTTP/1.1', callHttp1],
  ['HTTP/2', callHttp2],
] as const;

const echo: Handler = async (exchange) => {
  let body: Buffer;
  try {
    body = await exchange.readBody(1_000);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    exchange.send(error.code, json, JSON.stringify(error.status));
    return;
  }
  exchange.setHeader('x-seen', exchange.header('x-say') ?? 'nothing');
  exchange.send(
    200,
    json,
    JSON.stringify({
      method: exchange.method,
      url: exchange.url,
      peer: exchange.peer ?? null,
      body: body.toString(),
    }),
  );
};

for (const [name, call] of protocols) {
  describe(`exchange over ${name}`, () => {
    let listener: Listener;
    before(async () => {
      listener = await serve(echo, { requestUrlBytes: 500, requestHeaderBytes: 2_000 });
    });
    after(() => listener.close(async () => {}));

    const check = async (title: string, request: Call, code: number, body: unknown): Promise<void> => {
      await test(title, async () => {
        const reply = await call(listener.port, request);
        assert.equal(reply.code, code);
        const parsed: unknown = reply.body === '' ? '' : JSON.parse(reply.body);
        if (body instanceof RegExp) assert.match((parsed as { message: string }).message, body);
        else assert.deepEqual(parsed, body);
        if (request.method !== 'HEAD')
          assert.equal(Number(reply.headers['content-length']), reply.body.length);
      });
    };
    const saw = (fields: object): object => ({ method: 'GET', url: '/', peer: null, body: '', ...fields });

    void check('get', {}, 200, saw({}));
    void check('path and query as sent', { path: '/a%2Fb?x=1&y=%20' }, 200, saw({ url: '/a%2Fb?x=1&y=%20' }));
    void check('body', { method: 'POST', body: 'hello' }, 200, saw({ method: 'POST', body: 'hello' }));
    void check(
      'body in chunks',
      { method: 'PUT', body: 'x'.repeat(1_000) },
      200,
      saw({ method: 'PUT', body: 'x'.repeat(1_000) }),
    );
    void check('empty body', { method: 'POST', body: '' }, 200, saw({ method: 'POST' }));
    void check('head has no body', { method: 'HEAD' }, 200, '');
    void check(
      'body over the bound, announced',
      { method: 'POST', body: 'x'.repeat(1_001), headers: { 'content-length': '1001' } },
      413,
      /^Request entity too large: limit is 1000$/,
    );
    void check(
      'body over the bound, unannounced',
      {
        method: 'POST',
        body: 'x'.repeat(300_000),
        headers: name === 'HTTP/1.1' ? { 'transfer-encoding': 'chunked' } : {},
      },
      413,
      /^Request entity too large: limit is 1000$/,
    );
    void check('URL over the bound', { path: `/${'a'.repeat(500)}` }, 414, /limit is 500 bytes/);
    void check(
      'headers over the bound',
      { headers: { 'x-long': 'a'.repeat(2_000) } },
      431,
      /limit is 2000 bytes/,
    );
    void check(
      'client certificate',
      { client: clientCertificate },
      200,
      saw({ peer: { commonName: 'alice', organizations: ['a', 'b'] } }),
    );
    void check('certificate of a stranger', { client: foreignCertificate }, 200, saw({ peer: 'invalid' }));

    test('headers both ways', async () => {
      const reply = await call(listener.port, { headers: { 'x-say': 'hey' } });
      assert.equal(reply.headers['x-seen'], 'hey');
    });
    test('Expect: 100-continue is answered before the body is read', async () => {
      const reply = await call(listener.port, {
        method: 'POST',
        body: 'late',
        headers: { expect: '100-continue', 'content-length': '4' },
      });
      assert.equal(JSON.parse(reply.body).body, 'late');
    });
  });

  describe(`stream over ${name}`, () => {
    test('write, wait for the client, end', async () => {
      let waits = 0;
      const listener = await serve(async (exchange) => {
        exchange.start(200, json);
        for (let i = 0; i < 64; i++) {
          if (!exchange.write(Buffer.alloc(32 * 1024, 'a'))) {
            waits++;
            await exchange.drained();
          }
        }
        exchange.end();
      });
      const reply = await call(listener.port, {});
      assert.equal(reply.body.length, 64 * 32 * 1024);
      assert.ok(waits > 0);
      await listener.close(async () => {});
    });

    test('destroy shows the client an incomplete response', async () => {
      const listener = await serve(async (exchange) => {
        exchange.start(200, json);
        exchange.write('{');
        setImmediate(() => exchange.destroy());
      });
      await assert.rejects(call(listener.port, {}));
      await listener.close(async () => {});
    });

    test('a handler that throws: 500 before the start, a broken response behind it', async () => {
      const listener = await serve(async (exchange) => {
        if (exchange.url === '/late') exchange.start(200, json);
        throw new Error('bug');
      });
      const early = await call(listener.port, {});
      assert.equal(early.code, 500);
      assert.doesNotMatch(early.body, /bug/);
      await assert.rejects(call(listener.port, { path: '/late' }));
      await listener.close(async () => {});
    });
  });
}

describe('a client that goes away', () => {
  const gone = async (leave: (port: number) => Promise<void>, readsBody: boolean): Promise<void> => {
    let seen: (what: string) => void = () => {};
    const outcome = new Promise<string>((resolve) => {
      seen = resolve;
    });
    const listener = await serve(async (exchange) => {
      if (readsBody) {
        await exchange.readBody(1_000).then(
          () => seen('body'),
          (error: Error) => seen(error.name),
        );
        return;
      }
      exchange.signal.addEventListener('abort', () => seen('abort'));
      exchange.start(200, json);
      exchange.write('{}');
      // More than a client takes unread: it is still on its way when the client leaves.
      exchange.write(Buffer.alloc(1024 * 1024));
      // As a watch does: the handler returns and the stream goes on.
      void once(exchange.signal, 'abort').then(async () => {
        assert.equal(exchange.write('{}'), false);
        await exchange.drained();
      });
    });
    await leave(listener.port);
    assert.equal(await outcome, readsBody ? 'BodyAborted' : 'abort');
    await listener.close(async () => {});
  };

  test('HTTP/1.1: the connection breaks', () =>
    gone(async (port) => {
      const request = https.get({ host: '127.0.0.1', port, ca: authority, agent: false });
      request.on('error', () => {});
      const [response] = await once(request, 'response');
      response.on('error', () => {});
      request.destroy();
    }, false));
  test('HTTP/1.1: in the middle of its body', () =>
    gone(async (port) => {
      const request = https.request({ host: '127.0.0.1', port, ca: authority, agent: false, method: 'POST' });
      request.on('error', () => {});
      request.write('half');
      await once(request, 'socket');
      setTimeout(() => request.destroy(), 100);
    }, true));
  test('HTTP/2: the stream is reset', () =>
    gone(async (port) => {
      const session = connectHttp2(port);
      const stream = session.request({});
      stream.on('error', () => {});
      await once(stream, 'data');
      stream.close(http2.constants.NGHTTP2_CANCEL);
      session.close();
    }, false));
  test('HTTP/2: the stream is closed without an error', () =>
    gone(async (port) => {
      const session = connectHttp2(port);
      const stream = session.request({});
      await once(stream, 'data');
      stream.close(http2.constants.NGHTTP2_NO_ERROR);
      session.close();
    }, false));
  test('HTTP/2: the connection breaks', () =>
    gone(async (port) => {
      const session = connectHttp2(port);
      session.on('error', () => {});
      const stream = session.request({});
      stream.on('error', () => {});
      await once(stream, 'data');
      session.destroy();
    }, false));
  test('HTTP/2: in the middle of its body', () =>
    gone(async (port) => {
      const session = connectHttp2(port);
      session.on('error', () => {});
      const stream = session.request({ ':method': 'POST' });
      stream.on('error', () => {});
      stream.write('half');
      setTimeout(() => session.destroy(), 100);
    }, true));
});

describe('connections', () => {
  test('HTTP/1.1 keeps a connection, and pipelined requests are answered in order', async () => {
    let release: () => void = () => {};
    const listener = await serve(async (exchange) => {
      if (exchange.url === '/slow') {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      } else release();
      exchange.send(200, 'text/plain', exchange.url);
    });
    const socket = tls.connect({ host: '127.0.0.1', port: listener.port, ca: authority });
    await once(socket, 'secureConnect');
    socket.write(
      'GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /fast HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    );
    let text = '';
    for await (const chunk of socket) text += chunk;
    assert.ok(text.indexOf('/slow') > 0 && text.indexOf('/slow') < text.indexOf('/fast'));
    await listener.close(async () => {});
  });

  test('a resumed TLS session keeps its identity, and one without gains none', async () => {
    const listener = await serve(echo);
    const connect = async (
      client: object,
      session?: Buffer,
    ): Promise<{ isReused: boolean; session: Buffer | undefined; peer: unknown }> => {
      const options = { host: '127.0.0.1', port: listener.port, ca: authority, ...client };
      const socket = tls.connect(session === undefined ? options : { ...options, session });
      let ticket: Buffer | undefined;
      let isReused = false;
      socket.on('secureConnect', () => {
        isReused = socket.isSessionReused();
      });
      socket.on('session', (received) => {
        ticket = received;
      });
      socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
      let text = '';
      for await (const chunk of socket) text += chunk;
      const { peer } = JSON.parse(text.slice(text.indexOf('\r\n\r\n'))) as { peer: unknown };
      return { isReused, session: ticket, peer };
    };
    for (const [client, peer] of [
      [clientCertificate, { commonName: 'alice', organizations: ['a', 'b'] }],
      [{}, null],
      [foreignCertificate, 'invalid'],
    ] as const) {
      const first = await connect(client);
      assert.ok(first.session);
      assert.deepEqual(first.peer, peer);
      const second = await connect({}, first.session);
      assert.equal(second.isReused, true);
      assert.deepEqual(second.peer, peer);
    }
    await listener.close(async () => {});
  });

  test('plain HTTP on the TLS port is closed', async () => {
    const listener = await serve(echo);
    const socket = net.connect(listener.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'close');
    assert.equal((await callHttp1(listener.port, {})).code, 200);
    await listener.close(async () => {});
  });

  const raw = async (listener: Listener, bytes: string): Promise<string> => {
    const socket = tls.connect({ host: '127.0.0.1', port: listener.port, ca: authority });
    await once(socket, 'secureConnect');
    socket.write(bytes);
    let text = '';
    for await (const chunk of socket) text += chunk;
    return text;
  };
  test('nonsense is a 400', async () => {
    const listener = await serve(echo);
    assert.match(await raw(listener, 'nonsense\r\n\r\n'), /^HTTP\/1\.1 400 [\s\S]*"reason":"BadRequest"/);
    await listener.close(async () => {});
  });
  test('headers that do not come in time are a 408', async () => {
    const listener = await serve(echo, {
      headersTimeoutMs: 150,
      requestTimeoutMs: 150,
      connectionSweepIntervalMs: 50,
    });
    assert.match(await raw(listener, 'GET / HTTP/1.1\r\nHost:'), /^HTTP\/1\.1 408 [\s\S]*"reason":"Timeout"/);
    await listener.close(async () => {});
  });
  test('an HTTP/1.1 stream outlives the timeouts of requests and of idle connections', async () => {
    const times = { headersTimeoutMs: 50, requestTimeoutMs: 50, idleConnectionTimeoutMs: 50 };
    const listener = await serve(
      async (exchange) => {
        exchange.start(200, json);
        setTimeout(() => {
          exchange.write('{}');
          exchange.end();
        }, 400);
      },
      { ...times, connectionSweepIntervalMs: 20 },
    );
    assert.equal((await callHttp1(listener.port, {})).body, '{}');
    await listener.close(async () => {});
  });
  test('connections over the limit are refused', async () => {
    const listener = await serve(echo, { connections: 1 });
    const first = tls.connect({ host: '127.0.0.1', port: listener.port, ca: authority });
    await once(first, 'secureConnect');
    await assert.rejects(callHttp1(listener.port, {}));
    first.destroy();
    await once(first, 'close');
    await listener.close(async () => {});
  });
  test('streams over the limit are refused and the others served', async () => {
    const waiting: Exchange[] = [];
    const listener = await serve(
      async (exchange) => {
        waiting.push(exchange);
        if (waiting.length === 2) for (const each of waiting) each.send(200, json, '{}');
      },
      { streamsPerConnection: 2 },
    );
    const session = connectHttp2(listener.port);
    await once(session, 'remoteSettings');
    assert.equal(session.remoteSettings.maxConcurrentStreams, 2);
    const replies = await Promise.all([streamReply(session.request({})), streamReply(session.request({}))]);
    assert.deepEqual(
      replies.map((reply) => reply.code),
      [200, 200],
    );
    session.close();
    await listener.close(async () => {});
  });
  test('an idle HTTP/2 connection is closed, one with a stream open is not', async () => {
    const listener = await serve(
      async (exchange) => {
        exchange.start(200, json);
        exchange.write('{}');
      },
      { idleConnectionTimeoutMs: 100 },
    );
    const idle = connectHttp2(listener.port);
    const busy = connectHttp2(listener.port);
    const stream = busy.request({});
    stream.on('error', () => {});
    await once(stream, 'data');
    await once(idle, 'close');
    assert.equal(stream.destroyed, false);
    busy.destroy();
    await listener.close(async () => {});
  });
});

describe('shutdown', () => {
  for (const [name, call] of protocols) {
    test(`${name}: an exchange in flight is answered, a watch ends cleanly, new connections are refused`, async () => {
      let finish: () => void = () => {};
      let endWatch: () => void = () => {};
      let started: () => void = () => {};
      const both = new Promise<void>((resolve) => {
        let count = 0;
        started = () => {
          if (++count === 2) resolve();
        };
      });
      const listener = await serve(async (exchange) => {
        if (exchange.url === '/watch') {
          exchange.start(200, json);
          exchange.write('{"type":"ADDED"}\n');
          endWatch = () => exchange.end();
          started();
          return;
        }
        started();
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        exchange.send(200, json, '{"kept":true}');
      });
      const { port } = listener;
      const slow = call(port, { path: '/slow' });
      const watch = call(port, { path: '/watch' });
      await both;
      const began = Date.now();
      const closed = listener.close(async () => endWatch());
      await assert.rejects(call(port, {}));
      finish();
      assert.equal((await slow).body, '{"kept":true}');
      assert.equal((await watch).body, '{"type":"ADDED"}\n');
      await closed;
      assert.ok(Date.now() - began < 2_000, 'does not sit out the grace period');
    });
  }

  test('idle connections of both protocols do not hold it up', async () => {
    const listener = await serve(echo);
    const agent = new https.Agent({ keepAlive: true });
    await callHttp1(listener.port, {}, agent);
    const unused = tls.connect({ host: '127.0.0.1', port: listener.port, ca: authority });
    unused.on('error', () => {});
    unused.resume();
    await once(unused, 'secureConnect');
    const silent = net.connect(listener.port, '127.0.0.1');
    silent.on('error', () => {});
    await once(silent, 'connect');
    const session = connectHttp2(listener.port);
    await once(session, 'remoteSettings');
    const told = once(session, 'goaway');
    const began = Date.now();
    await listener.close(async () => {});
    await told;
    assert.ok(Date.now() - began < 2_000);
    agent.destroy();
  });

  test('what outlives the grace period is cut', async () => {
    const listener = await serve(() => new Promise(() => {}), { shutdownGraceMs: 100 });
    const stuck = [callHttp1(listener.port, {}), callHttp2(listener.port, {})].map((reply) =>
      assert.rejects(reply),
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    await listener.close(async () => {});
    await Promise.all(stuck);
  });
});
