/** From a resource request to its verb: which paths and methods a definition offers. */
import { goQuote } from '../../apimachinery/apply/go-text.ts';
import type { ResourceDefinition } from '../../apimachinery/resource-definition.ts';
import { badRequest, pathMethodNotAllowed, pathNotFound } from '../../apimachinery/status.ts';
import { findSubresource, type ServedResource } from '../../registry/definition-table.ts';
import type { Engine } from '../../registry/engine.ts';
import type { ResourceRequest, Tenant } from '../../request/context.ts';
import { warner } from '../warnings.ts';
import { create } from './create.ts';
import { createVirtual } from './create-virtual.ts';
import { remove } from './delete.ts';
import { deleteCollection } from './delete-collection.ts';
import { get } from './get.ts';
import { list } from './list.ts';
import { patch } from './patch.ts';
import { update } from './update.ts';
import type { Verb, VerbRequest } from './verb.ts';
import { watch } from './watch.ts';

const verbs: Readonly<Record<string, Verb>> = {
  get,
  list,
  watch,
  create,
  update,
  patch,
  delete: remove,
  deletecollection: deleteCollection,
};
/** What can be done where nothing is stored. */
const virtualVerbs: Readonly<Record<string, Verb>> = { create: createVirtual };
/** Verbs of a collection; all others are of one object. */
const collectionVerbs: ReadonlySet<string> = new Set(['list', 'create', 'deletecollection']);

/** The served resource a path names in its control plane. Throws 404. */
function findServed({ definitions }: Engine, tenant: Tenant, request: ResourceRequest): ServedResource {
  const { group, version, resource } = request;
  // No definition may take the names of what is built in (admission/custom-resources), so that for most requests the
  // store need not be asked what the control plane defines.
  const served =
    definitions.builtIn.find(tenant.surface.kind, group, version, resource) ??
    definitions.of(tenant.id).find(group, version, resource);
  if (served === undefined) throw pathNotFound();
  return served;
}

/** What the pipeline found out before the verb has its turn. */
export interface Dispatch extends Omit<VerbRequest, 'target' | 'subresource'> {
  readonly request: ResourceRequest;
  readonly tenant: Tenant;
}

/** Answers the request. Throws 404 for paths the definition does not have, 405 for verbs it does not offer. */
export async function dispatch(asked: Dispatch): Promise<void> {
  const { engine, streams, virtual, exchange, info, request, tenant, user, untilMs, isOver, record } = asked;
  const served = findServed(engine, tenant, request);
  record.served = served;
  const { definition } = served;
  const subresource = findSubresource(definition, request.subresource);
  if (request.subresource !== '' && subresource === undefined) throw pathNotFound();
  record.subresource = request.subresource;
  // Upstream's router knows these methods only; HEAD is none of them.
  if (exchange.method === 'HEAD' || verbs[info.verb] === undefined) throw pathMethodNotAllowed();
  checkPath(definition, info.verb, request);
  const offered = subresource?.verbs ?? definition.verbs;
  const table = definition.isVirtual === true ? virtualVerbs : verbs;
  const verb = offered.includes(info.verb) ? table[info.verb] : undefined;
  if (verb === undefined) throw pathMethodNotAllowed();
  checkName(request.name);
  const { deprecationWarning } = served.version;
  if (deprecationWarning !== undefined) warner(exchange)(deprecationWarning);
  const target = { served, tenant, namespace: request.namespace, name: request.name };
  await verb({
    engine,
    streams,
    virtual,
    exchange,
    info,
    user,
    untilMs,
    isOver,
    record,
    target,
    subresource,
  });
}

/** Names that no object can have, whatever the kind: they would lead elsewhere in a path. */
function checkName(name: string): void {
  if (name.includes('/')) throw pathNotFound();
  const problem =
    name === '.' || name === '..'
      ? `may not be '${name}'`
      : name.includes('%')
        ? "may not contain '%'"
        : undefined;
  if (problem !== undefined) throw badRequest(`Name parameter invalid: ${goQuote(name)}: ${problem}`);
}

function checkPath(definition: ResourceDefinition, verb: string, request: ResourceRequest): void {
  const isNamespaced = definition.scope === 'Namespaced';
  if (!isNamespaced && request.namespace !== '') throw pathNotFound();
  // What is never stored has neither single objects nor a collection over all namespaces.
  const hasOthers = request.name !== '' || (isNamespaced && request.namespace === '');
  if (definition.isVirtual === true && hasOthers) throw pathNotFound();
  if (isNamespaced && request.namespace === '') {
    // Only reading goes over all namespaces.
    if (request.name !== '') throw pathNotFound();
    if (verb !== 'list' && verb !== 'watch') throw pathMethodNotAllowed();
  }
  const isOnObject = request.name !== '';
  if (verb === 'watch') return;
  if (collectionVerbs.has(verb) === isOnObject) throw pathMethodNotAllowed();
}
