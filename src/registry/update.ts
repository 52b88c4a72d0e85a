/**
 * UPDATE, the compare-and-set loop that PUT, every patch and every subresource write go through: the change is
 * computed again on the newest object until it commits, so that racing patches do not fail.
 */
import { cloneJson, cloneObject } from '../apimachinery/clone-json.ts';
import { deepEqual } from '../apimachinery/equality.ts';
import { invalidValue } from '../apimachinery/field-error.ts';
import { apiVersionOf } from '../apimachinery/gvk.ts';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import type { SubresourceDefinition } from '../apimachinery/resource-definition.ts';
import type { ObjectSchema } from '../apimachinery/schema/schema.ts';
import { asCompared, asWritten } from '../apimachinery/schema/zero-members.ts';
import {
  badRequest,
  conflict,
  invalid,
  modifiedConflict,
  notFound,
  type StatusError,
} from '../apimachinery/status.ts';
import type { Guard, StoredRecord } from '../storage/store.ts';
import type { AdmissionOperation, AdmissionRequest, DynamicAttempt, DynamicRules } from './admission.ts';
import { admit, chargePuts, commitObject, referenceGuards, removalOf } from './commit.ts';
import { create, NameTaken } from './create.ts';
import { findSubresource } from './definition-table.ts';
import { dynamicRules, keepReadableOwners, placeOf } from './dynamic-rules.ts';
import {
  type Engine,
  keyOf,
  planeOf,
  strategyContext,
  type Target,
  type WriteOptions,
  type WriteResult,
  withRevision,
} from './engine.ts';
import {
  keepTimes,
  managedFieldsBehind,
  setManagedFields,
  trackedForm,
  trackReplacement,
} from './field-tracking.ts';
import { carryOver, matchNamespace, revisionIn, tellRepeatedOwners, trackGeneration } from './metadata.ts';
import { preconditionFailed } from './preconditions.ts';
import { isUnwritten } from './store-with-defaults.ts';
import { objectOf } from './stored-objects.ts';
import { spokenForm } from './subresource-form.ts';
import { missingReferences, validateObject } from './validation.ts';
import { warningsOf } from './warnings.ts';

export interface UpdateRequest {
  /**
   * The wanted object. `current` gives the one there is, for who builds on it: it is compared with afterwards, so what
   * is returned shares nothing with it but its managedFields and, of a custom resource, what lies below the members of
   * the object. Called again on every retry; must return a fresh object each time.
   */
  change(current: () => KubeObject): KubeObject | Promise<KubeObject>;
  /** PUT: a missing object may be created where the kind lets it. */
  readonly isReplace: boolean;
  /** Server-side apply: what `change` gives says in managedFields who owns what, and a missing object is created. */
  readonly isApply?: boolean;
  /** The endpoint written to; undefined is the object itself. */
  readonly subresource?: SubresourceDefinition;
}

/** Throws 404, 409, 422. */
export async function update(
  engine: Engine,
  target: Target,
  request: UpdateRequest,
  options: WriteOptions,
): Promise<WriteResult> {
  const { definition } = target.served;
  const mayCreate =
    request.subresource === undefined &&
    (request.isApply === true || (request.isReplace && definition.strategy.allowCreateOnUpdate === true));
  const operations: AdmissionOperation[] = mayCreate ? ['UPDATE', 'CREATE'] : ['UPDATE'];
  const rules = dynamicRules(engine, target, request.subresource, operations, options);
  const attempt = async (): Promise<WriteResult | 'retry'> => {
    const stored = engine.store.get(keyOf(target));
    if (stored !== undefined) return await attemptUpdate(engine, target, request, options, stored, rules);
    if (!mayCreate) {
      // What is wrong with the request itself comes first, where it can be told without the object.
      if (request.isReplace || request.isApply === true) await wantedAnew(target, request);
      throw notFound(definition, target.name);
    }
    return await createInstead(engine, target, request, options);
  };
  const result = rules?.isRemote
    ? await engine.turns.untilWonWithoutTurn(attempt)
    : await engine.turns.untilWon(keyOf(target), attempt);
  if (result === undefined) throw modifiedConflict(definition, target.name);
  return result;
}

async function createInstead(
  engine: Engine,
  target: Target,
  request: UpdateRequest,
  options: WriteOptions,
): Promise<WriteResult | 'retry'> {
  const wanted = await wantedAnew(target, request);
  const { uid } = wanted.metadata;
  if (isSet(uid)) throw preconditionFailed(target, 'UID', uid, '');
  delete wanted.metadata.resourceVersion;
  const isTracked = request.isApply === true;
  try {
    return await create(engine, target, () => cloneJson(wanted), { ...options, isTracked });
  } catch (error) {
    // Somebody created it in between: then this is an update after all.
    if (error instanceof NameTaken) return 'retry';
    throw error;
  }
}

