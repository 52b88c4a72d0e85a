/** What every verb is given. A verb answers the exchange itself, or throws what status-response.ts writes. */
import type { SubresourceDefinition } from '../../apimachinery/resource-definition.ts';
import type { Engine, Target } from '../../registry/engine.ts';
import type { RequestInfo, UserInfo } from '../../request/context.ts';
import type { VirtualResources } from '../../virtual/virtual-resource.ts';
import type { Exchange } from '../exchange.ts';
import type { RequestRecord } from '../metrics/request-record.ts';
import type { WatchStreams } from './watch-streams.ts';

export interface VerbRequest {
  readonly engine: Engine;
  readonly streams: WatchStreams;
  readonly virtual: VirtualResources;
  readonly exchange: Exchange;
  readonly info: RequestInfo;
  readonly user: UserInfo;
  readonly target: Target;
  /** Undefined for the object's own endpoint. */
  readonly subresource: SubresourceDefinition | undefined;
  /** When the client is told that time is over, by `performance.now()`. */
  readonly untilMs: number;
  /** The client has had its 504: work that is not done need not be. */
  isOver(): boolean;
  /** Of the request in the metrics. */
  readonly record: RequestRecord;
}

export type Verb = (request: VerbRequest) => Promise<void>;
