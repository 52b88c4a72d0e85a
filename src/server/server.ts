/**
 * The composition of one server: data directory, store, certificates, port, API, in this order, and the way
 * back. Each part is taken up after those it needs and given back before them, also when the start fails midway.
 */
import { limits } from '../apimachinery/limits.ts';
import type { ResourceDefinition } from '../apimachinery/resource-definition.ts';
import { builtInDefinitions } from '../apis/definitions.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { processMetrics } from '../metrics/process-metrics.ts';
import { Registry } from '../metrics/registry.ts';
import { openEmbedded } from '../storage/backends/embedded/backend.ts';
import { dataFileOf } from '../storage/backends/embedded/data-file.ts';
import type { EmbeddedStore } from '../storage/backends/embedded/embedded-store.ts';
import { startCompaction } from '../storage/compaction-timer.ts';
import { buildInfo } from './build-info.ts';
import { type Certificates, openCertificates, renewBeforeMs, servingNames } from './certificates.ts';
import type { ServerConfig } from './config.ts';
import { openControlSocket } from './control-socket.ts';
import { prepareDataDirectory } from './data-directory.ts';
import { type Front, ownFront, portProblem } from './front.ts';
import { adminKubeconfig, kubeconfigFile, writeKubeconfig } from './kubeconfig.ts';
import { compactionMetrics } from './store-metrics.ts';
import { readTokenFile } from './token-file.ts';
import { wire } from './wire.ts';
import type { WorkerStart } from './workers/messages.ts';
import { workersFront } from './workers/workers-front.ts';

export interface ServerEnvironment {
  readonly logger: Logger;
  readonly clock: Clock;
  /** The kinds to serve; the built-in ones when not given. */
  readonly definitions?: readonly ResourceDefinition[];
  /** Told what has been done, in words for the operator. */
  progress(line: string): void;
}

export interface RunningServer {
  readonly port: number;
  /** Base URL for clients on this machine. */
  readonly url: string;
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Ends watches, answers what is in flight, and closes the store. Idempotent. */
  close(): Promise<void>;
}

/** Rejects with a UserError or a StorageError when the operator can do something about it. */
export async function startServer(
  config: ServerConfig,
  environment: ServerEnvironment,
): Promise<RunningServer> {
  const { logger, clock, progress, definitions = builtInDefinitions } = environment;
  const undo: (() => Promise<void>)[] = [];
  /** Every step is taken, whatever the others do; the first failure is told when all are done. */
  const close = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) {
      await step().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  };
  try {
    const dataDir = prepareDataDirectory(config.dataDir);
    const tokens = config.tokenFile === undefined ? [] : readTokenFile(config.tokenFile);
    const store = await openEmbedded({ dataDir });
    undo.push(() => store.close());
    progress(`data directory ${dataDir}, revision ${store.applied}`);

    const metrics = new Registry(limits, (error) =>
      logger.error({ err: error }, 'metrics could not be found out'),
    );
    metrics.tellOfItself();
    const endProcessMetrics = processMetrics(metrics);
    undo.push(async () => endProcessMetrics());

    const host = hostOf(config.bindAddress);
    const certificates = await openCertificates(dataDir, clock, servingNames(host));
    reportCertificates(certificates, environment);

    const parts = { config, dataDir, tokens, store, metrics, certificates, logger };
    const front = await openFront(parts).catch((error: unknown) => {
      throw portProblem(error, config.bindAddress, config.port);
    });
    undo.push(() => front.close());
    metrics.gaugeOf(
      'milo_workers',
      'Worker processes that answer clients: 0 where the server itself does.',
      () => front.workers,
    );

    const address = `${host.includes(':') ? `[${host}]` : host}:${front.port}`;
    const url = `https://${address}`;
    const wired = await wire({
      role: front.role,
      metricsTogether: front.metricsTogether,
      store,
      catchUp: undefined,
      metrics,
      tokens,
      serverAddress: address,
      build: buildInfo(),
      logger,
      clock,
      definitions,
      certificates,
      projectEgressCidrs: config.projectEgressCidrs,
    });
    // Controllers go on until the last exchange is answered: it may wait for one of them.
    undo.splice(undo.length - 1, 0, () => wired.stop());
    const compaction = startCompaction(store, {
      intervalMs: config.compactionIntervalMs,
      onError(error) {
        logger.error({ err: error }, 'compaction failed; the next one will try again');
        front.tellFault();
      },
    });
    undo.push(async () => compaction.stop());
    compactionMetrics(metrics, compaction.activity);
    const control = await openControlSocket(dataDir, (file) => store.snapshot(file), logger);
    undo.push(async () => control.close());

    writeKubeconfig(dataDir, adminKubeconfig(url, certificates));
    await front.begin({ wired, address });
    let closing: Promise<void> | undefined;
    return {
      port: front.port,
      url,
      kubeconfig: kubeconfigFile(dataDir),
      close: () => {
        closing ??= close();
        return closing;
      },
    };
  } catch (error) {
    await close().catch((second: unknown) =>
      logger.error({ err: second }, 'giving up the start failed as well'),
    );
    throw error;
  }
}

function reportCertificates(
  certificates: Certificates,
  { logger, clock, progress }: ServerEnvironment,
): void {
  if (certificates.issued.length > 0) progress(`certificates issued: ${certificates.issued.join(', ')}`);
  if (certificates.authorityEndsMs - clock.now() < renewBeforeMs) {
    logger.warn(
      { ends: new Date(certificates.authorityEndsMs).toISOString() },
      'the certificate authority ends soon',
    );
  }
}

interface FrontParts {
  readonly config: ServerConfig;
  readonly dataDir: string;
  readonly tokens: WorkerStart['tokens'];
  readonly store: EmbeddedStore;
  readonly metrics: Registry;
  readonly certificates: Certificates;
  readonly logger: Logger;
}

function openFront({
  config,
  dataDir,
  tokens,
  store,
  metrics,
  certificates,
  logger,
}: FrontParts): Promise<Front> {
  const { bindAddress: host, port, workers, projectEgressCidrs } = config;
  if (workers === 0) return ownFront({ host, port, certificates, metrics, logger });
  const { authority, serving, frontProxy } = certificates;
  return workersFront({
    host,
    port,
    workers,
    store,
    onWorkerEnded: () => store.readerEnded(),
    metrics,
    logger,
    start: {
      file: dataFileOf(dataDir),
      tokens,
      certificates: { authority, serving, frontProxy },
      projectEgressCidrs,
    },
  });
}

/** How clients on this machine reach it. */
function hostOf(bindAddress: string): string {
  return ['', '0.0.0.0', '::'].includes(bindAddress) ? '127.0.0.1' : bindAddress;
}
