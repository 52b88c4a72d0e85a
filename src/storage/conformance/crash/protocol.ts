/** What the writing process tells the one that kills it: a line of JSON each, written before anything else is done. */
import { writeSync } from 'node:fs';
import type { Revision } from '../../store.ts';

/** Revision, name of the key (`single/n3`), and the content it has now; null when it was deleted. */
export type ToldChange = readonly [revision: Revision, place: string, content: string | null];

export type Message =
  | { readonly kind: 'open'; readonly applied: Revision; readonly compacted: Revision }
  /** Changes as the store's listener heard them. */
  | { readonly kind: 'seen'; readonly changes: readonly ToldChange[] }
  /** Writes whose commit resolved. */
  | { readonly kind: 'acknowledged'; readonly changes: readonly ToldChange[] }
  | { readonly kind: 'compacting'; readonly below: Revision };

/** Blocks until the line is in the pipe: whatever kills this process afterwards, the parent has it. */
export function tell(message: Message): void {
  const line = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let at = 0; at < line.length; ) at += writeSync(1, line, at);
}

/** The lines of a killed process; a last one without its end was cut off and is none. */
export function messagesOf(output: string): Message[] {
  return output
    .slice(0, output.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Message);
}
