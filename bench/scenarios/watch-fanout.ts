/**
 * Many watches on one collection: what each costs a server in memory, how long one event takes to reach the last of them,
 * and how many deliveries a second there are beside a bare server that writes the same bytes. The rates are those of
 * `throughput`, on a server of its own: one that is asked about its memory is slower.
 */
import { configMap, configMapBody } from '../load/config-map.ts';
import { FanOut } from '../load/fan-out.ts';
import { HttpClient } from '../load/http-client.ts';
import { prepareRequest } from '../load/lean-connection.ts';
import { Histogram } from '../measure/histogram.ts';
import { percentileCurve } from '../measure/percentile-curve.ts';
import { count, seconds } from '../run/parameters.ts';
import { type Figures, type RunContext, scenario } from '../run/scenario.ts';
import { settledMemory } from '../server/settled-memory.ts';
import { throughput } from './throughput.ts';

const tenant = 'watched';
const objectName = 'watched';
const warmupWatches = 200;
const microsInMs = 1000;
const kib = 1024;

interface Sizes {
  readonly watches: number;
  readonly connections: number;
  readonly events: number;
}

export const watchFanout = scenario({
  name: 'watch-fanout',
  summary: 'memory of a watch, and the delivery of an event to many of them, beside a bare server',
  parameters: {
    watches: count(5000, 'watches held at a time, for their memory'),
    connections: count(20, 'connections that watches share, at most 1,000 each'),
    events: count(30, 'events timed to the last of those watches'),
    watchers: count(1000, 'watches that an event goes to where rates are measured'),
    eventsInFlight: count(4, 'events under way at a time there'),
    rounds: count(5, 'turns of each side'),
    seconds: seconds(2, 'measured in each turn'),
    warmupSeconds: seconds(0.5, 'before that, in each turn'),
    tries: count(3, 'times a turn is measured at most, if other processes disturb it'),
  },
  better: { 'ratio.*': 'higher', 'cpuRatio.*': 'higher' },
  costs: {
    by: 'watches',
    charts: [
      {
        title: 'memory of a watch',
        y: { name: 'for each watch', unit: 'KiB' },
        figures: { resident: 'rssKibPerWatch', heap: 'heapKibPerWatch' },
      },
      {
        title: 'an event to the last watcher',
        y: { name: 'from sending the write', unit: 'ms' },
        figures: { p50: 'lastDelivery.p50', p99: 'lastDelivery.p99' },
      },
    ],
  },
  async run(values, context): Promise<Figures> {
    const held = await memoryAndDelivery(values, context);
    const rates = await throughput.run(
      {
        operations: ['fanout'],
        rounds: values.rounds,
        tries: values.tries,
        seconds: values.seconds,
        warmupSeconds: values.warmupSeconds,
        connections: 1,
        lanes: 1,
        watchers: values.watchers,
        watchConnections: values.connections,
        events: values.eventsInFlight,
        profile: '',
      },
      context,
    );
    return { ...held, ...rates };
  },
});

async function memoryAndDelivery(sizes: Sizes, context: RunContext): Promise<Figures> {
  const { servers, progress, cleanup, addPlot } = context;
  const server = await servers.start('watches', { hasProbe: true });
  const { target, tenancy } = server;
  const client = await HttpClient.connect(target);
  cleanup.add(() => client.close());
  await tenancy.prepare(client);
  await tenancy.create(client, tenant);
  const namespace = tenancy.namespaceOf(tenant);
  const collection = tenancy.configMapPath(tenant, namespace);
  await client.create(collection, configMap(namespace, objectName));
  let writes = 0;
  const put = prepareRequest(target, 'PUT', `${collection}/${objectName}`);
  const next = () => ({ request: put, body: configMapBody(namespace, objectName, ++writes) });
  const open = async (watches: number): Promise<FanOut> => {
    const { resourceVersion } = (await client.get(collection)).metadata;
    const path = `${collection}?watch=true&resourceVersion=${resourceVersion}`;
    const fanOut = await FanOut.open(target, prepareRequest(target, 'GET', path), watches, sizes.connections);
    cleanup.add(() => fanOut.close());
    return fanOut;
  };

  progress.show('a few watches, to load what they need');
  const warm = await open(Math.min(warmupWatches, sizes.watches));
  await warm.deliver(next());
  warm.close();
  await settledMemory(server);
  const before = await settledMemory(server);
  progress.show(`${sizes.watches} watches`);
  const openedMs = performance.now();
  const fanOut = await open(sizes.watches);
  const openMs = performance.now() - openedMs;
  const during = await settledMemory(server);
  const times = new Histogram();
  for (let event = 0; event < sizes.events; event++) {
    times.record((await fanOut.deliver(next())) * microsInMs);
    progress.show('events delivered', event + 1, sizes.events);
  }
  fanOut.close();
  const after = await settledMemory(server);
  await client.close();
  await server.stop();

  addPlot({
    title: `an event to the last of ${sizes.watches} watches`,
    x: { name: 'percentile', unit: '', scale: 'percentile' },
    y: { name: 'from sending the write', unit: 'ms' },
    series: [{ name: 'last delivery', points: percentileCurve(times) }],
  });
  const figures: Figures = {};
  for (const kind of ['rss', 'heap', 'external'] as const) {
    const [zero, held, closed] = [before[kind], during[kind], after[kind]];
    if (zero === undefined || held === undefined || closed === undefined) continue;
    const perWatch = (bytes: number): number => (bytes - zero) / kib / sizes.watches;
    figures[`${kind}KibPerWatch`] = { value: perWatch(held), unit: 'KiB' };
    figures[`${kind}KibPerWatchAfterClose`] = { value: perWatch(closed), unit: 'KiB' };
  }
  for (const [name, q] of [['p50', 0.5] as const, ['p99', 0.99] as const]) {
    figures[`lastDelivery.${name}`] = { value: times.quantile(q) / microsInMs, unit: 'ms' };
  }
  figures.watchesOpenedPerSecond = { value: (sizes.watches / openMs) * 1000, unit: '1/s' };
  return figures;
}