/** What the request wants where nothing is. */
async function wantedAnew(target: Target, request: UpdateRequest): Promise<KubeObject> {
  const { definition, version } = target.served;
  const apiVersion = apiVersionOf({ group: definition.group, version: version.version });
  const wanted = await request.change(() => ({ apiVersion, kind: definition.kind, metadata: {} }));
  const { uid } = wanted.metadata;
  if (request.isApply === true && isSet(uid)) throw nothingWithUid(target, uid);
  checkIdentity(target, wanted);
  return wanted;
}

async function attemptUpdate(
  engine: Engine,
  target: Target,
  request: UpdateRequest,
  options: WriteOptions,
  stored: StoredRecord,
  rules: DynamicRules | undefined,
): Promise<WriteResult | 'retry'> {
  const { served } = target;
  const { definition } = served;
  const { strategy } = definition;
  const { schema } = served.version;
  const old = asCompared(await objectOf(planeOf(engine, target), served, stored), schema);
  const wanted = asCompared(
    await request.change(() => asWritten(old, schema)),
    request.subresource?.form?.schema ?? schema,
  );
  checkIdentity(target, wanted);
  checkPreconditions(target, request, wanted, old);
  tellRepeatedOwners(wanted, options, !request.isReplace);
  validateForm(request, wanted);

  let object = placed(target, request, wanted, old, stored);
  if (request.isApply === true) {
    setManagedFields(object, managedFieldsBehind(served, request.subresource, wanted, old));
  } else await trackReplacement(engine, target, request.subresource, object, { old, wanted }, options);
  const asked = (updated: KubeObject): AdmissionRequest => ({
    operation: 'update',
    isFirst: isUnwritten(stored),
    definition,
    subresource: request.subresource?.name ?? '',
    tenant: target.tenant,
    user: options.user,
    object: updated,
    old,
  });
  if (rules !== undefined) {
    // What the server refuses itself nobody else is asked about.
    await admit(engine, asked(object));
    const changed = await mutated(target, request, rules, { object, old }, options);
    if (changed !== undefined) object = placed(target, request, changed, old, stored, true);
  }
  const context = strategyContext(engine, options);
  if (request.subresource === undefined) strategy.prepareForUpdate?.(object, old, context);
  else request.subresource.prepare?.(object, old, context);
  trackGeneration(object, old, definition);

  const admission = asked(object);
  const check = async (): Promise<Guard[]> => {
    const guards = await admit(engine, admission);
    const references = referenceGuards(engine, target, object, old);
    const extra = request.subresource?.validate?.(object, old) ?? [];
    const found = [...missingReferences(references.missing), ...extra];
    validateObject(served, object, old, found, options.warn);
    return [...guards, ...references.guards];
  };
  let guards = await check();
  if (rules !== undefined) {
    const { show } = spokenForm(served, request.subresource);
    await rules.validate({ ...placeOf(target), operation: 'UPDATE', object: show(object), old: show(old) });
    // What was relied on may have moved while others were asked.
    if (rules.isRemote) guards = await check();
  }

  const charges = chargePuts(engine, admission);
  for (const warning of warningsOf(definition, object, old)) options.warn(warning);

  if (isReleased(target, object)) {
    if (options.dryRun) return { object, stored: undefined, outcome: 'deleted' };
    const outcome = await engine.store.commit([
      removalOf(engine, target, object, stored.revision),
      ...guards,
    ]);
    if (!outcome.ok) return 'retry';
    // As upstream answers: the object that went, at the revision it had.
    return { object, stored: undefined, outcome: 'deleted' };
  }
  keepTimes(object, old);
  if (isSame(object, old, schema)) return { object: old, stored, outcome: 'unchanged' };
  if (options.dryRun) return { object, stored: undefined, outcome: 'updated' };
  const others = [...charges, ...guards];
  const mayUntrack = request.isApply !== true;
  const { put, outcome } = await commitObject(engine, target, object, stored.revision, others, mayUntrack);
  if (!outcome.ok) return 'retry';
  const revision = outcome.revisions[0]!;
  return {
    object: withRevision(object, revision),
    stored: { revision, record: put.record },
    outcome: 'updated',
  };
}

/** What is wanted as the object to be stored: with what the endpoint does not write as it is. */
function placed(
  target: Target,
  { subresource }: UpdateRequest,
  wanted: KubeObject,
  old: KubeObject,
  stored: StoredRecord,
  isTracked = false,
): KubeObject {
  const object = subresource === undefined ? wanted : mergedInto(old, wanted, subresource);
  carryOver(object, old);
  object.metadata.resourceVersion = String(stored.revision);
  if (subresource === undefined) keepStatus(target, object, old);
  if (isTracked) setManagedFields(object, managedFieldsBehind(target.served, subresource, wanted, old));
  return object;
}

