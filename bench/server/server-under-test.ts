/**
 * The server that a scenario measures: a Milo that the bench starts, each on a data directory of its own, or one that
 * runs already and is named by a kubeconfig. Scenarios that look inside the server leave those figures out where there
 * is no `milo`.
 */
import { join } from 'node:path';
import { HttpClient } from '../load/http-client.ts';
import { inParallel } from '../load/in-parallel.ts';
import { readKubeconfig } from '../load/kubeconfig.ts';
import { authorityOf, type Target } from '../load/target.ts';
import { Tenancy } from '../load/tenancy.ts';
import { readTenancy } from '../load/tenancy-description.ts';
import { type Usage, UsageSeries } from '../measure/usage.ts';
import type { Cleanup } from '../run/cleanup.ts';
import { UsageError } from '../run/usage-error.ts';
import { MiloProcess } from './milo-process.ts';
import { sampleResources, type UsageSources, usageOf } from './resource-sampler.ts';
import { commitsOf } from './stored-data.ts';

export interface ServerUnderTest {
  readonly target: Target;
  readonly tenancy: Tenancy;
  /** Undefined where the process is on another machine, or was not named. */
  readonly pid: number | undefined;
  /** The server's inside: of one that the bench started. */
  readonly milo: MiloProcess | undefined;
  /** What it uses at the moment, apart from what only /metrics tells. */
  usage(): Promise<Usage>;
  /** Ends a server that the bench started. Of another one, the tenants of this `start` that are still there go. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Loads the probe into a server that the bench starts. */
  readonly hasProbe?: boolean;
  /** Of `milo up`, for a server that the bench starts. */
  readonly flags?: readonly string[];
  /** The program and the Node of a server that the bench starts; its own when absent. */
  readonly program?: string;
  readonly node?: string;
}

export interface Servers {
  /** All `start`s answer the same server. */
  readonly isGiven: boolean;
  /** What is in `environment` of the result; all of it once a server has been started. */
  readonly description: string;
  /** What each server used, by the name it was started with. */
  readonly usage: ReadonlyMap<string, UsageSeries>;
  /** Two of one name share the data. */
  start(name: string, options?: StartOptions): Promise<ServerUnderTest>;
}

/** Of the server that runs already, if one was given. */
export type ServerOptions = { readonly kubeconfig: undefined } | GivenServerOptions;
interface GivenServerOptions {
  readonly kubeconfig: string;
  readonly context: string | undefined;
  /** A file, or a name of bench/tenancies/. */
  readonly tenancy: string;
  readonly pid: number | undefined;
  readonly storagePid: number | undefined;
  readonly storageDirectory: string | undefined;
  readonly storageMetrics?: string | undefined;
  readonly needsControlPlanes: boolean;
}

const deletionsInParallel = 16;

/** Throws UsageError. */
export function serversOf(options: ServerOptions, directory: string, cleanup: Cleanup): Servers {
  return options.kubeconfig === undefined ? ownServers(directory, cleanup) : givenServer(options, cleanup);
}

function ownServers(directory: string, cleanup: Cleanup): Servers {
  const usage = new Map<string, UsageSeries>();
  return {
    usage,
    isGiven: false,
    description: 'milo up, started by the bench',
    async start(name, { hasProbe = false, flags = [], program, node } = {}) {
      const dataDirectory = join(directory, name);
      const milo = await MiloProcess.start({ dataDirectory, hasProbe, flags, program, node }, cleanup);
      const sources = {
        pid: milo.pid,
        dataDirectory,
        flushes: () => commitsOf(dataDirectory),
        heapBytes: hasProbe ? () => milo.heapBytes() : undefined,
      };
      const endSampling = await sampleResources(sources, seriesOf(usage, name));
      cleanup.add(endSampling);
      const stop = async (): Promise<void> => {
        try {
          await endSampling();
        } finally {
          await milo.stop();
        }
      };
      const tenancy = new Tenancy(readTenancy('milo'));
      const { target, pid } = milo;
      return { target, tenancy, pid, milo, usage: () => usageOf(sources), stop };
    },
  };
}

