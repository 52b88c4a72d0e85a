/** A hook of node's: where scripts import a module of k6's, they get ours of that name, and no other. */
import type { ResolveHook } from 'node:module';

const modules: Readonly<Record<string, URL>> = {
  k6: new URL('./modules/k6.js', import.meta.url),
  'k6/http': new URL('./modules/http.js', import.meta.url),
  'k6/metrics': new URL('./modules/metrics.js', import.meta.url),
  'k6/execution': new URL('./modules/execution.js', import.meta.url),
};

export const resolve: ResolveHook = (specifier, context, next) => {
  const url = modules[specifier];
  return url === undefined ? next(specifier, context) : { url: url.href, shortCircuit: true };
};
