/** What a command is to the command line: its words, its flags, its work. */
export interface Flag {
  /** Names the value in help; absent for a switch. */
  readonly value?: string;
  readonly help: string;
}

export interface Command {
  readonly name: string;
  /** Half a line, for the list of commands. */
  readonly summary: string;
  /** Names of the arguments; all are required. */
  readonly positionals: readonly string[];
  readonly flags: Readonly<Record<string, Flag>>;
  /** Resolves with the exit code. Throws a UserError or StorageError for what the operator can put right. */
  run(invocation: Invocation): Promise<number>;
}

export interface Invocation {
  readonly positionals: readonly string[];
  /** The flag's value, as given. */
  flag(name: string): string | undefined;
  has(name: string): boolean;
}

/** The command line itself is wrong; the message is one sentence. */
export class UsageError extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'UsageError';
  }
}

export const dataDirFlag: Flag = { value: 'DIR', help: 'data directory (default .milo)' };