function givenServer(options: GivenServerOptions, cleanup: Cleanup): Servers {
  const { pid, storagePid, storageDirectory: dataDirectory, storageMetrics } = options;
  const { target, basePath } = readKubeconfig(options.kubeconfig, options.context);
  const description = readTenancy(options.tenancy);
  if (options.needsControlPlanes && !new Tenancy(description).hasControlPlanes) {
    throw new UsageError(
      `The scenario needs tenants with APIs of their own, and --tenancy ${options.tenancy} has none.`,
    );
  }
  refuseUnlessRunning('--server-pid', pid);
  refuseUnlessRunning('--storage-pid', storagePid);
  const usage = new Map<string, UsageSeries>();
  let version: string | undefined;
  const tenancies: Tenancy[] = [];
  // Registered before what removes tenants, and so done after it.
  cleanup.add(() => removeOwners(target, tenancies));
  let starts = 0;
  const run = Date.now().toString(36);
  return {
    isGiven: true,
    usage,
    get description() {
      return `${authorityOf(target)}${basePath} (${version ?? 'not reached'}), tenancy ${description.name}`;
    },
    async start(name) {
      const tenancy = new Tenancy(description, { basePath, namePrefix: `bench-${run}-${starts++}-` });
      tenancies.push(tenancy);
      version ??= await versionOf(target, tenancy.serverPath('/version'));
      const metrics = { target, path: tenancy.serverPath('/metrics') };
      const sources = { pid, storagePid, dataDirectory, metrics, storageMetrics };
      const endSampling = await sampleGiven(sources, seriesOf(usage, name));
      const stop = async (): Promise<void> => {
        try {
          await endSampling();
        } finally {
          await removeTenants(target, tenancy);
        }
      };
      cleanup.add(stop);
      return { target, tenancy, pid, milo: undefined, usage: () => usageOf(sources), stop };
    },
  };
}

/** Throws UsageError when the server cannot be used: its URL and credentials are somebody's to give. */
async function versionOf(target: Target, path: string): Promise<string> {
  try {
    const client = await HttpClient.connect(target, 1);
    try {
      const { gitVersion } = (await client.get(path)) as { gitVersion?: string };
      return String(gitVersion);
    } finally {
      await client.close();
    }
  } catch (error) {
    throw new UsageError(
      `The server at ${authorityOf(target)} cannot be used: ${(error as Error).message.trim()}.`,
    );
  }
}

/** Throws UsageError where what was named cannot be read, before the run and not at its end. */
async function sampleGiven(sources: UsageSources, series: UsageSeries): Promise<() => Promise<void>> {
  try {
    return await sampleResources(sources, series);
  } catch (error) {
    throw new UsageError(`What the server uses cannot be read: ${(error as Error).message.trim()}.`);
  }
}

function refuseUnlessRunning(flag: string, pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // One that is somebody else's may not be signalled, and is there.
    if ((error as NodeJS.ErrnoException).code === 'EPERM') return;
    throw new UsageError(`${flag} ${pid} is no process of this machine.`);
  }
}

function seriesOf(usage: Map<string, UsageSeries>, name: string): UsageSeries {
  const series = usage.get(name) ?? new UsageSeries();
  usage.set(name, series);
  return series;
}

/** A server that others use too is left as it was found. */
async function removeTenants(target: Target, tenancy: Tenancy): Promise<void> {
  const { living } = tenancy;
  if (living.length === 0) return;
  const client = await HttpClient.connect(target);
  try {
    await inParallel(living.length, deletionsInParallel, async (index) => {
      const tenant = living[index]!;
      if (!(await tenancy.isGone(client, tenant))) await tenancy.delete(client, tenant);
    });
  } finally {
    await client.close();
  }
}

/** What owned them, if the run made it, when no `start` needs it any more. */
async function removeOwners(target: Target, tenancies: readonly Tenancy[]): Promise<void> {
  if (tenancies.every(({ ownersMade }) => ownersMade.length === 0)) return;
  const client = await HttpClient.connect(target);
  try {
    for (const tenancy of tenancies) await tenancy.deleteOwners(client);
  } finally {
    await client.close();
  }
}
