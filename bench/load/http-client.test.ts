import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createSecureServer, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { issueAuthority, issueLeaf } from '../../src/lib/issue-certificate.ts';
import { HttpClient } from './http-client.ts';
import type { Target } from './target.ts';

interface Served {
  readonly target: Target;
  /** Ends all connections. */
  end(): void;
}

/** Sends three lines in pieces at `/lines`, and ends them when asked for `/stop`; `/never` has no answer, `/half` half of one; all else is 404 with its token. */
async function serve(t: TestContext): Promise<Served> {
  const validity = { nowMs: Date.now(), lifetimeMs: 60_000 };
  const authority = await issueAuthority('test-ca', validity);
  const leaf = await issueLeaf(authority, {
    ...validity,
    commonName: 'test',
    organizations: [],
    usage: 'server',
    names: [{ type: 'ip', value: '127.0.0.1' }],
  });
  const server = createSecureServer({ key: leaf.key, cert: leaf.certificate });
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => sessions.add(session));
  let stop: () => void = () => {};
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    if (headers[':path'] === '/lines') {
      stream.respond({ ':status': 200 });
      stream.write('one\ntw');
      setTimeout(() => stream.write('o\nthree\nfo'), 10);
      stop = () => stream.end();
      return;
    }
    if (headers[':path'] === '/never') return;
    if (headers[':path'] === '/half') {
      stream.respond({ ':status': 200 });
      stream.write('{"items":[');
      return;
    }
    if (headers[':path'] === '/stop') stop();
    stream.respond({ ':status': 404 });
    stream.end(headers.authorization ?? 'nobody');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const end = (): void => {
    for (const session of sessions) session.destroy();
  };
  return { target: { host: '127.0.0.1', port, ca: authority.certificate }, end };
}

test('an answer that does not end is read line by line, until the server ends it', async (t) => {
  const { target } = await serve(t);
  const client = await HttpClient.connect(target, 1);
  t.after(() => client.close());
  const lines: string[] = [];
  const ended = new Promise<Error | undefined>((resolve) => {
    void client.lines(
      '/lines',
      (line) => {
        lines.push(line);
        if (lines.length === 3) void client.request('GET', '/stop');
      },
      resolve,
    );
  });
  assert.equal(await ended, undefined);
  assert.deepEqual(lines, ['one', 'two', 'three']);
  await assert.rejects(
    client.lines(
      '/other',
      () => {},
      () => {},
    ),
    /GET \/other: 404/,
  );
});

test('a token goes with every request', async (t) => {
  const { target } = await serve(t);
  const client = await HttpClient.connect({ ...target, token: 'secret' }, 1);
  t.after(() => client.close());
  assert.equal((await client.request('GET', '/')).body.toString(), 'Bearer secret');
});

test('a certificate that nobody vouches for is refused, unless any will do', async (t) => {
  const { target } = await serve(t);
  const { ca: _, ...unknown } = target;
  await assert.rejects(HttpClient.connect(unknown, 1), /certificate/);
  const client = await HttpClient.connect({ ...unknown, isInsecure: true }, 1);
  await client.close();
});

test('a client is closed also when the server has ended its connections', async (t) => {
  const { target, end } = await serve(t);
  const client = await HttpClient.connect(target, 2);
  await client.request('GET', '/');
  end();
  await new Promise((resolve) => setTimeout(resolve, 50));
  await client.close();
  await client.close();
});

test('a request that the connection ends under is refused, and so are later ones', async (t) => {
  const { target, end } = await serve(t);
  const client = await HttpClient.connect(target, 1);
  t.after(() => client.close());
  const asked = ['/never', '/half'].map((path) => client.request('GET', path));
  await new Promise((resolve) => setTimeout(resolve, 50));
  end();
  for (const request of asked) await assert.rejects(request);
  await assert.rejects(async () => await client.request('GET', '/'));
});

test('what the reader of a line throws ends the answer, as an error', async (t) => {
  const { target } = await serve(t);
  const client = await HttpClient.connect(target, 1);
  t.after(() => client.close());
  const ended = new Promise<Error | undefined>((resolve) => {
    const onLine = (line: string): void => {
      throw new Error(`no event: ${line}`);
    };
    void client.lines('/lines', onLine, resolve);
  });
  assert.match((await ended)!.message, /^no event: one$/);
});
