/** For how long an exchange over HTTP/1.1 is known to its connection, which outlives it. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { test } from 'node:test';
import { Connection } from './connection.ts';
import { H1Exchange } from './h1-exchange.ts';

class CountedConnection extends Connection {
  readonly known = new Set<object>();
  override whenGone(exchange: H1Exchange): void {
    this.known.add(exchange);
    super.whenGone(exchange);
  }
  override forget(exchange: H1Exchange): void {
    this.known.delete(exchange);
    super.forget(exchange);
  }
}

class World {
  readonly connection = new CountedConnection(undefined, '');
  readonly response = Object.assign(new EventEmitter(), {
    writeHead: () => {},
    flushHeaders: () => {},
    end: () => {},
  });
  readonly exchange: H1Exchange;

  constructor() {
    const request = { method: 'GET', url: '/', headers: {}, socket: { destroyed: false }, complete: true };
    this.exchange = new H1Exchange(
      request as unknown as IncomingMessage,
      this.response as unknown as ServerResponse,
      this.connection,
      false,
    );
  }
}

function check(what: string, act: (world: World) => void, known: number): void {
  test(`${what}: ${known === 0 ? 'not known' : 'known'}`, () => {
    const world = new World();
    act(world);
    assert.equal(world.connection.known.size, known);
  });
}
const signal = ({ exchange }: World): AbortSignal => exchange.signal;
const handled = ({ exchange }: World): void => exchange.handled();
const started = ({ exchange }: World): void => exchange.start(200, 'text/plain');
const closed = ({ response }: World): boolean => response.emit('close');
const all =
  (...steps: ((world: World) => unknown)[]) =>
  (world: World): void => {
    for (const step of steps) step(world);
  };

check('nobody asks for its signal', all(handled), 0);
check('its signal is asked for while it is handled', all(signal), 1);
check('it has been handled', all(signal, handled), 0);
check('its signal is asked for first when it has been handled', all(handled, signal), 0);
check('it streams', all(started, handled, signal), 1);
check('its stream has closed', all(signal, started, handled, closed), 0);
check('its signal is asked for first when its stream has closed', all(started, handled, closed, signal), 0);

test('a client that goes aborts what is known', () => {
  const world = new World();
  const { signal: given } = world.exchange;
  world.connection.gone();
  assert.ok(given.aborted);
});
