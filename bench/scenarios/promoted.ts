/**
 * What is left of requests when they are over: bytes of each that small collections could not free and moved to the old
 * generation, where they lie until a full one, which holds everybody up. Near nothing, unless the program gives the
 * engine a reason: an accessor in an object literal, a function written where it is assigned to a property, a set that is
 * added to and deleted from with every request.
 */
import { must } from '../../src/lib/assert.ts';
import { configMapBody, createConfigMap } from '../load/config-map.ts';
import { Connections } from '../load/connections.ts';
import { HttpClient } from '../load/http-client.ts';
import { inParallel } from '../load/in-parallel.ts';
import { mergePatchType, type PreparedRequest, prepareRequest } from '../load/lean-connection.ts';
import { addMedian } from '../run/median-figure.ts';
import { count } from '../run/parameters.ts';
import { type Figures, scenario } from '../run/scenario.ts';
import type { MiloProcess } from '../server/milo-process.ts';

const tenant = 'promoted';

interface Operation {
  readonly name: string;
  readonly method: 'GET' | 'PUT' | 'PATCH';
  readonly query?: string;
  readonly contentType?: string;
  readonly isOfCollection?: true;
}

const operations: readonly Operation[] = [
  { name: 'get', method: 'GET' },
  { name: 'list', method: 'GET', isOfCollection: true },
  { name: 'put', method: 'PUT' },
  { name: 'patch', method: 'PATCH', contentType: mergePatchType },
  { name: 'apply', method: 'PATCH', query: '?fieldManager=bench&force=true' },
];

export const promoted = scenario({
  name: 'promoted',
  serves: 'own',
  summary: 'bytes of finished requests that reach the old generation of the heap',
  parameters: {
    requests: count(1000, 'of each kind in a round'),
    warmup: count(3000, 'of each kind before that: until the engine has compiled what they run'),
    rounds: count(5, 'of each kind'),
    lanes: count(4, 'in flight, each on objects of its own'),
  },
  async run({ requests, warmup, rounds, lanes }, context): Promise<Figures> {
    const { servers, progress, seed } = context;
    const server = await servers.start('promoted', { hasProbe: true });
    const milo = must(server.milo, 'a server with a probe');
    const { target, tenancy } = server;
    const client = await HttpClient.connect(target);
    await tenancy.prepare(client);
    await tenancy.create(client, tenant);
    const namespace = tenancy.namespaceOf(tenant);
    for (let lane = 0; lane < lanes; lane++) await createConfigMap(client, tenancy, tenant, nameOf(lane));
    await client.close();

    const figures: Figures = {};
    for (const { name, method, query = '', contentType, isOfCollection } of operations) {
      progress.show(name);
      const prepared = Array.from({ length: lanes }, (_, lane) => {
        const path = tenancy.configMapPath(tenant, namespace, isOfCollection ? undefined : nameOf(lane));
        return prepareRequest(target, method, path + query, contentType);
      });
      let written = 0;
      const body = (lane: number): Buffer | undefined =>
        method === 'GET' ? undefined : configMapBody(namespace, nameOf(lane), written++);
      const connections = await Connections.open(target, 1);
      context.cleanup.add(() => connections.close());
      const send = (total: number): Promise<void> => sendAll(connections, prepared, body, total);
      await send(warmup);
      const perRequest: number[] = [];
      for (let round = 0; round < rounds; round++) {
        perRequest.push((await promotedBy(milo, () => send(requests))) / requests);
      }
      connections.close();
      addMedian(figures, `promotedBytes.${name}`, 'B', perRequest, seed);
    }
    return figures;
  },
});

const nameOf = (lane: number): string => `object-${lane}`;

/** A full collection before, so that what is there already is not moved meanwhile, and none behind. */
async function promotedBy(milo: MiloProcess, work: () => Promise<void>): Promise<number> {
  await milo.collect();
  const before = await milo.oldGenerationBytes();
  await work();
  return (await milo.oldGenerationBytes()) - before;
}

async function sendAll(
  connections: Connections,
  prepared: readonly PreparedRequest[],
  body: (lane: number) => Buffer | undefined,
  total: number,
): Promise<void> {
  const connection = must(connections.all[0], 'a connection');
  let sent = 0;
  const lane = async (own: number): Promise<void> => {
    while (sent++ < total) {
      await new Promise<void>((end) => connection.send(prepared[own]!, body(own), { end }));
    }
  };
  await Promise.race([connections.fault, inParallel(prepared.length, prepared.length, lane)]);
}
