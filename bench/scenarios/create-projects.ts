/**
 * How soon a new project can be worked in: projects are created at their appointed times, and each gets its first config
 * map as soon as the server takes it. All steps are timed from the moment the creation was due.
 */
import { createConfigMap } from '../load/config-map.ts';
import { HttpClient } from '../load/http-client.ts';
import { openLoop } from '../load/open-loop.ts';
import { TenantWatch } from '../load/tenant-watch.ts';
import { StepLatencies } from '../measure/step-latencies.ts';
import { addMedian } from '../run/median-figure.ts';
import { count, seconds } from '../run/parameters.ts';
import { type Figures, scenario } from '../run/scenario.ts';

const connections = 4;

export const createProjects = scenario({
  name: 'create-projects',
  summary: 'create, Ready and first write of projects at a rate',
  parameters: {
    rate: count(100, 'projects created a second'),
    rounds: count(5, 'one after the other, on one server'),
    seconds: seconds(4, 'measured in each round'),
    warmupSeconds: seconds(2, 'at the same rate, before each round'),
  },
  async run({ rate, rounds, seconds: measuredSeconds, warmupSeconds }, context): Promise<Figures> {
    const { servers, cleanup, progress, seed } = context;
    const server = await servers.start('server');
    const { target, tenancy } = server;
    const client = await HttpClient.connect(target, connections);
    await tenancy.prepare(client);
    const watch = await TenantWatch.open(client, tenancy);
    cleanup.add(async () => {
      watch.close();
      await client.close();
    });

    const latencies = new StepLatencies();
    const perSecond: number[] = [];
    let created = 0;
    const createAndWrite = async (tenant: string, dueMs: number, isCounted: boolean): Promise<void> => {
      const record = (step: string, atMs: number): void => {
        if (isCounted) latencies.record(step, atMs - dueMs);
      };
      await tenancy.createObject(client, tenant);
      record('create', performance.now());
      const ready = watch.until('ready', tenant).then((atMs) => record('ready', atMs));
      if (!tenancy.isUsableOnceCreated) {
        await ready;
        await tenancy.untilUsable(client, tenant);
      }
      await createConfigMap(client, tenancy, tenant, 'first');
      record('firstWrite', performance.now());
      await ready;
      watch.forget(tenant);
      created++;
    };
    for (let round = 0; round < rounds; round++) {
      latencies.beginRound();
      created = 0;
      const startMs = performance.now();
      const loop = openLoop({
        perSecond: rate,
        warmupSeconds,
        seconds: measuredSeconds,
        onProgress: (sent, total) => progress.show(`round ${round + 1} of ${rounds}`, sent, total),
        send: (index, { dueMs, isCounted }) =>
          latencies.attempt(() => createAndWrite(`new-${round}-${index}`, dueMs, isCounted)),
      });
      await Promise.race([watch.fault, loop]);
      perSecond.push(created / ((performance.now() - startMs) / 1000));
    }
    if (latencies.failures !== undefined) progress.note(latencies.failures);
    const figures = latencies.figures(seed);
    addMedian(figures, 'created', '1/s', perSecond, seed);
    context.addPlot(latencies.plot('From due to done, of new projects'));
    await server.stop();
    return figures;
  },
});
