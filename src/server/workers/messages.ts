/** What the primary process of a server and its workers say to each other, over the channel that node gives a child. */
import type { TokenEntry } from '../../authn/static-tokens/token-file.ts';
import type { MetricsScope } from '../../http/metrics/metrics-document.ts';
import type { TakenFamily } from '../../metrics/snapshot.ts';
import type { ToFollower, ToWriter } from '../../storage/backends/follower/protocol.ts';
import type { Certificates } from '../certificates.ts';

/** All that a worker has to know. Read once, by the primary, so that all workers know the same. */
export interface WorkerStart {
  /** The data file. */
  readonly file: string;
  readonly tokens: readonly TokenEntry[];
  readonly certificates: Pick<Certificates, 'authority' | 'serving' | 'frontProxy'>;
  /** Of TLS sessions, so that a client may resume its own at any worker. */
  readonly ticketKeys: Uint8Array;
  /** `host:port` at which clients reach the server. */
  readonly serverAddress: string;
  readonly projectEgressCidrs: readonly string[];
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export type ToWorker =
  | { readonly kind: 'start'; readonly start: WorkerStart }
  | { readonly kind: 'store'; readonly message: ToFollower }
  /** A client's connection comes with it. */
  | { readonly kind: 'connection'; readonly id: number }
  /** Say what you know of the scope. */
  | { readonly kind: 'scrape'; readonly id: number; readonly scope: MetricsScope }
  /** The text that was asked for by `metrics`. */
  | { readonly kind: 'metrics'; readonly id: number; readonly text: Uint8Array }
  /** Say that you are alive. */
  | { readonly kind: 'ping' }
  /** End watches, answer what is in flight, and end. */
  | { readonly kind: 'drain' };

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'alive' }
  /** The connection of that number is the worker's. */
  | { readonly kind: 'took'; readonly id: number }
  | { readonly kind: 'store'; readonly message: ToWriter }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly fields: object; readonly message: string }
  | { readonly kind: 'figures'; readonly id: number; readonly families: readonly TakenFamily[] }
  /** A client asks for what all processes know together. */
  | { readonly kind: 'metrics'; readonly id: number; readonly scope: MetricsScope };
