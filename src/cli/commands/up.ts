/** `milo up`: starts the server, says when it serves and what to type next, and ends with it. */
import { relative } from 'node:path';
import { systemClock } from '../../lib/clock.ts';
import { defaultConfig, type ServerConfig, workersMax } from '../../server/config.ts';
import type { RunningServer } from '../../server/server.ts';
import { type Command, dataDirFlag, type Invocation } from '../command.ts';
import { readChoice, readCidrs, readDurationMs, readNumber, readPort } from '../flag-values.ts';

export const up: Command = {
  name: 'up',
  summary: 'start the server',
  positionals: [],
  flags: {
    'data-dir': dataDirFlag,
    port: { value: 'PORT', help: `port to serve on (default ${defaultConfig.port}; 0: any free one)` },
    'bind-address': {
      value: 'ADDRESS',
      help: `address to serve on (default ${defaultConfig.bindAddress}; 0.0.0.0: all)`,
    },
    'token-file': { value: 'FILE', help: 'bearer tokens, a line each: token,user,uid,"group1,group2"' },
    'compaction-interval': {
      value: 'DURATION',
      help: 'how long the past can be read: resume of watches, further pages of lists (default 5m)',
    },
    'project-egress-cidrs': {
      value: 'CIDRS',
      help: 'ranges, not public, that webhooks and APIServices of projects may reach (default none)',
    },
    workers: {
      value: 'N',
      help: `processes that answer clients, one core each, over the one store (default ${defaultConfig.workers}: the server itself)`,
    },
    'log-level': { value: 'LEVEL', help: 'debug, info, warn or error (default info)' },
  },
  async run(invocation) {
    const config = configOf(invocation);
    const { createLogger, logLevels } = await import('../../server/logging.ts');
    const level = readChoice('--log-level', logLevels, invocation.flag('log-level') ?? 'info');
    const { startServer } = await import('../../server/server.ts');
    const { endOnDefect, endServer, endSignal } = await import('../../server/lifecycle.ts');
    const logger = await createLogger(level, process.stderr.isTTY === true);
    endOnDefect(logger);
    const ending = endSignal();
    const startedAt = performance.now();
    const server = await startServer(config, { logger, clock: systemClock, progress: print });
    print(`ready: ${server.url} serves after ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
    print(nextSteps(server));
    print(`${await ending}: answering what is in flight, then ending`);
    await endServer(server, logger);
    return 0;
  },
};

function configOf(invocation: Invocation): ServerConfig {
  const port = invocation.flag('port');
  const interval = invocation.flag('compaction-interval');
  const egress = invocation.flag('project-egress-cidrs');
  const workers = invocation.flag('workers');
  return {
    dataDir: invocation.flag('data-dir') ?? defaultConfig.dataDir,
    bindAddress: invocation.flag('bind-address') ?? defaultConfig.bindAddress,
    port: port === undefined ? defaultConfig.port : readPort('--port', port),
    tokenFile: invocation.flag('token-file'),
    compactionIntervalMs:
      interval === undefined
        ? defaultConfig.compactionIntervalMs
        : readDurationMs('--compaction-interval', interval),
    projectEgressCidrs:
      egress === undefined ? defaultConfig.projectEgressCidrs : readCidrs('--project-egress-cidrs', egress),
    workers: workers === undefined ? defaultConfig.workers : readNumber('--workers', workers, workersMax),
  };
}

function nextSteps(server: RunningServer): string {
  const fromHere = relative(process.cwd(), server.kubeconfig);
  const isBelow = fromHere !== '' && !fromHere.startsWith('..');
  return [
    '',
    'Next, in another terminal:',
    `  export KUBECONFIG=${isBelow ? `$PWD/${fromHere}` : server.kubeconfig}`,
    '  kubectl get organizations,projects',
    '',
    'and for the control plane of one project:',
    '  npx milo kubeconfig --project NAME > NAME.kubeconfig',
    '',
  ].join('\n');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
