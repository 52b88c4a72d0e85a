/** How the versions of a resource become one another: not at all, or through a webhook. */
import {
  type FieldError,
  forbidden,
  invalidValue,
  notSupported,
  requiredValue,
} from '../../../../apimachinery/field-error.ts';
import { dns1035LabelProblems } from '../../../../apimachinery/names.ts';
import { pemBlocks } from '../../../../lib/pem.ts';
import { webhookClientErrors } from '../../../webhook-client-errors.ts';
import type { ConversionForm } from './definition-form.ts';

const strategies: readonly string[] = ['None', 'Webhook'];
const reviewVersions: readonly string[] = ['v1', 'v1beta1'];

/** What a definition from before a rule need not satisfy when it is written again. */
export interface ConversionRules {
  readonly requiresKnownReviewVersion: boolean;
  readonly requiresValidBundle: boolean;
}

export function conversionErrors(
  conversion: ConversionForm,
  rules: ConversionRules,
  path: string,
): FieldError[] {
  const { strategy = '', webhookClientConfig: client, conversionReviewVersions: versions = [] } = conversion;
  const errors: FieldError[] = [];
  if (strategy === '') errors.push(requiredValue(`${path}.strategy`));
  else if (!strategies.includes(strategy))
    errors.push(notSupported(`${path}.strategy`, strategy, strategies));
  const clientPath = `${path}.webhookClientConfig`;
  const versionsPath = `${path}.conversionReviewVersions`;
  if (strategy !== 'Webhook') {
    const detail = 'should not be set when strategy is not set to Webhook';
    if (client !== undefined) errors.push(forbidden(clientPath, detail));
    if (versions.length > 0) errors.push(forbidden(versionsPath, detail));
    return errors;
  }
  if (client === undefined)
    errors.push(requiredValue(clientPath, 'required when strategy is set to Webhook'));
  else {
    errors.push(...webhookClientErrors(client, clientPath));
    if (rules.requiresValidBundle) errors.push(...bundleErrors(client.caBundle, `${clientPath}.caBundle`));
  }
  return [...errors, ...reviewVersionErrors(versions, rules.requiresKnownReviewVersion, versionsPath)];
}

function reviewVersionErrors(
  versions: readonly string[],
  requiresKnown: boolean,
  path: string,
): FieldError[] {
  if (versions.length === 0) return [requiredValue(path)];
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [i, version] of versions.entries()) {
    const at = `${path}[${i}]`;
    if (seen.has(version)) errors.push(invalidValue(at, version, 'duplicate version'));
    else for (const problem of dns1035LabelProblems(version)) errors.push(invalidValue(at, version, problem));
    seen.add(version);
  }
  if (requiresKnown && !hasKnownReviewVersion(versions)) {
    const detail = `must include at least one of ${reviewVersions.join(', ')}`;
    errors.push(invalidValue(path, versions, detail));
  }
  return errors;
}

export const hasKnownReviewVersion = (versions: readonly string[]): boolean =>
  versions.some((version) => reviewVersions.includes(version));

/** Certificates of authorities, in base64 of PEM. None are as good as right ones. */
export function bundleErrors(bundle: string | undefined, path: string): FieldError[] {
  if (bundle === undefined || bundle === '') return [];
  const blocks = [...pemBlocks(Buffer.from(bundle, 'base64').toString('latin1'))];
  if (blocks.some(({ type }) => type === 'CERTIFICATE')) return [];
  const detail = 'unable to load root certificates: unable to parse bytes as PEM block';
  return [invalidValue(path, bundle, detail)];
}
