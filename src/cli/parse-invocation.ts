/**
 * Arguments into an Invocation, strictly: what is not understood is named in one sentence and nothing is
 * guessed. node's parser does the splitting; its own messages are for programmers, so the judging is done here.
 */
import { parseArgs } from 'node:util';
import { type Command, type Invocation, UsageError } from './command.ts';

export function parseInvocation(command: Command, args: readonly string[]): Invocation {
  const options = Object.fromEntries(
    Object.entries(command.flags).map(([name, flag]) => [
      name,
      { type: flag.value === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values = new Map<string, string | undefined>();
  const positionals: string[] = [];
  const refuse = (problem: string): never => {
    throw new UsageError(`${problem}; see "milo help ${command.name}"`);
  };
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const flag = Object.hasOwn(command.flags, token.name) ? command.flags[token.name] : undefined;
    if (flag === undefined || !token.rawName.startsWith('--')) {
      refuse(`"milo ${command.name}" has no flag ${token.rawName}`);
    } else if (values.has(token.name)) refuse(`${token.rawName} is given twice`);
    else if (flag.value === undefined && token.value !== undefined) refuse(`${token.rawName} takes no value`);
    else if (flag.value !== undefined && isMissing(token))
      refuse(`${token.rawName} needs a value, ${flag.value}`);
    values.set(token.name, token.value);
  }
  const missing = command.positionals[positionals.length];
  if (missing !== undefined) refuse(`"milo ${command.name}" needs ${missing}`);
  const excess = positionals[command.positionals.length];
  if (excess !== undefined) refuse(`"milo ${command.name}" takes no argument "${excess}"`);
  return { positionals, flag: (name) => values.get(name), has: (name) => values.has(name) };
}

/** `--a --b` is a forgotten value more often than a value that looks like a flag; that one is `--a=--b`. */
function isMissing(token: {
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}): boolean {
  if (token.value === undefined || token.value === '') return true;
  return token.inlineValue !== true && token.value.startsWith('-');
}
