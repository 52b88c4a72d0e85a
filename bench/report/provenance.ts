/** Where the figures of a result come from, in words. */
import type { Result } from '../run/result.ts';

const gib = 1024 ** 3;

export function provenanceOf({ environment }: Result): readonly (readonly [string, string])[] {
  const { commit, date, cpu, cores, memoryBytes, os, fileSystem, node, lmdb, loadBefore, seed } = environment;
  return [
    ['commit', commit ?? 'unknown'],
    ['date', date.slice(0, 16).replace('T', ' ')],
    ['machine', `${cores} × ${cpu}, ${(memoryBytes / gib).toFixed(1)} GiB`],
    ['versions', `node ${node}, lmdb ${lmdb}, ${os}, ${fileSystem}`],
    ['load before', loadBefore.toFixed(2)],
    ['seed', String(seed)],
  ];
}

export function noiseText(noise: number | undefined): string {
  return noise === undefined ? 'measured once' : `± ${(noise * 100).toFixed(1)} %`;
}
