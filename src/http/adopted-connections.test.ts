/** Connections that somebody else accepts and hands over, as the primary process of a server with workers does. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import { describe, test } from 'node:test';
import tls from 'node:tls';
import { silentLogger } from '../lib/logger.ts';
import type { Exchange } from './exchange.ts';
import { type Listener, type ListenerOptions, serveAdopted } from './listener.ts';
import { authority, servingCertificate } from './testing/certificates.ts';

type Handler = (exchange: Exchange) => Promise<void>;
interface Call {
  readonly path?: string;
}
const json = 'application/json';
const echo: Handler = async (exchange) => exchange.send(200, json, '{}');

function callHttp1(port: number, { path = '/' }: Call): Promise<{ body: string }> {
  return new Promise((resolve, reject) => {
    const request = https.get({ host: '127.0.0.1', port, path, ca: authority, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ body }));
    });
    request.on('error', reject);
  });
}

async function callHttp2(port: number, { path = '/' }: Call): Promise<{ body: string }> {
  const session = http2.connect(`https://127.0.0.1:${port}`, { ca: authority });
  session.on('error', () => {});
  try {
    const stream = session.request({ ':path': path });
    let body = '';
    for await (const chunk of stream) body += chunk;
    if (stream.rstCode !== 0 || body === '') throw new Error('no answer');
    return { body };
  } finally {
    session.close();
  }
}
const protocols = [
  ['HTTP/1.1', callHttp1],
  ['HTTP/2', callHttp2],
] as const;

describe('connections that somebody else accepts', () => {
  /** Accepts and hands over, as the primary process of a server with workers does. */
  async function inFront(
    handle: Handler,
    bounds: ListenerOptions['limits'] = {},
  ): Promise<{ listener: Listener; port: number; stop: () => void }> {
    const listener = serveAdopted({
      tls: { ...servingCertificate, clientCa: authority },
      handle,
      logger: silentLogger,
      limits: bounds,
    });
    const front = net.createServer({ pauseOnConnect: true }, (socket) => listener.adopt(socket));
    front.listen(0, '127.0.0.1');
    await once(front, 'listening');
    return { listener, port: (front.address() as net.AddressInfo).port, stop: () => front.close() };
  }

  for (const [name, call] of protocols) {
    test(`${name}: they are served like others, and a shutdown waits for what is in flight`, async () => {
      let finish: () => void = () => {};
      let began: () => void = () => {};
      const inFlight = new Promise<void>((resolve) => {
        began = resolve;
      });
      const { listener, port, stop } = await inFront(async (exchange) => {
        if (exchange.url === '/slow') {
          began();
          await new Promise<void>((resolve) => {
            finish = resolve;
          });
        }
        exchange.send(200, json, '{}');
      });
      assert.equal((await call(port, {})).body, '{}');
      const slow = call(port, { path: '/slow' });
      await inFlight;
      let isClosed = false;
      const closed = listener
        .close(async () => {})
        .then(() => {
          isClosed = true;
        });
      await assert.rejects(call(port, {}), 'it takes no more');
      assert.equal(isClosed, false);
      finish();
      assert.equal((await slow).body, '{}');
      await closed;
      stop();
    });
  }

  test('a shutdown without connections ends at once', async () => {
    const { listener, stop } = await inFront(echo);
    await listener.close(async () => {});
    stop();
  });

  test('those over the limit are refused', async () => {
    const { listener, port, stop } = await inFront(echo, { connections: 1 });
    const first = tls.connect({ host: '127.0.0.1', port, ca: authority });
    await once(first, 'secureConnect');
    await assert.rejects(callHttp1(port, {}));
    assert.equal(listener.dropped, 1);
    first.destroy();
    await once(first, 'close');
    await listener.close(async () => {});
    stop();
  });

  test('headers that do not come in time are refused', async () => {
    const { listener, port, stop } = await inFront(echo, {
      headersTimeoutMs: 150,
      requestTimeoutMs: 150,
      connectionSweepIntervalMs: 50,
    });
    const socket = tls.connect({ host: '127.0.0.1', port, ca: authority });
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    socket.write('GET / HTTP/1.1\r\nHost:');
    await once(socket, 'close');
    assert.match(text, /^HTTP\/1\.1 408 /);
    await listener.close(async () => {});
    stop();
  });
});
