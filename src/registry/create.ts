/** CREATE: names, stamps, checks and writes a new object, with its companions, in one batch. */
import { cloneJson } from '../apimachinery/clone-json.ts';
import { requiredValue } from '../apimachinery/field-error.ts';
import { generateName } from '../apimachinery/generate-name.ts';
import { limits } from '../apimachinery/limits.ts';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import { asCompared } from '../apimachinery/schema/zero-members.ts';
import {
  alreadyExists,
  bareError,
  generateNameConflict,
  modifiedConflict,
  StatusError,
} from '../apimachinery/status.ts';
import { isDeleting } from '../storage/record.ts';
import type { Guard, ObjectKey, Revision } from '../storage/store.ts';
import type { AdmissionRequest, DynamicRules } from './admission.ts';
import {
  admit,
  chargePuts,
  commitObject,
  companionExists,
  companionPuts,
  referenceGuards,
} from './commit.ts';
import { findSubresource } from './definition-table.ts';
import { dynamicRules, keepReadableOwners, placeOf } from './dynamic-rules.ts';
import {
  type Engine,
  keyOf,
  strategyContext,
  type Target,
  type WriteOptions,
  type WriteResult,
  withRevision,
} from './engine.ts';
import { trackAnyCreation } from './field-tracking.ts';
import { matchNamespace, stampNew, tellRepeatedOwners, wipeSystemFields } from './metadata.ts';
import { missingReferences, throwIfInvalid, validateObject } from './validation.ts';
import { warningsOf } from './warnings.ts';

export interface CreateOptions extends WriteOptions {
  /** The object says in managedFields already who owns what. */
  readonly isTracked?: boolean;
}

/**
 * `decode` gives a fresh copy of the object in the version of the target, so that an attempt that lost a race
 * leaves nothing behind. Throws 4xx Status; 409 AlreadyExists.
 */
export async function create(
  engine: Engine,
  target: Target,
  decode: () => KubeObject,
  options: CreateOptions,
): Promise<WriteResult> {
  const { definition } = target.served;
  const rules = dynamicRules(engine, target, undefined, ['CREATE'], options);
  const wanted = rules === undefined ? decode : await mutated(engine, target, decode, options, rules);
  const creation: Creation = {
    engine,
    options,
    rules,
    mayUntrack: options.isTracked !== true,
    isTracked: options.isTracked === true || rules !== undefined,
  };
  for (let attempt = 0; ; attempt++) {
    const object = asCompared(wanted(), target.served.version.schema);
    const isGenerated = nameNewObject(engine, target, object);
    const own = { ...target, name: object.metadata.name ?? '' };
    const result = await attemptCreate(creation, own, object, wanted);
    if (typeof result !== 'string') return result;
    if (result === 'exists') {
      if (!isGenerated || attempt + 1 >= limits.generateNameRetries) throw taken(engine, own, object);
    } else if (attempt + 1 >= limits.updateRetries) throw modifiedConflict(definition, own.name);
  }
}

interface Creation {
  readonly engine: Engine;
  readonly options: CreateOptions;
  readonly rules: DynamicRules | undefined;
  readonly isTracked: boolean;
  readonly mayUntrack: boolean;
}

/** What mutating rules make of the object, asked once: what is created depends on nothing that could move on. */
async function mutated(
  engine: Engine,
  target: Target,
  decode: () => KubeObject,
  options: CreateOptions,
  rules: DynamicRules,
): Promise<() => KubeObject> {
  const { served } = target;
  const object = asCompared(decode(), served.version.schema);
  checkName(target, object);
  tellRepeatedOwners(object, options, false);
  wipeSystemFields(object.metadata);
  if (options.isTracked !== true) await trackAnyCreation(engine, target, object, options);
  const own = { ...target, name: object.metadata.name ?? '' };
  // What the server refuses itself nobody else is asked about.
  await admit(engine, requestOf(own, object, options));
  const before = cloneJson(object);
  const changed =
    (await rules.mutate({ ...placeOf(own), operation: 'CREATE', object, old: undefined })) ?? object;
  if (changed !== object) {
    keepReadableOwners(changed, before, options);
    tellRepeatedOwners(changed, options, true);
  }
  return () => cloneJson(changed);
}

