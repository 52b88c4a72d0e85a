/**
 * Reads every row of a data file in a process of its own, which damaged pages may kill. Run as a program it is that
 * process. Opens read-only: nothing in the file changes.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Tables } from '../../replica/tables.ts';

export interface Verification {
  readonly isSound: boolean;
  /** What the reader said or died of. */
  readonly problem: string;
}

const here = fileURLToPath(import.meta.url);
const stderrBytesMax = 4_096;

export function verifyInChild(file: string): Promise<Verification> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [here, file], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => {
      if (said.length < stderrBytesMax) said += text;
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const problem = signal === null ? said.trim() : `its reader died of ${signal}`;
      resolve({ isSound: code === 0, problem });
    });
  });
}

async function readAll(file: string): Promise<void> {
  const tables = new Tables(file, { readOnly: true });
  for (const table of [tables.current, tables.log, tables.index, tables.counters, tables.meta]) {
    for (const _ of table.allRows());
  }
  await tables.close();
}

if (process.argv[1] === here) await readAll(process.argv[2]!);
