/**
 * How the command line speaks to the server that has the data directory: a unix socket inside it, which only
 * the directory's owner reaches. One request a connection, one line of JSON each way. It is for what needs the
 * process that holds the store; whatever the API can do is done through the API.
 */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { limits } from '../apimachinery/limits.ts';
import type { Logger } from '../lib/logger.ts';

export interface SnapshotRequest {
  readonly command: 'snapshot';
  /** Absolute; must not exist. */
  readonly file: string;
}
export type ControlReply = { readonly ok: true } | { readonly ok: false; readonly message: string };

export interface ControlSocket {
  /** Takes no more requests. One that is being answered goes on for as long as the process does. */
  close(): void;
}

const socketName = 'control.sock';
/** Of a socket's address, on the narrowest of systems. */
const addressBytesMax = 100;

/** Call it while holding the data directory's lock: a socket that is there is then a dead server's. */
export async function openControlSocket(
  dataDir: string,
  snapshot: (file: string) => Promise<void>,
  logger: Logger,
): Promise<ControlSocket> {
  const path = join(dataDir, socketName);
  rmSync(path, { force: true });
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    void answer(socket, snapshot).catch((error: Error) => {
      logger.debug({ error: error.message }, 'control connection broke');
      socket.destroy();
    });
  });
  server.maxConnections = limits.controlConnections;
  await atShortAddress(
    path,
    (address) =>
      new Promise<void>((done, failed) => {
        server.once('error', failed);
        server.listen(address, () => {
          server.off('error', failed);
          done();
        });
      }),
  );
  return {
    close() {
      server.close();
      rmSync(path, { force: true });
    },
  };
}

async function answer(socket: Socket, snapshot: (file: string) => Promise<void>): Promise<void> {
  const request = parseRequest(await readAll(socket));
  let reply: ControlReply = { ok: true };
  if (request === undefined) reply = { ok: false, message: 'the server does not understand the request' };
  else {
    try {
      await snapshot(request.file);
    } catch (error) {
      reply = { ok: false, message: error instanceof Error ? error.message : String(error) };
    }
  }
  socket.end(`${JSON.stringify(reply)}\n`);
}

function parseRequest(text: string): SnapshotRequest | undefined {
  try {
    const request = JSON.parse(text) as Partial<SnapshotRequest> | null;
    const isSnapshot =
      request?.command === 'snapshot' && typeof request.file === 'string' && isAbsolute(request.file);
    return isSnapshot ? (request as SnapshotRequest) : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined when no server has the data directory's socket. */
export async function askServer(
  dataDir: string,
  request: SnapshotRequest,
): Promise<ControlReply | undefined> {
  const socket = await atShortAddress(join(dataDir, socketName), dial);
  if (socket === undefined) return undefined;
  socket.end(`${JSON.stringify(request)}\n`);
  const text = await readAll(socket);
  if (text === '') return { ok: false, message: 'the server went away before it answered' };
  return JSON.parse(text) as ControlReply;
}

function dial(address: string): Promise<Socket | undefined> {
  return new Promise((done, failed) => {
    const socket = connect({ path: address, allowHalfOpen: true }, () => {
      socket.off('error', refused);
      done(socket);
    });
    const refused = (error: NodeJS.ErrnoException): void => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') done(undefined);
      else failed(error);
    };
    socket.once('error', refused);
  });
}

/** By events: iterating a socket would destroy it at the end, and the answer is still to come. */
function readAll(socket: Socket): Promise<string> {
  return new Promise((done, failed) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (text.length > limits.controlMessageBytes) socket.destroy(new Error('the message is too long'));
    });
    socket.on('end', () => done(text));
    socket.on('error', failed);
  });
}

/** Socket addresses are short and data directories need not be: a long one is reached through a symbolic link. */
async function atShortAddress<T>(path: string, use: (address: string) => Promise<T>): Promise<T> {
  if (Buffer.byteLength(path) <= addressBytesMax) return await use(path);
  const directory = mkdtempSync(join(tmpdir(), 'milo-'));
  try {
    symlinkSync(resolve(path, '..'), join(directory, 'd'));
    return await use(join(directory, 'd', socketName));
  } finally {
    rmSync(directory, { recursive: true });
  }
}
