/** Where a webhook is called, as its configuration names it: a URL, or a Service of the control plane that it belongs to. */
import type { Store, TenantId } from '../storage/store.ts';
import { serviceAddress } from './service-address.ts';

export interface WebhookClientConfig {
  readonly url?: string;
  readonly service?: {
    readonly namespace?: string;
    readonly name?: string;
    readonly path?: string;
    readonly port?: number;
  };
}

/** A server, as the configuration names it and as it is reached. */
export interface WebhookEndpoint {
  readonly host: string;
  readonly port: number;
  readonly serverName: string;
  /** Host and port as in the URL. */
  readonly shown: string;
  readonly path: string;
}

/** Throws 404 and 503 where the service has no address. */
export function webhookEndpoint(
  store: Store,
  home: TenantId,
  { url, service }: WebhookClientConfig,
  random: () => number,
): WebhookEndpoint {
  if (url !== undefined) {
    const { hostname, port, host, pathname } = new URL(url);
    const bare = hostname.replace(/^\[|\]$/g, '');
    return { host: bare, port: Number(port || 443), serverName: bare, shown: host, path: pathname };
  }
  const { namespace = '', name = '', port = 443, path = '/' } = service ?? {};
  const serverName = `${name}.${namespace}.svc`;
  const address = serviceAddress(store, home, { namespace, name, port }, random);
  return {
    ...address,
    serverName,
    shown: `${serverName}:${port}`,
    path: path.startsWith('/') ? path : `/${path}`,
  };
}
