import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpClient } from './http-client.ts';
import { Tenancy } from './tenancy.ts';
import { readTenancy } from './tenancy-description.ts';
import { TenantWatch } from './tenant-watch.ts';

/** A server that answers a list, and then watches as the test says. */
class FakeServer {
  readonly paths: string[] = [];
  #onLine: (line: string) => void = () => {};
  #onEnd: (error?: Error) => void = () => {};

  readonly client = {
    get: async () => ({ metadata: { resourceVersion: '7' } }),
    lines: async (path: string, onLine: (line: string) => void, onEnd: (error?: Error) => void) => {
      this.paths.push(path);
      this.#onLine = onLine;
      this.#onEnd = onEnd;
      return () => {};
    },
  } as unknown as HttpClient;

  tell(type: string, name: string | undefined, resourceVersion: string, status = 'False'): void {
    const object = {
      metadata: { name, resourceVersion },
      status: { conditions: [{ type: 'Ready', status }] },
    };
    this.#onLine(JSON.stringify({ type, object }));
  }

  end(error?: Error): void {
    this.#onEnd(error);
  }
}

const tenancy = new Tenancy(readTenancy('milo'), { namePrefix: 'run-' });

test('a tenant is ready, and gone, when the watch says so; also when that was said before', async () => {
  const server = new FakeServer();
  const watch = await TenantWatch.open(server.client, tenancy);
  let ready: number | undefined;
  const waiting = watch.until('ready', 'one').then((atMs) => {
    ready = atMs;
  });
  server.tell('ADDED', 'run-one', '8');
  server.tell('MODIFIED', 'run-other', '9', 'True');
  await sleep(5);
  assert.equal(ready, undefined);
  server.tell('MODIFIED', 'run-one', '10', 'True');
  await waiting;
  server.tell('DELETED', 'run-one', '11');
  assert.ok((await watch.until('gone', 'one')) >= ready!);
  watch.forget('one');
  server.tell('DELETED', 'run-one', '12');
  await watch.until('gone', 'one');
});

test('a watch that the server ends goes on from where it was; one that breaks fails what waits', async () => {
  const server = new FakeServer();
  const watch = await TenantWatch.open(server.client, tenancy);
  server.tell('BOOKMARK', undefined, '20');
  server.end();
  await sleep(0);
  assert.deepEqual(
    server.paths.map((path) => /resourceVersion=(\d+)/.exec(path)![1]),
    ['7', '20'],
  );
  const waiting = watch.until('gone', 'one');
  server.end(new Error('broken'));
  await assert.rejects(waiting, /broken/);
  const told = await TenantWatch.open(server.client, tenancy);
  server.tell('ERROR', undefined, '0');
  await assert.rejects(told.until('ready', 'one'), /the watch of tenants ended/);
});
