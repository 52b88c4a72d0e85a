/** Connections before, while and after somebody takes them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { silentLogger } from '../../lib/logger.ts';
import { SharedPort } from './shared-port.ts';

async function client(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

test('what comes before somebody is there waits, unread, and is taken then', async () => {
  const shared = await SharedPort.open('127.0.0.1', 0, silentLogger);
  const socket = await client(shared.port);
  socket.write('hello');
  const taken = new Promise<Socket>((resolve) => {
    shared.begin((offered) => {
      resolve(offered);
      return true;
    });
  });
  const accepted = await taken;
  assert.equal(accepted.bytesRead, 0);
  accepted.destroy();
  await new Promise((resolve) => socket.once('close', resolve));
  shared.close();
});

test('what nobody takes for the moment is offered again', async () => {
  const shared = await SharedPort.open('127.0.0.1', 0, silentLogger);
  const offered: Socket[] = [];
  let isThere = false;
  shared.begin((socket) => {
    offered.push(socket);
    return isThere;
  });
  const socket = await client(shared.port);
  while (offered.length === 0) await new Promise(setImmediate);
  isThere = true;
  shared.offerWaiting();
  shared.offerWaiting();
  assert.equal(offered.length, 2);
  assert.equal(offered[0], offered[1]);
  offered[0]!.destroy();
  await new Promise((resolve) => socket.once('close', resolve));
  shared.close();
});

test('its end drops what waits and takes no more', async () => {
  const shared = await SharedPort.open('127.0.0.1', 0, silentLogger);
  const { port } = shared;
  const socket = await client(port);
  await new Promise((resolve) => setTimeout(resolve, 20));
  shared.close();
  await new Promise((resolve) => socket.once('close', resolve));
  await assert.rejects(new Promise((_, reject) => connect(port, '127.0.0.1').on('error', reject)), {
    code: 'ECONNREFUSED',
  });
});

test('a port that is taken is an error of node', async () => {
  const first = await SharedPort.open('127.0.0.1', 0, silentLogger);
  await assert.rejects(SharedPort.open('127.0.0.1', first.port, silentLogger), { code: 'EADDRINUSE' });
  first.close();
});
