/** The answer's whole body is one Status, with exactly the fields that are expected. */
import assert from 'node:assert/strict';
import type { ApiServer, Send } from '../api-client.ts';

export interface Expected {
  readonly code: number;
  readonly message: string | RegExp;
  readonly reason?: string;
  readonly details?: object;
}

export async function checkStatus(
  server: ApiServer,
  path: string,
  send: Send,
  expected: Expected,
): Promise<void> {
  const { status, headers, json, text } = await server.send(path, send);
  assert.equal(status, expected.code, text);
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(headers['cache-control'], 'no-cache, private');
  assert.match(String(headers['audit-id']), /^[0-9a-f-]{36}$/);
  const { message } = json;
  if (expected.message instanceof RegExp) assert.match(message, expected.message);
  assert.deepEqual(json, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    ...expected,
    message: expected.message instanceof RegExp ? message : expected.message,
  });
}
