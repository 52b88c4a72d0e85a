/**
 * Names made from `metadata.generateName`: the base, cut to leave room, and five characters that spell no word and
 * look like no other. Collisions are the caller's to retry. Source: apiserver/pkg/storage/names.
 */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
const suffixLength = 5;
const nameLength = 63;

/** `random` yields numbers from 0 up to but not including 1. */
export function generateName(base: string, random: () => number): string {
  let name = base.slice(0, nameLength - suffixLength);
  for (let i = 0; i < suffixLength; i++) name += alphabet[Math.floor(random() * alphabet.length)]!;
  return name;
}
