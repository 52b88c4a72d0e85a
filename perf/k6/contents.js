// Secrets and config maps in projects, in three phases at the same rate: all are created, then they are steady (half of
// the requests read one, the others update, patch and list), then all are deleted.
import { scenario } from 'k6/execution';
import {
  createObject,
  deleteObject,
  getObject,
  kinds,
  listObjects,
  patchObject,
  updateObject,
} from './lib/objects.js';
import { connection } from './lib/server.js';
import { atRate, sizes, thresholds } from './lib/sizes.js';
import { createTenants, deleteTenants, projectName } from './lib/tenants.js';

const verbs = ['create', 'get', 'update', 'patch', 'list', 'delete'];
const total = sizes.projects * sizes.objects * kinds.length;
// A rate is kept for whole seconds, so that the last of them may ask for more iterations than there are objects.
const phaseSeconds = Math.ceil(total / sizes.rate);
// What the last requests of a phase have until the next begins.
const graceSeconds = 2;
const steadyStart = phaseSeconds + graceSeconds;
const removeStart = steadyStart + sizes.seconds + graceSeconds;

export const options = {
  ...connection,
  scenarios: {
    create: atRate('create', { duration: `${phaseSeconds}s` }),
    steady: atRate('steady', { startTime: `${steadyStart}s` }),
    remove: atRate('remove', { duration: `${phaseSeconds}s`, startTime: `${removeStart}s` }),
  },
  thresholds: thresholds(verbs.flatMap((verb) => kinds.map(({ plural }) => `${verb}-${plural}`))),
};

// The kinds in turn, then the projects, so that all have the same load.
function objectAt(index) {
  const rest = Math.floor(index / kinds.length);
  const object = Math.floor(rest / sizes.projects);
  return [projectName(rest % sizes.projects), kinds[index % kinds.length], `object-${object}`];
}

export function setup() {
  createTenants();
}

export function create() {
  const index = scenario.iterationInTest;
  if (index < total) createObject(...objectAt(index));
}

export function steady() {
  const index = scenario.iterationInTest;
  const chosen = objectAt((index * 7) % total);
  const step = Math.floor(index / kinds.length) % 10;
  if (step < 5) getObject(...chosen);
  else if (step < 7) updateObject(...chosen);
  else if (step < 8) patchObject(...chosen);
  else listObjects(...chosen);
}

export function remove() {
  const index = scenario.iterationInTest;
  if (index < total) deleteObject(...objectAt(index));
}

export function teardown() {
  deleteTenants();
}
