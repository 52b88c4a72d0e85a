/**
 * The life of a CertificateSigningRequest: what is asked never changes, who asks is the server's to say, approvers
 * write conditions and signers the certificate, each through an endpoint of their own.
 * Source of the rules: kubernetes pkg/registry/certificates/certificates.
 */
import { cloneJson } from '../../../../apimachinery/clone-json.ts';
import { type FieldError, forbidden } from '../../../../apimachinery/field-error.ts';
import { pathSegmentProblems } from '../../../../apimachinery/names.ts';
import { type KubeObject, timestamp } from '../../../../apimachinery/object-meta.ts';
import type {
  ResourceStrategy,
  SubresourceDefinition,
} from '../../../../apimachinery/resource-definition.ts';
import { copyField } from '../../../copy-field.ts';
import { statusSubresource } from '../../../status-subresource.ts';
import type { RequestCondition } from './certificate-signing-request-schema.ts';
import { conditionsOf, conditionsOfType, requestErrors } from './certificate-signing-request-validation.ts';

const decisions = ['Approved', 'Denied'] as const;

export const certificateSigningRequestStrategy: ResourceStrategy = {
  hasQualifiedFinalizers: true,
  allowUnconditionalUpdate: true,
  validateName: pathSegmentProblems,

  prepareForCreate(request, { user }) {
    const { username: _n, uid: _u, groups: _g, extra: _e, ...asked } = request.spec ?? {};
    request.spec = {
      ...asked,
      ...(user.name === '' ? {} : { username: user.name }),
      ...(user.uid === '' ? {} : { uid: user.uid }),
      ...(user.groups.length === 0 ? {} : { groups: [...user.groups] }),
      ...(Object.keys(user.extra).length === 0 ? {} : { extra: cloneJson(user.extra) }),
    };
    request.status = {};
  },

  prepareForUpdate: (request, old) => copyField(request, old, 'spec'),

  validateCreate: (request) => requestErrors(request, undefined),
  validateUpdate: requestErrors,
};

const wholeStatus = statusSubresource({ metadata: 'written' });

/** For signers: the certificate, and every condition but the decisions. */
export const requestStatusSubresource: SubresourceDefinition = {
  ...wholeStatus,
  resetFields: [['spec'], ['status', 'conditions']],
  prepare(request, old, { nowMs }) {
    for (const type of decisions) keepConditions(request, old, type);
    stampConditions(request, old, nowMs);
  },
  validate(request, old) {
    const errors: FieldError[] = [];
    for (const type of decisions) {
      if (conditionsOfType(request, type).length > conditionsOfType(old, type).length) {
        errors.push(forbidden('status.conditions', `updates may not add a condition of type "${type}"`));
      }
    }
    const before = old.status?.certificate ?? '';
    if (before !== '' && (request.status?.certificate ?? '') !== before) {
      errors.push(forbidden('status.certificate', 'updates may not modify existing certificate content'));
    }
    return errors;
  },
};

/** For approvers: conditions of any type, and nothing of the certificate. */
export const requestApprovalSubresource: SubresourceDefinition = {
  name: 'approval',
  verbs: wholeStatus.verbs,
  resetFields: [['spec'], ['status', 'certificate']],
  merge(stored, incoming) {
    const certificate = stored.status?.certificate;
    wholeStatus.merge(stored, incoming);
    const { certificate: _, ...status } = stored.status ?? {};
    stored.status = certificate === undefined ? status : { ...status, certificate };
  },
  prepare: (request, old, { nowMs }) => stampConditions(request, old, nowMs),
};

/** Decisions that are still as many stay as they were, word for word. */
function keepConditions(request: KubeObject, old: KubeObject, type: string): void {
  const kept = conditionsOfType(old, type);
  if (kept.length === 0 || conditionsOfType(request, type).length !== kept.length) return;
  request.status.conditions = conditionsOf(request).map((condition) =>
    condition.type === type ? cloneJson(kept.shift()!) : condition,
  );
}

/** Fills in the times that the writer left out. */
function stampConditions(request: KubeObject, old: KubeObject, nowMs: number): void {
  const now = timestamp(nowMs);
  const since = new Map<string, string>();
  for (const condition of conditionsOf(old)) {
    const name = stateOf(condition);
    if (condition.lastTransitionTime && !since.has(name)) since.set(name, condition.lastTransitionTime);
  }
  for (const condition of conditionsOf(request) as RequestCondition[]) {
    condition.lastUpdateTime ||= now;
    condition.lastTransitionTime ||= since.get(stateOf(condition)) ?? now;
  }
}
const stateOf = ({ type, status }: RequestCondition): string => `${status} ${type}`;
