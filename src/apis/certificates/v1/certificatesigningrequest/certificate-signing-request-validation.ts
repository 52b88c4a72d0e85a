/**
 * What a CertificateSigningRequest must satisfy. An old object may keep what a new one could not have.
 * Source of the rules and messages: kubernetes pkg/apis/certificates/validation.
 */
import { X509Certificate } from 'node:crypto';
import {
  duplicateValue,
  type FieldError,
  forbidden,
  invalidValue,
  notSupported,
  requiredValue,
  tooLong,
} from '../../../../apimachinery/field-error.ts';
import { dnsLabelProblems, dnsSubdomainProblems } from '../../../../apimachinery/names.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { certificateRequestProblem } from '../../../../lib/certificate-request.ts';
import { derValues } from '../../../../lib/der.ts';
import { pemBlocks } from '../../../../lib/pem.ts';
import { keyUsages, type RequestCondition } from './certificate-signing-request-schema.ts';

/** Decisions and failures are said once and for all. */
const finalTypes: readonly string[] = ['Approved', 'Denied', 'Failed'];
const statuses: readonly string[] = ['False', 'True', 'Unknown'];
const legacySigner = 'kubernetes.io/legacy-unknown';
const expirationSecondsMin = 600;
const domainLengthMax = 253;
const labelLengthMax = 63;
const signerNameLengthMax = domainLengthMax + 1 + labelLengthMax + 1 + domainLengthMax;

export function conditionsOf(request: KubeObject): readonly RequestCondition[] {
  return request.status?.conditions ?? [];
}
export const conditionsOfType = (request: KubeObject, type: string): RequestCondition[] =>
  conditionsOf(request).filter((condition) => condition.type === type);

/** `old` is what it replaces, whichever endpoint the write comes through. */
export function requestErrors(request: KubeObject, old: KubeObject | undefined): FieldError[] {
  const errors = [
    ...specErrors(request, old),
    ...conditionErrors(request, old),
    ...certificateErrors(request, old),
  ];
  if (old === undefined) return errors;
  for (const type of finalTypes) {
    if (conditionsOfType(request, type).length < conditionsOfType(old, type).length) {
      errors.push(forbidden('status.conditions', `updates may not remove a condition of type "${type}"`));
    }
  }
  return errors;
}

function specErrors({ spec = {} }: KubeObject, old: KubeObject | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const problem = signingRequestProblem(spec.request ?? '');
  if (problem !== undefined) errors.push(invalidValue('spec.request', spec.request ?? null, problem));
  errors.push(...usageErrors(spec.usages ?? [], old?.spec?.usages));
  const signerName: string = spec.signerName ?? '';
  if (signerName !== legacySigner) errors.push(...signerNameErrors(signerName));
  else if (old?.spec?.signerName !== legacySigner) {
    const detail = 'the legacy signerName is not allowed via this API version';
    errors.push(invalidValue('spec.signerName', signerName, detail));
  }
  const { expirationSeconds } = spec;
  if (expirationSeconds !== undefined && expirationSeconds < expirationSecondsMin) {
    const detail = 'may not specify a duration less than 600 seconds (10 minutes)';
    errors.push(invalidValue('spec.expirationSeconds', expirationSeconds, detail));
  }
  return errors;
}

function signingRequestProblem(base64: string): string | undefined {
  const [block] = pemBlocks(Buffer.from(base64, 'base64').toString('latin1'));
  if (block?.type !== 'CERTIFICATE REQUEST') return 'PEM block type must be CERTIFICATE REQUEST';
  return certificateRequestProblem(block.bytes);
}

function usageErrors(usages: readonly string[], old: readonly string[] | undefined): FieldError[] {
  const errors: FieldError[] = [];
  if (usages.length === 0) errors.push(requiredValue('spec.usages'));
  const mayBeUnknown = old?.some((usage) => !keyUsages.includes(usage)) ?? false;
  const mayRepeat = old !== undefined && new Set(old).size < old.length;
  for (const [i, usage] of usages.entries()) {
    if (!mayBeUnknown && !keyUsages.includes(usage)) {
      errors.push(notSupported(`spec.usages[${i}]`, usage, keyUsages));
    }
  }
  const seen = new Set<string>();
  for (const [i, usage] of usages.entries()) {
    if (!mayRepeat && seen.has(usage)) errors.push(duplicateValue(`spec.usages[${i}]`, usage));
    seen.add(usage);
  }
  return errors;
}

