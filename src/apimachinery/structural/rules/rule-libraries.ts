/** What rules of custom resources may use beside what their schema declares: Kubernetes' base environment, and sorting. */
import { lists } from '../../cel/extensions/lists.ts';
import { kubernetesLibraries } from '../../cel/libraries/kubernetes-libraries.ts';
import type { CelLibrary } from '../../cel/library.ts';

export const ruleLibraries: readonly CelLibrary[] = [...kubernetesLibraries(), lists];
