/** The data directory, before anything is in it. What lies inside belongs to the rooms that write it. */
import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { makeDirectory } from '../lib/make-directory.ts';
import { fileProblem, UserError } from './user-error.ts';

/** Makes it when it is missing, for its owner only; returns its absolute path. */
export function prepareDataDirectory(dataDir: string): string {
  const directory = resolve(dataDir);
  try {
    makeDirectory(directory, 0o700);
  } catch (error) {
    throw new UserError(`the data directory ${directory} cannot be used: ${fileProblem(error)}`, error);
  }
  return usable(directory);
}

/** For commands that only look at one; refuses a missing one and makes nothing. */
export function existingDataDirectory(dataDir: string): string {
  return usable(resolve(dataDir));
}

function usable(directory: string): string {
  try {
    if (!statSync(directory).isDirectory()) {
      throw new UserError(`the data directory ${directory} cannot be used: it is not a directory`);
    }
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`the data directory ${directory} cannot be used: ${fileProblem(error)}`, error);
  }
  return directory;
}
