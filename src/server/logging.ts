/**
 * The server's log: pino, one JSON object a line on standard error, or readable lines when that is a terminal.
 * Written synchronously: little is logged, and the last line before an exit is the one that matters.
 */
import { destination, pino } from 'pino';
import type { Logger } from '../lib/logger.ts';

export type { Logger } from '../lib/logger.ts';

const stderr = 2;
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

export async function createLogger(level: LogLevel, isTerminal: boolean): Promise<Logger> {
  const options = { level, base: null };
  if (!isTerminal) {
    const logger: Logger = pino(
      {
        ...options,
        timestamp: () => `,"time":"${new Date().toISOString()}"`,
        formatters: { level: (label) => ({ level: label }) },
      },
      destination({ fd: stderr, sync: true }),
    );
    return logger;
  }
  const { default: pretty } = await import('pino-pretty');
  const logger: Logger = pino(
    options,
    pretty({
      destination: stderr,
      sync: true,
      colorize: true,
      translateTime: 'SYS:HH:MM:ss',
      singleLine: true,
    }),
  );
  return logger;
}
