/** What this build of Milo is, read from the package it came in. */
import { readFileSync } from 'node:fs';
import type { BuildInfo } from '../http/version.ts';

/** Relative to dist/src/server, where this file runs. */
const packageFile = new URL('../../../package.json', import.meta.url);

export function buildInfo(): BuildInfo {
  const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };
  return {
    version,
    gitCommit: '',
    buildDate: '',
    runtime: process.version,
    platform: `${process.platform}/${process.arch}`,
  };
}