/** Throws 400 for another namespace, 422 where no name is to be had. */
function checkName(target: Target, { metadata }: KubeObject): void {
  matchNamespace(target, metadata);
  if (metadata.name !== undefined && metadata.name !== '') return;
  if (metadata.generateName !== undefined && metadata.generateName !== '') return;
  throwIfInvalid(target.served, '', [requiredValue('metadata.name', 'name or generateName is required')]);
}

/** Whether the name was made here. */
function nameNewObject(engine: Engine, target: Target, object: KubeObject): boolean {
  checkName(target, object);
  const { metadata } = object;
  if (metadata.name !== undefined && metadata.name !== '') return false;
  metadata.name = generateName(metadata.generateName ?? '', engine.random);
  return true;
}

function requestOf({ served, tenant }: Target, object: KubeObject, { user }: WriteOptions): AdmissionRequest {
  return {
    operation: 'create',
    isFirst: true,
    definition: served.definition,
    subresource: '',
    tenant,
    user,
    object,
    old: undefined,
  };
}

type Attempted = WriteResult | 'exists' | 'retry';

/** One object under one name: made ready, judged by all, and written. */
async function attemptCreate(
  creation: Creation,
  target: Target,
  object: KubeObject,
  decode: () => KubeObject,
): Promise<Attempted> {
  const { engine, rules } = creation;
  const ready = await prepare(creation, target, object);
  const result = await commitNew(creation, target, ready, false);
  if (!isMeeting(result)) return result;
  // Charges an account one after the other with those who do the same, so that none loses for ever.
  const inTurn = await engine.turns.untilWon(result.metAt, async () => {
    // What others have been asked about stays what it is, and nobody is made to wait for them here.
    const again = rules?.isRemote ? ready : await prepare(creation, target, named(target, decode()));
    const attempted = await commitNew(creation, target, again, true);
    return isMeeting(attempted) ? 'retry' : attempted;
  });
  return inTurn ?? 'retry';
}

function named(target: Target, decoded: KubeObject): KubeObject {
  const object = asCompared(decoded, target.served.version.schema);
  matchNamespace(target, object.metadata);
  object.metadata.name = target.name;
  return object;
}

/** An object as it is to be written. */
interface Ready {
  readonly request: AdmissionRequest;
  readonly isTaken: boolean;
  readonly isVersioned: boolean;
  /** The name was free at it, unless it is taken. */
  readonly revision: number;
  /** What it relies on, as it was when it was judged. */
  readonly guards: readonly Guard[];
}

async function prepare(creation: Creation, target: Target, object: KubeObject): Promise<Ready> {
  const { engine, options, rules } = creation;
  const { definition } = target.served;
  const { strategy } = definition;
  // In one tick with the context: strategies may rely on the name being free at the context's revision.
  const isTaken = engine.store.get(keyOf(target)) !== undefined;
  const isVersioned = isRevision(object.metadata.resourceVersion);
  tellRepeatedOwners(object, options, false);
  const context = strategyContext(engine, options);
  stampNew(object, strategy, engine.newUid(), context.nowMs);
  if (!creation.isTracked) await trackAnyCreation(engine, target, object, options);
  if (findSubresource(definition, 'status') !== undefined) delete object.status;
  strategy.prepareForCreate?.(object, context);
  const request = requestOf(target, object, options);
  const guards = await judged(engine, target, request);
  await rules?.validate({ ...placeOf(target), operation: 'CREATE', object, old: undefined });
  return { request, isTaken, isVersioned, revision: context.revision, guards };
}

async function judged(engine: Engine, target: Target, request: AdmissionRequest): Promise<Guard[]> {
  const guards = await admit(engine, request);
  const references = referenceGuards(engine, target, request.object, undefined);
  validateObject(target.served, request.object, undefined, missingReferences(references.missing));
  return [...guards, ...references.guards];
}

