/** CREATE: names, stamps, checks and writes a new object, with its companions, in one batch. */
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
import type { ObjectKey } from '../storage/store.ts';
import type { AdmissionRequest } from './admission.ts';
import {
  admit,
  chargePuts,
  commitObject,
  companionExists,
  companionPuts,
  referenceGuards,
} from './commit.ts';
import { findSubresource } from './definition-table.ts';
import {
  type Engine,
  keyOf,
  strategyContext,
  type Target,
  type WriteOptions,
  type WriteResult,
  withRevision,
} from './engine.ts';
import { trackCreation } from './field-tracking.ts';
import { matchNamespace, stampNew, tellRepeatedOwners } from './metadata.ts';
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
  for (let attempt = 0; ; attempt++) {
    const object = asCompared(decode(), target.served.version.schema);
    const isGenerated = nameNewObject(engine, target, object);
    const own = { ...target, name: object.metadata.name ?? '' };
    let result = await attemptCreate(engine, own, object, options, false);
    if (isMeeting(result)) result = await createInTurn(engine, own, result.metAt, decode, options);
    if (typeof result !== 'string') return result;
    if (result === 'exists') {
      if (!isGenerated || attempt + 1 >= limits.generateNameRetries) throw taken(engine, own, object);
    } else if (attempt + 1 >= limits.updateRetries) throw modifiedConflict(definition, own.name);
  }
}

/** Others charge the same account. */
interface Meeting {
  readonly metAt: ObjectKey;
}
const isMeeting = (result: WriteResult | Meeting | string): result is Meeting =>
  typeof result === 'object' && 'metAt' in result;

/** Charges an account one after the other with those who do the same, so that none loses for ever. */
async function createInTurn(
  engine: Engine,
  target: Target,
  account: ObjectKey,
  decode: () => KubeObject,
  options: CreateOptions,
): Promise<WriteResult | 'exists' | 'retry'> {
  const result = await engine.turns.untilWon(account, async () => {
    const object = asCompared(decode(), target.served.version.schema);
    matchNamespace(target, object.metadata);
    object.metadata.name = target.name;
    const attempted = await attemptCreate(engine, target, object, options, true);
    return isMeeting(attempted) ? 'retry' : attempted;
  });
  return result ?? 'retry';
}

function nameNewObject(engine: Engine, target: Target, object: KubeObject): boolean {
  const { metadata } = object;
  matchNamespace(target, metadata);
  if (metadata.name !== undefined && metadata.name !== '') return false;
  if (metadata.generateName === undefined || metadata.generateName === '') {
    throwIfInvalid(target.served, '', [requiredValue('metadata.name', 'name or generateName is required')]);
  }
  metadata.name = generateName(metadata.generateName ?? '', engine.random);
  return true;
}

async function attemptCreate(
  engine: Engine,
  target: Target,
  object: KubeObject,
  options: CreateOptions,
  isInTurn: boolean,
): Promise<WriteResult | Meeting | 'exists' | 'retry'> {
  const { definition } = target.served;
  const { strategy } = definition;
  // In one tick with the context: strategies may rely on the name being free at the context's revision.
  const isTaken = engine.store.get(keyOf(target)) !== undefined;
  const isVersioned = isRevision(object.metadata.resourceVersion);
  tellRepeatedOwners(object, options, false);
  const context = strategyContext(engine, options);
  stampNew(object, strategy, engine.newUid(), context.nowMs);
  if (options.isTracked !== true) trackCreation(engine, target.served, object, options);
  if (findSubresource(definition, 'status') !== undefined) delete object.status;
  strategy.prepareForCreate?.(object, context);
  const request: AdmissionRequest = {
    operation: 'create',
    isFirst: true,
    definition,
    subresource: '',
    tenant: target.tenant,
    user: options.user,
    object,
    old: undefined,
  };
  const guards = await admit(engine, request);
  const references = referenceGuards(engine, target, object, undefined);
  validateObject(target.served, object, undefined, missingReferences(references.missing));
  const charges = chargePuts(engine, request);
  const account = charges.find(({ key }) => engine.turns.isWaitedFor(key));
  if (account !== undefined && !isInTurn && !options.dryRun) return { metAt: account.key };
  for (const warning of warningsOf(definition, object, undefined)) options.warn(warning);
  // Told only now, as upstream does: what is wrong with the object itself comes first.
  if (isVersioned) throw bareError('resourceVersion should not be set on objects to be created');
  if (isTaken) return 'exists';
  const companions = companionPuts(engine, target, object, options);
  if (options.dryRun) {
    const taken = companions.find(({ key }) => engine.store.get(key) !== undefined);
    if (taken !== undefined) throw companionExists(taken);
    return { object, stored: undefined, outcome: 'created' };
  }
  const others = [...companions, ...charges, ...guards, ...references.guards];
  const mayUntrack = options.isTracked !== true;
  const { put, outcome } = await commitObject(engine, target, object, 0, others, mayUntrack);
  if (!outcome.ok) {
    if (outcome.index === 0) return 'exists';
    const failed = others[outcome.index - 1]!;
    if (charges.some((charge) => charge === failed)) return { metAt: failed.key };
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

/** The 409; whoever asked for a generated name, and whose object is on its way out, is told so. */
function taken(engine: Engine, target: Target, { metadata }: KubeObject): StatusError {
  const { definition } = target.served;
  const mayGenerate = metadata.generateName !== undefined && metadata.generateName !== '';
  const error = (mayGenerate ? generateNameConflict : alreadyExists)(definition, target.name);
  const stored = engine.store.get(keyOf(target));
  if (stored === undefined || !isDeleting(stored.record)) return error;
  return new StatusError({ ...error.status, message: `object is being deleted: ${error.status.message}` });
}

/** Upstream minds only a version that some object could have. */
const isRevision = (resourceVersion: string | undefined): boolean =>
  resourceVersion !== undefined && /^\d*[1-9]\d*$/.test(resourceVersion);
