/** Reads the operator's token file, once, at start. */
import { readFileSync, statSync } from 'node:fs';
import { limits } from '../apimachinery/limits.ts';
import { parseTokenFile, type TokenEntry, TokenFileError } from '../authn/static-tokens/token-file.ts';
import { fileProblem, UserError } from './user-error.ts';

export function readTokenFile(file: string): readonly TokenEntry[] {
  let text: string;
  try {
    if (statSync(file).size > limits.tokenFileBytes) {
      throw new UserError(`the token file ${file} is larger than ${limits.tokenFileBytes} bytes`);
    }
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`the token file ${file} cannot be read: ${fileProblem(error)}`, error);
  }
  try {
    return parseTokenFile(text);
  } catch (error) {
    if (error instanceof TokenFileError)
      throw new UserError(`the token file ${file}: ${error.message}`, error);
    throw error;
  }
}
