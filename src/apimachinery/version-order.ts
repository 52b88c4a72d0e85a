/**
 * The order of API versions by maturity: v2 > v1 > v1beta2 > v1beta1 > v1alpha1 > anything else by name.
 * Follows apimachinery/pkg/version CompareKubeAwareVersionStrings. Semantic versions are not its concern.
 */
const pattern = /^v([0-9]+)(?:(alpha|beta)([0-9]+))?$/;
const maturity = { alpha: 0, beta: 1, stable: 2 } as const;

interface KubeVersion {
  readonly maturity: number;
  readonly major: number;
  readonly minor: number;
}

function parse(version: string): KubeVersion | undefined {
  const match = pattern.exec(version);
  if (match === null) return undefined;
  const stage = (match[2] ?? 'stable') as keyof typeof maturity;
  return { maturity: maturity[stage], major: Number(match[1]), minor: Number(match[3] ?? 0) };
}

/** For `sort`: the preferred version comes first. */
export function compareVersions(a: string, b: string): number {
  const left = parse(a);
  const right = parse(b);
  if (left === undefined || right === undefined) {
    if (left !== undefined) return -1;
    if (right !== undefined) return 1;
    return a < b ? -1 : Number(a > b);
  }
  return right.maturity - left.maturity || right.major - left.major || right.minor - left.minor;
}
