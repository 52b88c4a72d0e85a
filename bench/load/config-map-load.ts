/** Reads and replacements of a hundred config maps in one tenant, a fixed number of them in flight. */
import type { Cleanup } from '../run/cleanup.ts';
import type { ServerUnderTest } from '../server/server-under-test.ts';
import { configMapBody, createConfigMap } from './config-map.ts';
import type { HttpClient } from './http-client.ts';
import { type PreparedRequest, prepareRequest } from './lean-connection.ts';
import { type MeasureTurn, measuredTurns } from './measured-turns.ts';

const tenant = 'config-maps';
const objects = 100;
const nameOf = (at: number): string => `object-${at}`;

/** Makes the tenant and its objects. */
export async function createConfigMaps({ tenancy }: ServerUnderTest, client: HttpClient): Promise<void> {
  await tenancy.create(client, tenant);
  for (let at = 0; at < objects; at++) await createConfigMap(client, tenancy, tenant, nameOf(at));
}

/**
 * Gives what measures one turn. `get`: of each object in turn; `list`: of all; `put`: of whole objects, every one
 * different from what is stored, each lane its own.
 */
export async function configMapLoad(
  server: ServerUnderTest,
  work: 'get' | 'list' | 'put',
  cleanup: Cleanup,
): Promise<MeasureTurn> {
  const { target, tenancy } = server;
  const namespace = tenancy.namespaceOf(tenant);
  const method = work === 'put' ? 'PUT' : 'GET';
  const requests = Array.from({ length: objects }, (_, at) => {
    const name = work === 'list' ? undefined : nameOf(at);
    return prepareRequest(target, method, tenancy.configMapPath(tenant, namespace, name));
  });
  let sent = 0;
  const next = (lane: number): { readonly request: PreparedRequest; readonly body?: Buffer } => {
    sent++;
    if (work !== 'put') return { request: requests[sent % objects]! };
    return { request: requests[lane]!, body: configMapBody(namespace, nameOf(lane), sent) };
  };
  return measuredTurns(server, next, cleanup);
}
