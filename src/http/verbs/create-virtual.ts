/**
 * POST of what is answered and never stored. Read, tracked and checked like any new object; plugins, which keep what is
 * stored in order, have no part in it. A dry run is no different.
 */
import { groupResourceName } from '../../apimachinery/gvk.ts';
import type { KubeObject } from '../../apimachinery/object-meta.ts';
import { invalid } from '../../apimachinery/status.ts';
import { must } from '../../lib/assert.ts';
import type { Target, WriteOptions } from '../../registry/engine.ts';
import { trackCreation } from '../../registry/field-tracking.ts';
import { matchNamespace, tellRepeatedOwners, wipeSystemFields } from '../../registry/metadata.ts';
import { sendBody } from '../compression.ts';
import { readObject } from './body.ts';
import { fieldValidationOf } from './field-validation.ts';
import { renderingOf, renderObject } from './rendering.ts';
import type { VerbRequest } from './verb.ts';
import { writeOptions } from './write-options.ts';

export async function createVirtual(request: VerbRequest): Promise<void> {
  const { engine, exchange, info, target, user, virtual } = request;
  const nowMs = engine.clock.now();
  const { definition } = target.served;
  const answer = must(virtual.get(groupResourceName(definition)), `answerer of ${definition.resource}`);
  const rendering = renderingOf(request, target.served, 'get');
  const options = writeOptions(request, 'CreateOptions');
  const decode = await readObject(
    exchange,
    engine.definitions.builtIn,
    target.served,
    fieldValidationOf(info.query, options),
  );
  const object = prepared(request, target, decode(), options);
  const answered = await answer({ object, user, surface: info.surface, nowMs });
  await sendBody(exchange, 201, rendering.negotiated.mediaType, renderObject(rendering, answered));
}

/** Throws 400 for another namespace, and 422, which names no kind: upstream has forgotten it by then. */
function prepared(
  { engine }: VerbRequest,
  target: Target,
  object: KubeObject,
  options: WriteOptions,
): KubeObject {
  const { definition, version } = target.served;
  wipeSystemFields(object.metadata);
  matchNamespace(target, object.metadata);
  tellRepeatedOwners(object, options, false);
  trackCreation(engine, target.served, object, options);
  const errors = definition.strategy.validate?.(object) ?? [];
  if (errors.length === 0) return object;
  throw invalid({ group: definition.group, version: version.version, kind: '' }, '', errors);
}
