/** The table of scenarios. A new one is a file in scenarios/ and a line here. */

import { cel } from '../scenarios/cel.ts';
import { churn } from '../scenarios/churn.ts';
import { crds } from '../scenarios/crds.ts';
import { createProjects } from '../scenarios/create-projects.ts';
import { deletion } from '../scenarios/deletion.ts';
import { idleProjects } from '../scenarios/idle-projects.ts';
import { informers } from '../scenarios/informers.ts';
import { latencyByProjects } from '../scenarios/latency-by-projects.ts';
import { noisyNeighbour } from '../scenarios/noisy-neighbour.ts';
import { promoted } from '../scenarios/promoted.ts';
import { quick } from '../scenarios/quick.ts';
import { restart } from '../scenarios/restart.ts';
import { sideBySide } from '../scenarios/side-by-side.ts';
import { soak } from '../scenarios/soak.ts';
import { throughput } from '../scenarios/throughput.ts';
import { watchFanout } from '../scenarios/watch-fanout.ts';
import type { Scenario } from './scenario.ts';

export const scenarios: readonly Scenario[] = [
  cel,
  churn,
  crds,
  createProjects,
  deletion,
  idleProjects,
  informers,
  latencyByProjects,
  noisyNeighbour,
  promoted,
  quick,
  restart,
  sideBySide,
  soak,
  throughput,
  watchFanout,
];
