/**
 * What the server remembers of one client connection while it lasts: who the client proved to be in the TLS
 * handshake, and the exchanges that want to hear of its end. It knows nothing of protocols.
 */
import type { TLSSocket } from 'node:tls';
import type { PeerCertificate } from './exchange.ts';

/** An exchange that has given out its signal. */
export interface Abandonable {
  abandon(): void;
}

export class Connection {
  /** One object for the connection's whole life, so that identities may be cached by it. */
  readonly peer: PeerCertificate | 'invalid' | undefined;
  readonly remoteAddress: string;
  /** The server is going: say so in each response that can. */
  isClosing = false;
  /** Called when the last exchange has ended while the server is going. */
  onLastExchange: (() => void) | undefined;
  /** Handlers at work and streams not ended. */
  #open = 0;
  #listeners: Set<Abandonable> | undefined;

  constructor(peer: PeerCertificate | 'invalid' | undefined, remoteAddress: string) {
    this.peer = peer;
    this.remoteAddress = remoteAddress;
  }

  get open(): number {
    return this.#open;
  }
  /** A streamed response outlives its handler, so it holds the connection for itself. */
  hold(): void {
    this.#open++;
  }
  release(): void {
    this.#open--;
    if (this.#open === 0 && this.isClosing) this.onLastExchange?.();
  }

  whenGone(exchange: Abandonable): void {
    this.#listeners ??= new Set();
    this.#listeners.add(exchange);
  }
  forget(exchange: Abandonable): void {
    this.#listeners?.delete(exchange);
  }
  /** The socket has closed. */
  gone(): void {
    const listeners = this.#listeners;
    if (listeners === undefined) return;
    this.#listeners = undefined;
    for (const exchange of listeners) exchange.abandon();
  }
}

/**
 * Reads the certificate once per connection. A certificate that the client CA did not sign, or that is out of
 * its time, is 'invalid' and no identity. A resumed session without a certificate counts as authorized in
 * node, hence the look at the subject.
 */
export function connectionOf(socket: TLSSocket): Connection {
  const address = socket.remoteAddress ?? '';
  const certificate = socket.getPeerCertificate();
  if (certificate?.subject === undefined) return new Connection(undefined, address);
  if (!socket.authorized) return new Connection('invalid', address);
  const { CN, O } = certificate.subject as { CN?: string | string[]; O?: string | string[] };
  const commonName = Array.isArray(CN) ? CN.at(-1) : CN;
  if (commonName === undefined || commonName === '') return new Connection(undefined, address);
  const organizations = O === undefined ? [] : Array.isArray(O) ? O : [O];
  return new Connection({ commonName, organizations }, address);
}