/** What mutating rules make of the object, in the form of the endpoint; undefined where they leave it. */
async function mutated(
  target: Target,
  request: UpdateRequest,
  rules: DynamicRules,
  { object, old }: { readonly object: KubeObject; readonly old: KubeObject },
  options: WriteOptions,
): Promise<KubeObject | undefined> {
  const { served } = target;
  const given = trackedForm(served, request.subresource, object);
  const attempt: DynamicAttempt = {
    ...placeOf(target),
    operation: 'UPDATE',
    object: given,
    old: trackedForm(served, request.subresource, old),
  };
  const changed = await rules.mutate(attempt);
  if (changed === undefined || changed === given) return undefined;
  const schema = request.subresource?.form?.schema ?? served.version.schema;
  const compared = asCompared(changed, schema);
  keepReadableOwners(compared, given, options);
  matchNamespace(target, compared.metadata);
  tellRepeatedOwners(compared, options, true);
  validateForm(request, compared);
  return compared;
}

/** Whether two objects are stored as the same bytes. */
function isSame(object: KubeObject, old: KubeObject, schema: ObjectSchema): boolean {
  if (deepEqual(object, old)) return true;
  const written = asWritten(object, schema);
  return written !== object && deepEqual(written, asWritten(old, schema));
}

function nothingWithUid(target: Target, uid: string): StatusError {
  return conflict(
    target.served.definition,
    target.name,
    `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
  );
}

const isSet = (text: string | undefined): text is string => text !== undefined && text !== '';

function checkIdentity(target: Target, wanted: KubeObject): void {
  const { metadata } = wanted;
  matchNamespace(target, metadata);
  if (metadata.name === undefined || metadata.name === '') {
    throw badRequest(
      `the name of the object (${target.name} based on URL) was undeterminable: name must be provided`,
    );
  }
  if (metadata.name !== target.name) {
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${target.name})`,
    );
  }
}

/** A uid is a demand in a PUT alone; in a patch it is a change, which validation refuses. */
function checkPreconditions(
  target: Target,
  { isReplace, subresource }: UpdateRequest,
  wanted: KubeObject,
  old: KubeObject,
): void {
  const { definition } = target.served;
  const { uid } = wanted.metadata;
  if (isReplace && isSet(uid) && uid !== old.metadata.uid) {
    throw preconditionFailed(target, 'UID', uid, old.metadata.uid);
  }
  const { resourceVersion } = wanted.metadata;
  if (isSet(resourceVersion) && resourceVersion === old.metadata.resourceVersion) return;
  const revision = revisionIn(wanted.metadata);
  if (revision === 0n) {
    // Where the endpoint speaks of a part of the object, it need not know of its other changes.
    const mayOmit = definition.strategy.allowUnconditionalUpdate === true || subresource?.form !== undefined;
    if (!mayOmit) throw resourceVersionMissing(target);
  } else if (revision !== revisionIn(old.metadata)) throw modifiedConflict(definition, target.name);
}

function validateForm({ subresource }: UpdateRequest, wanted: KubeObject): void {
  const form = subresource?.form;
  const errors = form?.validate?.(wanted) ?? [];
  if (form !== undefined && errors.length > 0) throw invalid(form, wanted.metadata.name ?? '', errors);
}

/** Upstream puts the resource where other 422s have the kind. */
function resourceVersionMissing(target: Target): StatusError {
  const { group, resource } = target.served.definition;
  return invalid({ group, version: '', kind: resource }, target.name, [
    invalidValue('metadata.resourceVersion', 0, 'must be specified for an update'),
  ]);
}

/** The stored object with what the subresource's endpoint owns taken from the request. */
function mergedInto(old: KubeObject, wanted: KubeObject, subresource: SubresourceDefinition): KubeObject {
  const object = cloneObject(old);
  subresource.merge(object, wanted);
  return object;
}

/** The object's own endpoint does not write status where status has an endpoint. */
function keepStatus(target: Target, object: KubeObject, old: KubeObject): void {
  if (findSubresource(target.served.definition, 'status') === undefined) return;
  if (old.status === undefined) delete object.status;
  else object.status = cloneJson(old.status);
}

/** Deleted, and nothing holds it any longer. */
function isReleased(target: Target, object: KubeObject): boolean {
  return (
    object.metadata.deletionTimestamp !== undefined &&
    (object.metadata.finalizers ?? []).length === 0 &&
    target.served.definition.strategy.isHeld?.(object) !== true
  );
}
