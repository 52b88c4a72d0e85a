/** A server with projects that stay, on which others are filled and purged. */
import { setTimeout as sleep } from 'node:timers/promises';
import { configMap, createConfigMap } from '../load/config-map.ts';
import { HttpClient } from '../load/http-client.ts';
import { inParallel } from '../load/in-parallel.ts';
import { secret } from '../load/secret.ts';
import { TenantWatch } from '../load/tenant-watch.ts';
import { cpuMicrosOf } from '../measure/process-usage.ts';
import type { RunContext } from '../run/scenario.ts';
import type { ServerUnderTest } from '../server/server-under-test.ts';

const requestsInParallel = 32;
/** What filling a project leaves the server to do is not part of purging it. */
const restMs = 500;

/** In the names of all that is deleted, and of nothing else: what the stores are searched for. */
export const deletedMark = 'to-be-deleted';

export class PurgeServer {
  /** How many stay. */
  readonly projects: number;
  /** Of each purge: from the request to the news that the project is gone. */
  readonly purgeMillis: number[] = [];
  /** Processor time of the server for each, where that can be told. */
  readonly cpuMicros: number[] = [];
  /** From the request to its answer. */
  readonly acceptMillis: number[] = [];
  /** That nothing in the store may hold once all purges are done. */
  readonly texts: string[] = [deletedMark];
  /** Undefined where the server was given: its store cannot be read. */
  readonly dataDirectory: string | undefined;
  readonly #server: ServerUnderTest;
  readonly #client: HttpClient;
  readonly #watch: TenantWatch;
  #purged = 0;

  private constructor(projects: number, server: ServerUnderTest, client: HttpClient, watch: TenantWatch) {
    this.projects = projects;
    this.dataDirectory = server.milo?.dataDirectory;
    this.#server = server;
    this.#client = client;
    this.#watch = watch;
  }

  static async start(projects: number, { servers, cleanup, progress }: RunContext): Promise<PurgeServer> {
    const server = await servers.start(String(projects));
    const { target, tenancy } = server;
    const client = await HttpClient.connect(target);
    await tenancy.prepare(client);
    await inParallel(
      projects,
      requestsInParallel,
      async (index) => {
        await tenancy.create(client, `stays-${index}`);
        await createConfigMap(client, tenancy, `stays-${index}`, 'settings');
      },
      (done) => progress.show(`server of ${projects}: projects created`, done, projects),
    );
    const watch = await TenantWatch.open(client, tenancy);
    cleanup.add(async () => {
      watch.close();
      await client.close();
    });
    return new PurgeServer(projects, server, client, watch);
  }

  /** Fills a project, and times its purge. */
  async purge(objects: number, isCounted: boolean): Promise<void> {
    const { tenancy } = this.#server;
    const project = `${deletedMark}-${this.#purged++}`;
    const created = await tenancy.createObject(this.#client, project);
    // The uid is in the keys of all that the project holds.
    this.texts.push(created.metadata.uid!);
    await tenancy.untilUsable(this.#client, project);
    const namespace = tenancy.namespaceOf(project);
    await inParallel(objects, requestsInParallel, async (index) => {
      const [resource, make] =
        index % 2 === 0 ? (['secrets', secret] as const) : (['configmaps', configMap] as const);
      const path = tenancy.corePath(project, resource, namespace);
      await this.#client.create(path, make(namespace, `${deletedMark}-${index}`));
    });
    await sleep(restMs);
    const cpuBefore = this.#cpuMicros();
    const startMs = performance.now();
    await tenancy.beginDelete(this.#client, project);
    const acceptedMs = performance.now();
    const goneMs = await this.#watch.until('gone', project);
    await tenancy.untilGone(this.#client, project);
    if (!isCounted) return;
    this.acceptMillis.push(acceptedMs - startMs);
    this.purgeMillis.push(goneMs - startMs);
    const cpuAfter = this.#cpuMicros();
    if (cpuBefore !== undefined && cpuAfter !== undefined) this.cpuMicros.push(cpuAfter - cpuBefore);
  }

  #cpuMicros(): number | undefined {
    return this.#server.pid === undefined ? undefined : cpuMicrosOf(this.#server.pid);
  }

  /** Ends the server, or takes its projects from one that goes on. */
  async stop(): Promise<void> {
    this.#watch.close();
    await this.#server.stop();
  }
}
