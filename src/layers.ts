/**
 * The layer law: which top-level folder of `src/` may import which. A test reads it (test/house/layers.test.ts).
 * Imports go down only, and two folders of one layer never import each other.
 */
export const layers: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  apimachinery: ['lib'],
  metrics: ['lib'],
  request: ['lib', 'apimachinery'],
  apis: ['lib', 'apimachinery'],
  storage: ['lib', 'apimachinery', 'metrics'],
  client: ['lib', 'apimachinery', 'request'],
  registry: ['lib', 'apimachinery', 'request', 'storage'],
  controllers: ['lib', 'apimachinery', 'request', 'apis', 'storage', 'client'],
  authn: ['lib', 'apimachinery', 'request'],
  authz: ['lib', 'apimachinery', 'request'],
  admission: ['lib', 'apimachinery', 'request', 'apis', 'storage', 'registry'],
  virtual: ['lib', 'apimachinery', 'request', 'apis', 'authn', 'authz'],
  http: ['lib', 'apimachinery', 'metrics', 'request', 'storage', 'registry', 'authn', 'authz', 'virtual'],
  server: ['*'],
  cli: ['lib', 'server', 'storage'],
};
