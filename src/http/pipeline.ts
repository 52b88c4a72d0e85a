/**
 * One request, end to end. The table below is the order; every step reads what earlier ones found and adds its
 * own. A step that throws ends the request with a Status.
 */
import { randomUUID } from 'node:crypto';
import { parseGoDuration } from '../apimachinery/go-duration.ts';
import type { GroupResource } from '../apimachinery/gvk.ts';
import { limits } from '../apimachinery/limits.ts';
import { badRequest, notFound, pathNotFound, unauthorized } from '../apimachinery/status.ts';
import type { Authentication, Authenticator } from '../authn/authenticator.ts';
import type { Authorizer, Decision } from '../authz/authorizer.ts';
import { forbiddenError } from '../authz/forbidden.ts';
import { requestAttributes } from '../authz/request-attributes.ts';
import { must } from '../lib/assert.ts';
import type { Engine } from '../registry/engine.ts';
import type { RequestInfo, Tenant, UserInfo } from '../request/context.ts';
import { parseRequestInfo } from '../request/request-info.ts';
import type { VirtualResources } from '../virtual/virtual-resource.ts';
import type { Aggregation } from './aggregation/aggregation.ts';
import { isStream } from './aggregation/proxy.ts';
import { BodyAborted } from './collect-body.ts';
import { answerDocument, type Documents } from './documents.ts';
import { AlreadyAnswered, type Exchange } from './exchange.ts';
import { isHealthPath } from './health.ts';
import type { RequestMetrics } from './metrics/request-metrics.ts';
import type { RequestRecord } from './metrics/request-record.ts';
import { isServerFault, sendError } from './status-response.ts';
import { Deadline, Deadlines } from './steps/deadlines.ts';
import type { FairShares } from './steps/fair-shares.ts';
import { refuseImpersonation } from './steps/impersonation.ts';
import type { TenantResolver } from './steps/tenant.ts';
import { dispatch } from './verbs/dispatch.ts';
import type { WatchStreams } from './verbs/watch-streams.ts';

export interface PipelineParts {
  readonly engine: Engine;
  readonly streams: WatchStreams;
  readonly tenants: TenantResolver;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly virtual: VirtualResources;
  readonly documents: Documents;
  readonly metrics: RequestMetrics;
  readonly fairShares: FairShares;
  /** Absent in a server that asks no other. */
  readonly aggregation?: Aggregation;
  readonly project: GroupResource;
  /** Takes in what other processes have written by now; undefined in a server that has no other. Throws StorageError. */
  readonly catchUp: (() => void) | undefined;
  /** Told of every error that is the server's fault. */
  onFault(error: unknown, request: { method: string; url: string; auditId: string }): void;
}

/** What the steps know of a request so far. */
interface Passage {
  readonly exchange: Exchange;
  readonly auditId: string;
  readonly deadlines: Deadlines;
  readonly record: RequestRecord;
  info: RequestInfo | undefined;
  user: UserInfo | undefined;
  tenant: Tenant | undefined;
  timeoutMs: number | undefined;
}
type Step = (parts: PipelineParts, passage: Passage) => void | undefined | Promise<void>;

/** THE TABLE. Auditing comes behind authentication when it exists. */
const steps: readonly Step[] = [
  catchUp,
  requestInfo,
  timeLimit,
  authenticate,
  impersonate,
  resolveTenant,
  takeTurn,
  authorize,
  answer,
];

export function pipeline(parts: PipelineParts): (exchange: Exchange) => Promise<void> {
  const deadlines = new Deadlines();
  return async (exchange) => {
    const passage: Passage = {
      exchange,
      auditId: auditIdOf(exchange),
      deadlines,
      record: parts.metrics.begin(exchange),
      info: undefined,
      user: undefined,
      tenant: undefined,
      timeoutMs: undefined,
    };
    exchange.setHeader('audit-id', passage.auditId);
    exchange.setHeader('cache-control', 'no-cache, private');
    try {
      for (const step of steps) {
        const pending = step(parts, passage);
        if (pending !== undefined) await pending;
      }
    } catch (error) {
      // Nobody is left to read an answer.
      if (exchange.isGone || error instanceof BodyAborted) return;
      reportFault(parts, passage, error);
      sendError(exchange, error);
    } finally {
      passage.record.settle();
    }
  };
}

/** The client's own name for the request, where it has a usable one. */
function auditIdOf(exchange: Exchange): string {
  const given = exchange.header('audit-id') ?? '';
  return given === '' ? randomUUID() : given.slice(0, limits.auditIdLength);
}

function reportFault(parts: PipelineParts, { exchange, auditId }: Passage, error: unknown): void {
  if (isServerFault(error)) parts.onFault(error, { method: exchange.method, url: exchange.url, auditId });
}

/** Whatever any process has acknowledged before this request came is seen by it. */
function catchUp(parts: PipelineParts): undefined {
  parts.catchUp?.();
}

function requestInfo(_: PipelineParts, passage: Passage): void {
  passage.info = parseRequestInfo(passage.exchange.method, passage.exchange.url);
  passage.record.info = passage.info;
}

