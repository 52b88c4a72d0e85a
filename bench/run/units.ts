/** The units of figures: which way each gets better, and what difference in it is nothing. */
import type { Better, Figure } from './scenario.ts';

export interface Unit {
  /** Undefined where the unit does not say: then the scenario does. */
  readonly better: Better | undefined;
  /** Two values this near each other are the same, whatever their ratio: 0.0001 handles and 0.0004. */
  readonly negligible: number;
}

export const units: Readonly<Record<string, Unit>> = {
  ms: { better: 'lower', negligible: 0.02 },
  s: { better: 'lower', negligible: 0.001 },
  µs: { better: 'lower', negligible: 0.02 },
  B: { better: 'lower', negligible: 64 },
  KiB: { better: 'lower', negligible: 1 / 16 },
  MiB: { better: 'lower', negligible: 1 / 16 },
  'B/h': { better: 'lower', negligible: 64 * 1024 },
  'B/s': { better: 'lower', negligible: 64 },
  '1/s': { better: 'higher', negligible: 1 },
  /** Things that cost: handles, objects, keys. */
  '1': { better: 'lower', negligible: 0.01 },
  ratio: { better: undefined, negligible: 0.01 },
  share: { better: undefined, negligible: 0.01 },
  cores: { better: 'neither', negligible: 0.01 },
};

/** Undefined when neither the scenario nor the unit declares it. */
export function betterOf(
  name: string,
  { unit }: Figure,
  declared: Readonly<Record<string, Better>> = {},
): Better | undefined {
  // What a server used follows what it was made to do.
  if (/^(noise|resources)\./.test(name) || name === 'disturbedTurns') return 'neither';
  for (const [pattern, better] of Object.entries(declared)) {
    if (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern) return better;
  }
  return units[unit]?.better;
}
