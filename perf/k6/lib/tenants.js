// Organizations and projects: paths, bodies, and waiting until one is ready or gone.
import { fail, sleep } from 'k6';
import { request } from './server.js';
import { run, sizes } from './sizes.js';

const group = '/apis/resourcemanager.miloapis.com/v1alpha1';
const apiVersion = 'resourcemanager.miloapis.com/v1alpha1';
const pollSeconds = 0.02;
const waitSeconds = 60;

export const organizationsPath = `${group}/organizations`;
export const projectsPath = `${group}/projects`;
export const organizationName = (index) => `${run}-org-${index % sizes.organizations}`;
export const projectName = (index) => `${run}-project-${index}`;
export const controlPlane = (project) => `/projects/${project}/control-plane`;

const labels = { 'perf.miloapis.com/run': run };

function created(op, path, body) {
  request(op, 'POST', path, { body, expected: [201] });
}

export function createOrganization(index) {
  const metadata = { name: organizationName(index), labels };
  created('create-organization', organizationsPath, {
    apiVersion,
    kind: 'Organization',
    metadata,
    spec: { type: 'Standard' },
  });
}

export function createProject(index) {
  created('create-project', projectsPath, {
    apiVersion,
    kind: 'Project',
    metadata: { name: projectName(index), labels },
    spec: { ownerRef: { kind: 'Organization', name: organizationName(index) } },
  });
}

export function waitUntilReady(project) {
  for (const deadline = Date.now() + waitSeconds * 1000; ; sleep(pollSeconds)) {
    const { status } = request('get-project', 'GET', `${projectsPath}/${project}`).json();
    const conditions = status?.conditions ?? [];
    if (conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True')) return;
    if (Date.now() > deadline) fail(`project ${project} is not ready after ${waitSeconds} s`);
  }
}

export function deleteProject(project) {
  request('delete-project', 'DELETE', `${projectsPath}/${project}`, { expected: [200, 202] });
}

export function waitUntilGone(project) {
  for (const deadline = Date.now() + waitSeconds * 1000; ; sleep(pollSeconds)) {
    const { status } = request('get-deleted-project', 'GET', `${projectsPath}/${project}`, {
      expected: [200, 404],
    });
    if (status === 404) return;
    if (Date.now() > deadline) fail(`project ${project} is still there after ${waitSeconds} s`);
  }
}

export function createOrganizations() {
  for (let index = 0; index < sizes.organizations; index++) createOrganization(index);
}

// For scripts whose load is inside projects: all that there will be, ready.
export function createTenants() {
  createOrganizations();
  for (let index = 0; index < sizes.projects; index++) createProject(index);
  for (let index = 0; index < sizes.projects; index++) waitUntilReady(projectName(index));
}

export function deleteTenants(projects = sizes.projects) {
  for (let index = 0; index < projects; index++) {
    request('delete-leftover', 'DELETE', `${projectsPath}/${projectName(index)}`, {
      expected: [200, 202, 404],
    });
  }
  for (let index = 0; index < projects; index++) waitUntilGone(projectName(index));
  for (let index = 0; index < sizes.organizations; index++) {
    request('delete-organization', 'DELETE', `${organizationsPath}/${organizationName(index)}`, {
      expected: [200, 202, 404],
    });
  }
}