/** The client's own `timeout`, where it is less than the server's; 0 and less mean that it has none. */
function timeLimit(_: PipelineParts, passage: Passage): void {
  const { query, verb } = must(passage.info, 'request info');
  const asked = verb === 'watch' ? null : query.get('timeout');
  if (asked === null || asked === '') return;
  let askedMs: number;
  try {
    askedMs = parseGoDuration(asked);
  } catch (error) {
    throw badRequest(`invalid timeout specified in the request URL - ${(error as Error).message}`, error);
  }
  if (askedMs > 0 && askedMs < limits.requestTimeoutMs) passage.timeoutMs = askedMs;
}

/** Credentials that prove nothing are refused; none at all make the anonymous user. */
function authenticate({ authenticator }: PipelineParts, passage: Passage): void | Promise<void> {
  const known = (answered: Authentication): void => {
    if (answered === 'none' || answered === 'invalid') throw unauthorized();
    passage.user = answered.user;
  };
  const asked = authenticator.authenticate(passage.exchange);
  return asked instanceof Promise ? asked.then(known) : known(asked);
}

function impersonate(_: PipelineParts, { exchange, info, user }: Passage): void {
  refuseImpersonation(exchange, must(info, 'request info'), must(user, 'user'));
}

function resolveTenant({ tenants }: PipelineParts, passage: Passage): void {
  passage.tenant = tenants.resolve(must(passage.info, 'request info').surface);
  passage.record.tenant = passage.tenant;
}

/**
 * A project is one share whoever asks; on the platform every user is one. Writes take a second turn with their body, and
 * see what has been acknowledged while it was on its way. Who asks whether the server is alive waits for nobody: an answer
 * that comes too late would get it killed.
 */
function takeTurn(
  parts: PipelineParts,
  { exchange, info, user, tenant }: Passage,
): Promise<void> | undefined {
  const { surface, path, resource } = must(info, 'request info');
  if (resource === undefined && surface.kind === 'Platform' && isHealthPath(path)) return undefined;
  const isProject = tenant !== undefined && surface.kind === 'Project';
  const share = isProject ? tenant.id : `user ${must(user, 'user').name}`;
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') {
    exchange.beforeBody = () => {
      const turn = parts.fairShares.enter(share);
      if (parts.catchUp === undefined) return turn;
      return turn === undefined ? catchUp(parts) : turn.then(() => catchUp(parts));
    };
  }
  return parts.fairShares.enter(share);
}

function authorize({ authorizer }: PipelineParts, passage: Passage): void | Promise<void> {
  const attributes = requestAttributes(must(passage.user, 'user'), must(passage.info, 'request info'));
  const decided = ({ verdict, reason }: Decision): void => {
    if (verdict === 'allow') return;
    // What the message repeats of the path is the client's: no browser may take it for a page.
    passage.exchange.setHeader('x-content-type-options', 'nosniff');
    throw forbiddenError(attributes, reason);
  };
  const asked = authorizer.authorize(attributes);
  return asked instanceof Promise ? asked.then(decided) : decided(asked);
}

/** Only now may the client learn whether what it named exists. */
async function answer(parts: PipelineParts, passage: Passage): Promise<void> {
  const { exchange, tenant, deadlines } = passage;
  const info = must(passage.info, 'request info');
  if (tenant === undefined) {
    throw info.surface.kind === 'Project' ? notFound(parts.project, info.surface.name) : pathNotFound();
  }
  const service = parts.aggregation?.serviceFor(tenant, info);
  if (service !== undefined) {
    passage.record.isPassedOn = true;
    const user = must(passage.user, 'user');
    const timeoutMs = passage.timeoutMs ?? limits.requestTimeoutMs;
    const request = { exchange, info, user, tenant, timeoutMs };
    if (isStream(request)) passage.record.lasts();
    await parts.aggregation?.proxy(service, request);
    return;
  }
  if (info.resource === undefined || info.below !== undefined) {
    await answerDocument(parts.documents, exchange, info, tenant);
    return;
  }
  const deadline = new Deadline(passage.record.startedMs, passage.timeoutMs);
  const answering = dispatch({
    engine: parts.engine,
    streams: parts.streams,
    virtual: parts.virtual,
    exchange,
    info,
    request: info.resource,
    tenant,
    user: must(passage.user, 'user'),
    untilMs: deadline.atMs,
    isOver: () => deadline.isPast,
    record: passage.record,
  });
  // A watch lives as long as its client wants; everything else has a deadline.
  if (info.verb === 'watch') {
    await answering;
    // A control plane that went while the watch was being opened has ended its watches already.
    if (parts.tenants.resolve(info.surface)?.id !== tenant.id) parts.streams.finishTenant(tenant.id);
  } else {
    await deadlines.race(deadline, answering, (error) => {
      if (!(error instanceof AlreadyAnswered || error instanceof BodyAborted))
        reportFault(parts, passage, error);
    });
  }
}
