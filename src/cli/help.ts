/** The help texts, made from what the commands say of themselves. */
import type { Command } from './command.ts';

export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'Milo: a control plane in which every project is a Kubernetes API of its own.',
    '',
    'Usage: milo COMMAND [ARGUMENTS]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    '"milo help COMMAND" tells its flags. Everything in the API is done with kubectl.',
    '',
  ].join('\n');
}

export function details(command: Command): string {
  const flags = Object.entries(command.flags).map(([name, flag]) => ({
    left: flag.value === undefined ? `--${name}` : `--${name} ${flag.value}`,
    right: flag.help,
  }));
  const width = Math.max(0, ...flags.map(({ left }) => left.length));
  const words = ['milo', command.name, ...command.positionals, ...(flags.length === 0 ? [] : ['[FLAGS]'])];
  return [
    `${words.join(' ')}: ${command.summary}`,
    ...(flags.length === 0 ? [] : ['']),
    ...flags.map(({ left, right }) => `  ${left.padEnd(width)}  ${right}`),
    '',
  ].join('\n');
}
