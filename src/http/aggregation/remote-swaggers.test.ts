/** What is kept of what services say of themselves, also where they are others by the time they have said it. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import type { AggregatedService, AggregatedServices } from '../../registry/aggregated-services.ts';
import type { ServiceClient } from '../../registry/service-client.ts';
import { tenantOfPlatform } from '../../storage/keys.ts';
import { RemoteSwaggers } from './remote-swaggers.ts';

const tenant = tenantOfPlatform;
const name = 'v1.g.example';
const key = { tenant, name };

/** One APIService, which names the server that it is told to, and servers that answer when they are told to. */
class World {
  readonly swaggers: RemoteSwaggers;
  /** In the order in which they were asked. */
  readonly asked: { readonly server: string; answer(): void }[] = [];
  server = 'old';

  constructor() {
    const services = { of: () => [this.#service()] } as unknown as AggregatedServices;
    const client = {
      send: ({ service }: AggregatedService) =>
        new Promise<IncomingMessage>((resolve) => {
          const answer = (): void => resolve(swaggerOf(service.name));
          this.asked.push({ server: service.name, answer });
        }),
    } as unknown as ServiceClient;
    this.swaggers = new RemoteSwaggers(services, client, { now: () => 0 });
  }

  #service(): AggregatedService {
    const service = { namespace: 'n', name: this.server, port: 443 };
    return { home: tenant, name, group: 'g.example', version: 'v1', service } as AggregatedService;
  }

  /** Which servers' documents there are for who asks now. */
  async told(): Promise<string[]> {
    const sources = await this.swaggers.of(tenant);
    return sources.flatMap((source) => [...source.read().paths.keys()]);
  }
}
const pathOf = (server: string): string => `/apis/g.example/v1/${server}`;

function swaggerOf(server: string): IncomingMessage {
  const document = { swagger: '2.0', paths: { [pathOf(server)]: {} }, definitions: {} };
  return Object.assign(Readable.from([Buffer.from(JSON.stringify(document))]), {
    statusCode: 200,
    headers: {},
  }) as unknown as IncomingMessage;
}

test('a document is asked for once, by however many, and kept', async () => {
  const world = new World();
  const both = [world.told(), world.told()];
  world.asked[0]!.answer();
  assert.deepEqual(await Promise.all(both), [[pathOf('old')], [pathOf('old')]]);
  assert.deepEqual(await world.told(), [pathOf('old')]);
  assert.equal(world.asked.length, 1);
});

test('an answer of the server before is for who asked it, and takes nothing from the one after', async () => {
  const world = new World();
  const before = world.told();
  world.server = 'new';
  const since = world.told();
  assert.deepEqual(
    world.asked.map(({ server }) => server),
    ['old', 'new'],
  );
  world.asked[1]!.answer();
  assert.deepEqual(await since, [pathOf('new')]);
  world.asked[0]!.answer();
  assert.deepEqual(await before, [pathOf('old')]);
  assert.deepEqual(await world.told(), [pathOf('new')]);
  assert.equal(world.asked.length, 2);
});

test('an answer that comes when its service is forgotten is not kept', async () => {
  const world = new World();
  const before = world.told();
  world.swaggers.forget(key);
  world.asked[0]!.answer();
  assert.deepEqual(await before, [pathOf('old')]);
  const since = world.told();
  assert.equal(world.asked.length, 2);
  world.asked[1]!.answer();
  assert.deepEqual(await since, [pathOf('old')]);
});
