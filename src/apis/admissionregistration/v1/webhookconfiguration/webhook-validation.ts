/**
 * Defaults and rules of webhooks. Source of fields and messages: kubernetes
 * pkg/apis/admissionregistration (v1/defaults.go, validation), apiserver pkg/util/webhook.
 */
import {
  duplicateValue,
  type FieldError,
  invalidValue,
  requiredValue,
} from '../../../../apimachinery/field-error.ts';
import { dns1035LabelProblems, qualifiedNameErrors } from '../../../../apimachinery/names.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { type LabelSelectorRules, labelSelectorErrors } from '../../../label-selector.ts';
import { webhookClientErrors } from '../../../webhook-client-errors.ts';
import { defaultRules } from '../matching-defaults.ts';
import {
  failurePolicies,
  matchConditionsErrors,
  matchPolicies,
  ruleErrors,
  supportedErrors,
} from '../matching-validation.ts';
import type { Webhook } from './webhook-schemas.ts';

const webhookPort = 443;
const timeoutSecondsDefault = 10;
const timeoutSecondsMax = 30;

const reviewVersions: readonly string[] = ['v1', 'v1beta1'];
const allSideEffects: readonly string[] = ['None', 'NoneOnDryRun', 'Some', 'Unknown'];
const noSideEffects: readonly string[] = ['None', 'NoneOnDryRun'];
const reinvocationPolicies: readonly string[] = ['IfNeeded', 'Never'];

const webhooksOf = ({ webhooks }: KubeObject): Webhook[] => (webhooks as Webhook[] | undefined) ?? [];

export function defaultWebhooks(configuration: KubeObject, isMutating: boolean): void {
  for (const webhook of webhooksOf(configuration)) {
    webhook.failurePolicy ??= 'Fail';
    webhook.matchPolicy ??= 'Equivalent';
    webhook.namespaceSelector ??= {};
    webhook.objectSelector ??= {};
    webhook.timeoutSeconds ??= timeoutSecondsDefault;
    if (isMutating) webhook.reinvocationPolicy ??= 'Never';
    defaultRules(webhook.rules);
    const service = webhook.clientConfig?.service;
    if (service !== undefined) service.port ??= webhookPort;
  }
}

/** What an update of a configuration from before a rule need not satisfy. */
interface Allowances {
  readonly sideEffects: readonly string[];
  readonly anyReviewVersion: boolean;
  readonly repeatedNames: boolean;
  readonly selectors: LabelSelectorRules;
  readonly sameConditions: boolean;
}
const strict: Allowances = {
  sideEffects: noSideEffects,
  anyReviewVersion: false,
  repeatedNames: false,
  selectors: {},
  sameConditions: false,
};

export const validateNewWebhooks = (configuration: KubeObject): FieldError[] =>
  webhooksErrors(configuration, strict);

export function validateWebhooksUpdate(configuration: KubeObject, old: KubeObject): FieldError[] {
  const before = webhooksOf(old);
  const webhooks = webhooksOf(configuration);
  const names = before.map(({ name }) => name);
  const text = (webhook: Webhook | undefined): string => JSON.stringify(webhook?.matchConditions ?? []);
  return webhooksErrors(configuration, {
    sideEffects: before.every(({ sideEffects }) => noSideEffects.includes(sideEffects ?? ''))
      ? noSideEffects
      : allSideEffects,
    anyReviewVersion: before.some(
      ({ admissionReviewVersions: versions = [] }) =>
        versions.length > 0 && !versions.some((version) => reviewVersions.includes(version)),
    ),
    repeatedNames: new Set(names).size < names.length,
    selectors: { allowsInvalidValues: before.some((webhook) => selectorsErrors(webhook, {}, '').length > 0) },
    sameConditions:
      before.length === webhooks.length && before.every((webhook, i) => text(webhook) === text(webhooks[i])),
  });
}

function webhooksErrors(configuration: KubeObject, allowed: Allowances): FieldError[] {
  const names = new Set<string>();
  return webhooksOf(configuration).flatMap((webhook, i) => {
    const path = `webhooks[${i}]`;
    const errors = webhookErrors(webhook, allowed, path);
    const { name = '', admissionReviewVersions = [] } = webhook;
    errors.push(...reviewVersionErrors(admissionReviewVersions, allowed, `${path}.admissionReviewVersions`));
    if (!allowed.repeatedNames && name !== '' && names.has(name)) {
      errors.push(duplicateValue(`${path}.name`, name));
    }
    names.add(name);
    return errors;
  });
}

function webhookErrors(webhook: Webhook, allowed: Allowances, path: string): FieldError[] {
  const { name = '', sideEffects, timeoutSeconds } = webhook;
  const errors = qualifiedNameErrors(`${path}.name`, name);
  for (const [i, rule] of (webhook.rules ?? []).entries()) {
    errors.push(...ruleErrors(rule, `${path}.rules[${i}]`));
  }
  errors.push(...supportedErrors(`${path}.failurePolicy`, webhook.failurePolicy, failurePolicies));
  errors.push(...supportedErrors(`${path}.matchPolicy`, webhook.matchPolicy, matchPolicies));
  if (sideEffects === undefined) {
    const detail = `must specify one of ${allowed.sideEffects.join(', ')}`;
    errors.push(requiredValue(`${path}.sideEffects`, detail));
  } else errors.push(...supportedErrors(`${path}.sideEffects`, sideEffects, allowed.sideEffects));
  if (timeoutSeconds !== undefined && (timeoutSeconds < 1 || timeoutSeconds > timeoutSecondsMax)) {
    const detail = `the timeout value must be between 1 and ${timeoutSecondsMax} seconds`;
    errors.push(invalidValue(`${path}.timeoutSeconds`, timeoutSeconds, detail));
  }
  errors.push(...selectorsErrors(webhook, allowed.selectors, path));
  errors.push(
    ...supportedErrors(`${path}.reinvocationPolicy`, webhook.reinvocationPolicy, reinvocationPolicies),
  );
  errors.push(...webhookClientErrors(webhook.clientConfig ?? {}, `${path}.clientConfig`));
  if (!allowed.sameConditions) {
    errors.push(...matchConditionsErrors(webhook.matchConditions ?? [], `${path}.matchConditions`, false));
  }
  return errors;
}

function selectorsErrors(webhook: Webhook, rules: LabelSelectorRules, path: string): FieldError[] {
  return [
    ...labelSelectorErrors(webhook.namespaceSelector ?? {}, `${path}.namespaceSelector`, rules),
    ...labelSelectorErrors(webhook.objectSelector ?? {}, `${path}.objectSelector`, rules),
  ];
}

function reviewVersionErrors(versions: readonly string[], allowed: Allowances, path: string): FieldError[] {
  if (versions.length === 0) return [requiredValue(path, `must specify one of ${reviewVersions.join(', ')}`)];
  const errors: FieldError[] = [];
  for (const [i, version] of versions.entries()) {
    const at = `${path}[${i}]`;
    if (versions.indexOf(version) < i) errors.push(invalidValue(at, version, 'duplicate version'));
    else {
      for (const problem of dns1035LabelProblems(version)) errors.push(invalidValue(at, version, problem));
    }
  }
  if (!allowed.anyReviewVersion && !versions.some((version) => reviewVersions.includes(version))) {
    const detail = `must include at least one of ${reviewVersions.join(', ')}`;
    errors.push(invalidValue(path, versions, detail));
  }
  return errors;
}