/** Others charge the same account, or write beside the object where it relies on there being nothing new. */
interface Meeting {
  readonly metAt: ObjectKey;
}
const isMeeting = (result: Attempted | Meeting): result is Meeting =>
  typeof result === 'object' && 'metAt' in result;

async function commitNew(
  { engine, options, rules, mayUntrack }: Creation,
  target: Target,
  ready: Ready,
  isInTurn: boolean,
): Promise<Attempted | Meeting> {
  const { request } = ready;
  const { object, definition } = request;
  // What was relied on may have moved while others were asked.
  const guards = rules?.isRemote ? await judged(engine, target, request) : ready.guards;
  const charges = chargePuts(engine, request);
  const places = [...charges.map(({ key }) => key), ...guards.filter(isOfResource).map(placeOfResource)];
  const met = places.find((key) => engine.turns.isWaitedFor(key));
  if (met !== undefined && !isInTurn && !options.dryRun) return { metAt: met };
  for (const warning of warningsOf(definition, object, undefined)) options.warn(warning);
  // Told only now, as upstream does: what is wrong with the object itself comes first.
  if (ready.isVersioned) throw bareError('resourceVersion should not be set on objects to be created');
  if (ready.isTaken) return 'exists';
  if (rules?.isRemote && wasNamesake(engine, target, ready.revision)) return 'retry';
  const companions = companionPuts(engine, target, object, options);
  if (options.dryRun) {
    const taken = companions.find(({ key }) => engine.store.get(key) !== undefined);
    if (taken !== undefined) throw companionExists(taken);
    return { object, stored: undefined, outcome: 'created' };
  }
  const others = [...companions, ...charges, ...guards];
  const { put, outcome } = await commitObject(engine, target, object, 0, others, mayUntrack);
  if (!outcome.ok) {
    if (outcome.index === 0) return 'exists';
    const failed = others[outcome.index - 1]!;
    if (charges.some((charge) => charge === failed)) return { metAt: failed.key };
    if (failed.kind === 'guard' && isOfResource(failed)) return { metAt: placeOfResource(failed) };
    if (failed.kind === 'put') throw companionExists(failed);
    return 'retry';
  }
  const revision = outcome.revisions[0]!;
  return {
    object: withRevision(object, revision),
    stored: { revision, record: put.record },
    outcome: 'created',
  };
}

const isOfResource = (guard: Guard): boolean => guard.isOfResource === true;

/** Where those line up that rely on the resource: at a name that no object has. */
function placeOfResource({ key }: Guard): ObjectKey {
  return { ...key, namespace: '', name: '*' };
}

/** Whether an object of the name came and went since, which the new one must not be taken for. */
function wasNamesake(engine: Engine, target: Target, since: Revision): boolean {
  const { tenant, group, resource, namespace, name } = keyOf(target);
  const scope = { tenant, group, resource };
  for (let after = since; ; ) {
    const page = engine.store.changes({ after, scope, maxEntries: limits.watchLogStepEntries });
    if (page.changes.some(({ key }) => key.name === name && key.namespace === namespace)) return true;
    if (page.changes.length < limits.watchLogStepEntries) return false;
    after = page.position;
  }
}

/** Of the object itself, rather than of one that is made along with it, and in no webhook's words. */
export class NameTaken extends StatusError {}

/** The 409; whoever asked for a generated name, and whose object is on its way out, is told so. */
function taken(engine: Engine, target: Target, { metadata }: KubeObject): NameTaken {
  const { definition } = target.served;
  const mayGenerate = metadata.generateName !== undefined && metadata.generateName !== '';
  const { status } = (mayGenerate ? generateNameConflict : alreadyExists)(definition, target.name);
  const stored = engine.store.get(keyOf(target));
  if (stored === undefined || !isDeleting(stored.record)) return new NameTaken(status);
  return new NameTaken({ ...status, message: `object is being deleted: ${status.message}` });
}

/** Upstream minds only a version that some object could have. */
const isRevision = (resourceVersion: string | undefined): boolean =>
  resourceVersion !== undefined && /^\d*[1-9]\d*$/.test(resourceVersion);
