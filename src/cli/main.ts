#!/usr/bin/env node
/**
 * The command line. Finds the command, and turns what went wrong into one sentence and an exit code:
 * 0 done, 1 differences remain (fsck), 2 something the operator can put right, 70 a bug.
 */
import { UserError } from '../server/user-error.ts';
import { StorageError } from '../storage/errors.ts';
import { type Command, UsageError } from './command.ts';
import { backup } from './commands/backup.ts';
import { fsck } from './commands/fsck.ts';
import { kubeconfig } from './commands/kubeconfig.ts';
import { restore } from './commands/restore.ts';
import { up } from './commands/up.ts';
import { version } from './commands/version.ts';
import { details, overview } from './help.ts';
import { parseInvocation } from './parse-invocation.ts';

const commands: readonly Command[] = [up, kubeconfig, backup, restore, fsck, version];
const exitCodes = { done: 0, refused: 2, bug: 70 } as const;

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) throw new UsageError('a command is needed; "milo help" lists them');
  if (name === '--version') return await version.run(parseInvocation(version, rest));
  if (name === 'help' || name === '--help' || name === '-h') return help(rest);
  const command = find(name);
  if (rest.includes('--help') || rest.includes('-h')) return help([name]);
  return await command.run(parseInvocation(command, rest));
}

function find(name: string): Command {
  const command = commands.find((each) => each.name === name);
  if (command === undefined) throw new UsageError(`there is no command "${name}"; "milo help" lists them`);
  return command;
}

function help(names: readonly string[]): number {
  const [name] = names;
  process.stdout.write(name === undefined ? overview(commands) : details(find(name)));
  return exitCodes.done;
}

function failed(error: unknown): number {
  if (error instanceof UsageError || error instanceof UserError || error instanceof StorageError) {
    process.stderr.write(`milo: ${error.message}\n`);
    return exitCodes.refused;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`milo: this is a bug in Milo, please report it: ${stack}\n`);
  return exitCodes.bug;
}

// Stores, backups and keys are for their owner only, whatever made them.
process.umask(0o077);
// Waits until the last line is out; timers and sockets that are still open must not keep the process.
const code = await main(process.argv.slice(2)).catch(failed);
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
