/** What rules of custom resources may use beside what their schema declares. */
import { kubernetesLibraries } from '../../cel/libraries/kubernetes-libraries.ts';

/** One list, so that all environments of rules share their tables. */
export const ruleLibraries = kubernetesLibraries();
