// Reads alone: GET and LIST of secrets and config maps in projects that hold so many of each, and LIST of the projects.
// GETs at twice the rate; LISTs at the rate, a third of them of each kind and a third of the projects.
import { scenario } from 'k6/execution';
import { createObject, getObject, kinds, listObjects } from './lib/objects.js';
import { connection, request } from './lib/server.js';
import { atRate, sizes, thresholds } from './lib/sizes.js';
import { createTenants, deleteTenants, projectName, projectsPath } from './lib/tenants.js';

export const options = {
  ...connection,
  scenarios: {
    get: atRate('get', { rate: sizes.rate * 2 }),
    list: atRate('list'),
  },
  thresholds: thresholds([
    ...kinds.flatMap(({ plural }) => [`get-${plural}`, `list-${plural}`]),
    'list-projects',
  ]),
};

export function setup() {
  createTenants();
  for (let project = 0; project < sizes.projects; project++) {
    for (const kind of kinds) {
      for (let object = 0; object < sizes.objects; object++) {
        createObject(projectName(project), kind, `object-${object}`);
      }
    }
  }
}

// Each in turn: a project, then the kinds in it, then its objects.
export function get() {
  const index = scenario.iterationInTest;
  const rest = Math.floor(index / sizes.projects);
  const object = Math.floor(rest / kinds.length) % sizes.objects;
  getObject(projectName(index % sizes.projects), kinds[rest % kinds.length], `object-${object}`);
}

export function list() {
  const index = scenario.iterationInTest;
  if (index % 3 === 2) request('list-projects', 'GET', `${projectsPath}?limit=100`);
  else listObjects(projectName(index % sizes.projects), kinds[index % 3]);
}

export function teardown() {
  deleteTenants();
}
