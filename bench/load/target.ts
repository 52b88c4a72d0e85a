/** A server to put load on, and the credentials to do it with: by client certificate, bearer token, or both. */
import type { ConnectionOptions } from 'node:tls';

export interface Target {
  readonly host: string;
  readonly port: number;
  /** PEM. The system's authorities when absent. */
  readonly ca?: string;
  /** PEM, both or neither. */
  readonly certificate?: string;
  readonly key?: string;
  readonly token?: string;
  /** What the server's certificate must name, when that is not the host. */
  readonly serverName?: string;
  /** Takes any certificate of the server's. */
  readonly isInsecure?: boolean;
}

/** `host:port` as in a URL. */
export function authorityOf({ host, port }: Target): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

export function tlsOptions(target: Target): ConnectionOptions {
  const { ca, certificate, key, serverName, isInsecure } = target;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    rejectUnauthorized: isInsecure !== true,
  };
}
