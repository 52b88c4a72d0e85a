/** Whether a run's own bounds hold. What lies past one within its noise is no finding. */
import { formatValue } from './format-value.ts';
import type { Bound, Figures } from './scenario.ts';

export function isPastBound({ figure, isAtLeast, bound }: Bound, figures: Figures): boolean {
  const value = figures[figure]?.value;
  if (value === undefined) return false;
  const reach = Math.abs(value) * (figures[`noise.${figure}`]?.value ?? 0);
  return isAtLeast ? value + reach < bound : value - reach > bound;
}

/** A sentence for each bound that does not hold. */
export function brokenBounds(bounds: readonly Bound[], figures: Figures): string[] {
  return bounds
    .filter((bound) => isPastBound(bound, figures))
    .map(({ figure, isAtLeast, bound }) => {
      const { value, unit } = figures[figure]!;
      return `${figure} is ${formatValue(value)} ${unit}, and must be at ${isAtLeast ? 'least' : 'most'} ${bound}.`;
    });
}
