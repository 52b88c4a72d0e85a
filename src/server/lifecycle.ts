/**
 * From the first signal to the end. SIGTERM or SIGINT ends the server gracefully, also one that is still
 * starting; a second one ends the process at once. Durable is durable: cutting a slow ending short loses nothing
 * that was acknowledged.
 */
import { limits } from '../apimachinery/limits.ts';
import type { Logger } from '../lib/logger.ts';

const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const;
export type EndSignal = keyof typeof signalNumbers;

/** Takes over the signals from here on; resolves with the first. */
export function endSignal(): Promise<EndSignal> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    const onSignal = (signal: EndSignal): void => {
      if (firstAt === undefined) {
        firstAt = performance.now();
        resolve(signal);
      } else if (performance.now() - firstAt >= limits.signalRepeatMs)
        process.exit(128 + signalNumbers[signal]);
    };
    for (const signal of Object.keys(signalNumbers) as EndSignal[])
      process.on(signal, () => onSignal(signal));
  });
}

/** A defect ends the process: whoever runs it starts it again, and the store is sound after any end. */
export function endOnDefect(logger: Logger): void {
  process.on('uncaughtException', (error, origin) => {
    logger.error({ err: error, origin }, 'the server met a defect and ends');
    process.exit(70);
  });
}

/** Resolves when the server has closed, or when its time for that is over. */
export async function endServer(server: { close(): Promise<void> }, logger: Logger): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      logger.warn({ afterMs: limits.shutdownDeadlineMs }, 'the graceful end took too long and was cut short');
      resolve();
    }, limits.shutdownDeadlineMs);
  });
  try {
    await Promise.race([server.close(), deadline]);
  } finally {
    clearTimeout(timer);
  }
}
