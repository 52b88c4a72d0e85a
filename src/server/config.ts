/** What a server is started with. Parsing flags into it is the command line's work; defaults are here. */
import { limits } from '../apimachinery/limits.ts';

export interface ServerConfig {
  readonly dataDir: string;
  /** Address to listen on; names resolve. */
  readonly bindAddress: string;
  /** 0: any free port. */
  readonly port: number;
  /** Path of the static token file. */
  readonly tokenFile: string | undefined;
  /** How long the past can be read, at least. */
  readonly compactionIntervalMs: number;
  /** Ranges of addresses, not public ones, that webhooks and APIServices of projects may reach. */
  readonly projectEgressCidrs: readonly string[];
  /** Processes that answer clients; 0: this one does. */
  readonly workers: number;
}

/** So many at most. */
export const workersMax = limits.workers;

export const defaultConfig: ServerConfig = {
  dataDir: '.milo',
  bindAddress: '127.0.0.1',
  port: 6443,
  tokenFile: undefined,
  compactionIntervalMs: limits.compactionIntervalMs,
  projectEgressCidrs: [],
  workers: 0,
};
