// Secrets and config maps in projects, the whole life of one in every iteration: created, read, updated, patched,
// listed, deleted. Iterations go through the projects in turn, so that all have the same load.
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

export const options = {
  ...connection,
  scenarios: { churn: atRate('churn') },
  thresholds: thresholds(verbs.flatMap((verb) => kinds.map(({ plural }) => `${verb}-${plural}`))),
};

export function setup() {
  createTenants();
}

export function churn() {
  const index = scenario.iterationInTest;
  const project = projectName(index % sizes.projects);
  const name = `object-${index}`;
  for (const kind of kinds) {
    createObject(project, kind, name);
    const { metadata } = getObject(project, kind, name).json();
    updateObject(project, kind, name, metadata.resourceVersion);
    patchObject(project, kind, name);
    listObjects(project, kind);
    deleteObject(project, kind, name);
  }
}

export function teardown() {
  deleteTenants();
}
