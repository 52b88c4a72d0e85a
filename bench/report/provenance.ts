/** Where the figures of a result come from, in words. */
import { clientLimitOf, disturbanceOf } from '../run/doubts.ts';
import type { Result } from '../run/result.ts';

const gib = 1024 ** 3;

export function provenanceOf(result: Result): readonly (readonly [string, string])[] {
  const { environment } = result;
  const doubts = [
    disturbanceOf(result),
    ...Object.keys(result.figures).map((name) => {
      const limit = clientLimitOf(result, name);
      return limit && `${name}: ${limit}`;
    }),
  ].filter((doubt) => doubt !== undefined);
  const { commit, date, cpu, cores, memoryBytes, os, fileSystem, node, lmdb, loadBefore, seed } = environment;
  return [
    ['commit', commit ?? 'unknown'],
    ['date', date.slice(0, 16).replace('T', ' ')],
    ['machine', `${cores} × ${cpu}, ${(memoryBytes / gib).toFixed(1)} GiB`],
    ['versions', `node ${node}, lmdb ${lmdb}, ${os}, ${fileSystem}`],
    ['load before', loadBefore.toFixed(2)],
    ['seed', String(seed)],
    ...doubts.map((doubt) => ['doubtful', doubt] as const),
  ];
}

export function noiseText(noise: number | undefined): string {
  return noise === undefined ? 'measured once' : `± ${(noise * 100).toFixed(1)} %`;
}
