// The management API: a burst of projects, each created → ready → first write in it, while others list; then all of
// them deleted at once, until they are gone.
import { sleep } from 'k6';
import { scenario } from 'k6/execution';
import { Trend } from 'k6/metrics';
import { createObject, kinds } from './lib/objects.js';
import { connection, request } from './lib/server.js';
import { atRate, sizes, thresholds } from './lib/sizes.js';
import {
  createOrganizations,
  createProject,
  deleteProject,
  deleteTenants,
  organizationsPath,
  projectName,
  projectsPath,
  waitUntilGone,
  waitUntilReady,
} from './lib/tenants.js';

const ready = new Trend('milo_project_ready', true);
const firstWrite = new Trend('milo_project_first_write', true);
const gone = new Trend('milo_project_gone', true);

const projects = sizes.rate * sizes.seconds;
// What the last creations have until deletions begin.
const graceSeconds = 5;
const listPauseSeconds = 0.2;

export const options = {
  ...connection,
  scenarios: {
    create: atRate('create'),
    list: { executor: 'constant-vus', exec: 'list', vus: 1, duration: `${sizes.seconds}s` },
    remove: {
      executor: 'shared-iterations',
      exec: 'remove',
      vus: sizes.vus,
      iterations: projects,
      startTime: `${sizes.seconds + graceSeconds}s`,
      maxDuration: '10m',
    },
  },
  thresholds: {
    ...thresholds(['create-project', 'get-project', 'list-projects', 'create-configmaps', 'delete-project']),
    milo_project_ready: [`p(99)<${sizes.p99Ms}`],
    milo_project_first_write: [`p(99)<${2 * sizes.p99Ms}`],
    milo_project_gone: [`p(99)<${10 * sizes.p99Ms}`],
  },
};

export function setup() {
  createOrganizations();
}

export function create() {
  const index = scenario.iterationInTest;
  // k6 may begin one more than the rate asks for, which nobody would delete.
  if (index >= projects) return;
  const name = projectName(index);
  const start = Date.now();
  createProject(index);
  waitUntilReady(name);
  ready.add(Date.now() - start);
  createObject(name, kinds[0], 'first');
  firstWrite.add(Date.now() - start);
}

export function list() {
  request('list-projects', 'GET', `${projectsPath}?limit=100`);
  request('list-organizations', 'GET', `${organizationsPath}?limit=100`);
  sleep(listPauseSeconds);
}

export function remove() {
  const name = projectName(scenario.iterationInTest);
  const start = Date.now();
  deleteProject(name);
  waitUntilGone(name);
  gone.add(Date.now() - start);
}

export function teardown() {
  deleteTenants(projects);
}
