// Secrets and config maps in the namespace `default` of a project.
import { request } from './server.js';
import { sizes } from './sizes.js';
import { controlPlane } from './tenants.js';

const text = 'x'.repeat(sizes.bytes);

export const kinds = [
  { kind: 'ConfigMap', plural: 'configmaps', fields: (value) => ({ data: { text: value } }) },
  { kind: 'Secret', plural: 'secrets', fields: (value) => ({ type: 'Opaque', stringData: { text: value } }) },
];

export const collection = (project, { plural }) =>
  `${controlPlane(project)}/api/v1/namespaces/default/${plural}`;

export function bodyOf({ kind, fields }, name, value = text) {
  return { apiVersion: 'v1', kind, metadata: { name }, ...fields(value) };
}

export function createObject(project, kind, name) {
  return request(`create-${kind.plural}`, 'POST', collection(project, kind), {
    body: bodyOf(kind, name),
    expected: [201],
  });
}

export function getObject(project, kind, name) {
  return request(`get-${kind.plural}`, 'GET', `${collection(project, kind)}/${name}`);
}

export function listObjects(project, kind) {
  return request(`list-${kind.plural}`, 'GET', `${collection(project, kind)}?limit=500`);
}

// Whatever version is there: nobody else writes it.
export function updateObject(project, kind, name) {
  return request(`update-${kind.plural}`, 'PUT', `${collection(project, kind)}/${name}`, {
    body: bodyOf(kind, name, `${text.slice(1)}y`),
  });
}

export function patchObject(project, kind, name) {
  return request(`patch-${kind.plural}`, 'PATCH', `${collection(project, kind)}/${name}`, {
    body: { metadata: { labels: { 'perf.miloapis.com/round': 'patched' } } },
    type: 'application/merge-patch+json',
  });
}

export function deleteObject(project, kind, name) {
  return request(`delete-${kind.plural}`, 'DELETE', `${collection(project, kind)}/${name}`);
}
