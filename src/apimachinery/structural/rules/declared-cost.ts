/** Estimates of what rules cost, by the bounds that a schema sets. */
import type { CostEstimator, SizedNode } from '../../cel/cost/cost-estimator.ts';
import { kubernetesCallEstimate } from '../../cel/cost/kubernetes-call-estimates.ts';
import type { DeclaredType } from './declared-type.ts';

/** `type` is what `self` and `oldSelf` are. */
export function declaredCostEstimator(type: DeclaredType): CostEstimator {
  return {
    call: kubernetesCallEstimate,
    sizeOf({ path }: Pick<SizedNode, 'path'>) {
      if (path === undefined || path.length === 0) return undefined;
      let declared: DeclaredType | undefined = type;
      // The first is the variable.
      for (const step of path.slice(1)) {
        declared = declared && partOf(declared, step);
        if (declared === undefined) return undefined;
      }
      return { min: 0n, max: BigInt(declared.maxElements) };
    },
  };
}

const stringKey: DeclaredType = { kind: 'string', maxElements: 0, minSerializedBytes: 2 };

function partOf(type: DeclaredType, step: string): DeclaredType | undefined {
  switch (step) {
    case '@items':
    case '@values':
      return type.kind === 'list' || type.kind === 'map' ? type.elements : undefined;
    case '@keys':
      return type.kind === 'map' ? stringKey : undefined;
    default:
      return type.kind === 'object' ? type.fields.get(step) : undefined;
  }
}
