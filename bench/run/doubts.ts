/** What a result says of itself that makes its figures doubtful: for reports and comparisons, which say so. */
import type { Result } from './result.ts';

/** Share of the turns that count although other work disturbed them; above, figures are not for the record. */
const disturbedTurnsMax = 0.05;
/** Of a core: a client that used more was the limit, of the peer at least. */
const clientCoresMax = 0.85;

/** `69 % of the turns were disturbed by other work`; undefined where few were. */
export function disturbanceOf({ figures }: Result): string | undefined {
  const share = figures.disturbedTurns?.value ?? 0;
  return share > disturbedTurnsMax
    ? `${Math.round(share * 100)} % of the turns were disturbed by other work`
    : undefined;
}

/** Of a `ratio.X`: with which side the client was the limit, and how much of a core it used. */
export function clientLimitOf({ figures }: Result, figure: string): string | undefined {
  if (!figure.startsWith('ratio.')) return undefined;
  const prefix = `clientCores.${figure.slice('ratio.'.length)}.`;
  const limits = Object.entries(figures)
    .filter(([name, { value }]) => name.startsWith(prefix) && value > clientCoresMax)
    .map(([name, { value }]) => `${name.slice(prefix.length)}, at ${value.toFixed(2)} cores`);
  return limits.length === 0 ? undefined : `the client was the limit of ${limits.join(' and ')}`;
}
