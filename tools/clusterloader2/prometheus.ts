/**
 * A Prometheus for one run, which scrapes the server under test. ClusterLoader2 asks Prometheus through the API server of
 * a cluster in which it runs as a service; what stands in for that API server here knows the path of that service's proxy
 * and nothing else.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { authorityOf, type Target } from '../../bench/load/target.ts';
import type { Cleanup } from '../../bench/run/cleanup.ts';
import { UsageError } from '../../bench/run/usage-error.ts';
import { endProcess } from '../../bench/server/child-process.ts';
import { freePort } from '../../bench/server/free-port.ts';
import { writeKubeconfig } from '../perf/render-kubeconfig.ts';

const program = 'prometheus';
const proxyPath = '/api/v1/namespaces/monitoring/services/http:prometheus-k8s:9090/proxy';
/** Short runs have few scrapes, and what a series had at its first is no increase to Prometheus. */
const scrapeInterval = '500ms';
const startTimeoutMs = 30_000;

/** Answers the path of a kubeconfig that leads to it. */
export async function startPrometheus(
  target: Target,
  metricsPath: string,
  directory: string,
  cleanup: Cleanup,
): Promise<string> {
  if (spawnSync(program, ['--version']).error !== undefined) {
    throw new UsageError('There is no prometheus on the PATH, which --prometheus needs.');
  }
  const address = `127.0.0.1:${await freePort()}`;
  const config = join(directory, 'prometheus.json');
  writeFileSync(config, scrapeConfig(target, metricsPath, directory), { mode: 0o600 });
  const child = spawn(
    program,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'prometheus')}`,
      `--web.listen-address=${address}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  cleanup.add(() => endProcess(child));
  let printed = '';
  child.stderr.on('data', (chunk: Buffer) => {
    printed = (printed + chunk.toString()).slice(-4_096);
  });
  for (const deadline = Date.now() + startTimeoutMs; ; await sleep(100)) {
    const answer = await fetch(`http://${address}/-/ready`).catch(() => undefined);
    if (answer?.ok === true) break;
    if (child.exitCode !== null || Date.now() > deadline) {
      throw new Error(`prometheus is not ready; it printed:\n${printed}`);
    }
  }
  const front = proxyOf(address).listen(0, '127.0.0.1');
  cleanup.add(() => {
    front.close();
    front.closeAllConnections();
  });
  await once(front, 'listening');
  const { port } = front.address() as AddressInfo;
  return writeKubeconfig(join(directory, 'prometheus.kubeconfig'), `http://127.0.0.1:${port}`);
}

function proxyOf(address: string): Server {
  return createServer((request, response) => {
    const url = request.url ?? '';
    if (request.method !== 'GET' || !url.startsWith(`${proxyPath}/`)) {
      response.writeHead(404).end();
      return;
    }
    fetch(`http://${address}${url.slice(proxyPath.length)}`)
      .then(async (answer) => response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer())))
      .catch((error: Error) => response.writeHead(502).end(error.message));
  });
}

function scrapeConfig(target: Target, metricsPath: string, directory: string): string {
  const file = (name: string, pem: string): string => {
    const path = join(directory, `scrape-${name}.pem`);
    writeFileSync(path, pem, { mode: 0o600 });
    return path;
  };
  const { ca, certificate, key, token, serverName, isInsecure } = target;
  return JSON.stringify({
    global: { scrape_interval: scrapeInterval, scrape_timeout: scrapeInterval },
    scrape_configs: [
      {
        job_name: 'milo',
        scheme: 'https',
        metrics_path: metricsPath,
        static_configs: [{ targets: [authorityOf(target)] }],
        ...(token === undefined ? {} : { authorization: { credentials: token } }),
        tls_config: {
          ...(ca === undefined ? {} : { ca_file: file('ca', ca) }),
          ...(certificate === undefined ? {} : { cert_file: file('cert', certificate) }),
          ...(key === undefined ? {} : { key_file: file('key', key) }),
          ...(serverName === undefined ? {} : { server_name: serverName }),
          insecure_skip_verify: isInsecure === true,
        },
      },
    ],
  });
}