/** `example.com/name`: long enough for a domain and the namespace and name of an issuer. */
function signerNameErrors(signerName: string): FieldError[] {
  const path = 'spec.signerName';
  if (signerName === '') return [requiredValue(path)];
  const segments = signerName.split('/');
  if (segments.length !== 2) {
    const detail = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    return [invalidValue(path, signerName, detail)];
  }
  const [domain, name] = segments as [string, string];
  const errors: FieldError[] = [];
  if (Buffer.byteLength(domain) > domainLengthMax) errors.push(tooLong(path, domainLengthMax));
  errors.push(...labelErrors(path, domain, dnsLabelProblems));
  if (!domain.includes('.')) {
    const detail = 'should be a domain with at least two segments separated by dots';
    errors.push(invalidValue(path, domain, detail));
  }
  errors.push(...labelErrors(path, name, dnsSubdomainProblems));
  if (Buffer.byteLength(signerName) > signerNameLengthMax) errors.push(tooLong(path, signerNameLengthMax));
  return errors;
}

/** Problems of the first label that has any. */
function labelErrors(path: string, value: string, problemsOf: (label: string) => string[]): FieldError[] {
  for (const label of value.split('.')) {
    const problems = problemsOf(label);
    if (problems.length === 0) continue;
    return problems.map((problem) => invalidValue(path, value, `validating label "${label}": ${problem}`));
  }
  return [];
}

function conditionErrors(request: KubeObject, old: KubeObject | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const before = old === undefined ? [] : conditionsOf(old).map(({ type }) => type ?? '');
  const mayBeBoth = before.includes('Approved') && before.includes('Denied');
  const mayRepeat = new Set(before).size < before.length;
  const mayBeEmpty = before.includes('');
  const seen = new Set<string>();
  for (const [i, { type = '', status = '' }] of conditionsOf(request).entries()) {
    const at = `status.conditions[${i}]`;
    if (type === '' && !mayBeEmpty) errors.push(requiredValue(`${at}.type`));
    const allowed = finalTypes.includes(type) ? ['True'] : statuses;
    if (status === '') errors.push(requiredValue(`${at}.status`));
    else if (!allowed.includes(status)) errors.push(notSupported(`${at}.status`, status, allowed));
    const other = type === 'Approved' ? 'Denied' : type === 'Denied' ? 'Approved' : undefined;
    if (!mayBeBoth && other !== undefined && seen.has(other)) {
      const detail = 'Approved and Denied conditions are mutually exclusive';
      errors.push(invalidValue(`${at}.type`, type, detail));
    }
    if (!mayRepeat && seen.has(type)) errors.push(duplicateValue(`${at}.type`, type));
    seen.add(type);
  }
  return errors;
}

function certificateErrors(request: KubeObject, old: KubeObject | undefined): FieldError[] {
  const certificate: string = request.status?.certificate ?? '';
  const before: string = old?.status?.certificate ?? '';
  if (old !== undefined && (certificate === before || certificateProblem(before) !== undefined)) return [];
  const problem = certificateProblem(certificate);
  return problem === undefined ? [] : [invalidValue('status.certificate', '<certificate data>', problem)];
}

/** Of base64 of PEM; nothing at all is no problem. */
function certificateProblem(base64: string): string | undefined {
  if (base64 === '') return undefined;
  let count = 0;
  for (const { type, headers, bytes } of pemBlocks(Buffer.from(base64, 'base64').toString('latin1'))) {
    if (type !== 'CERTIFICATE')
      return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`;
    if (headers > 0) return 'no PEM block headers are permitted';
    count++;
    const problem = derCertificatesProblem(bytes);
    if (problem !== undefined) return problem;
  }
  return count === 0 ? 'must contain at least one CERTIFICATE PEM block' : undefined;
}

/** A block may hold several certificates, one behind the other. */
function derCertificatesProblem(bytes: Buffer): string | undefined {
  if (bytes.length === 0) return 'found CERTIFICATE PEM block containing 0 certificates';
  try {
    for (const { whole } of derValues(bytes)) new X509Certificate(whole);
    return undefined;
  } catch {
    return 'x509: malformed certificate';
  }
}
