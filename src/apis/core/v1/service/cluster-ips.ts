/**
 * Rules of clusterIP, clusterIPs and their families, alone and over time. Addresses are kept, never given out, so a
 * service without one is good. Source: kubernetes pkg/apis/core/validation.
 */
import {
  duplicateValue,
  type FieldError,
  invalidValue,
  notSupported,
  requiredValue,
} from '../../../../apimachinery/field-error.ts';
import { ipProblem, parseIp } from '../../../../apimachinery/ip.ts';
import type { ServiceSpec } from './service-schema.ts';

const families: readonly string[] = ['IPv4', 'IPv6'];
const familyPolicies: readonly string[] = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
const addressesMax = 2;
const path = 'spec.clusterIPs';

export const isHeadless = ({ clusterIPs = [] }: ServiceSpec): boolean =>
  clusterIPs.length === 1 && clusterIPs[0] === 'None';

const familyOf = (ip: string): string => (parseIp(ip)?.family === 6 ? 'IPv6' : 'IPv4');

export function clusterIpErrors(spec: ServiceSpec): FieldError[] {
  const { clusterIP = '', clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec;
  const errors: FieldError[] = [];
  if (clusterIP === '') {
    if (clusterIPs.length > 0) {
      errors.push(invalidValue(path, clusterIPs, 'must be empty when `clusterIP` is not specified'));
    }
  } else if (clusterIPs.length === 0) errors.push(requiredValue(path));
  else if (clusterIPs[0] !== clusterIP) {
    errors.push(invalidValue(path, clusterIPs, 'first value must match `clusterIP`'));
  }
  for (const [i, family] of ipFamilies.entries()) {
    const at = `spec.ipFamilies[${i}]`;
    if (!families.includes(family)) errors.push(notSupported(at, family, families));
    if (ipFamilies.indexOf(family) < i) errors.push(duplicateValue(at, family));
  }
  if (ipFamilyPolicy !== undefined && !familyPolicies.includes(ipFamilyPolicy)) {
    errors.push(notSupported('spec.ipFamilyPolicy', ipFamilyPolicy, familyPolicies));
  }
  const misplaced = addressErrors(clusterIPs);
  errors.push(...misplaced);
  if (clusterIPs.length > addressesMax) {
    errors.push(invalidValue(path, clusterIPs, `may only hold up to ${addressesMax} values`));
  }
  if (misplaced.length > 0) return errors;
  if (clusterIPs.length > 1 && new Set(clusterIPs.map(familyOf)).size !== 2) {
    errors.push(invalidValue(path, clusterIPs, 'may specify no more than one IP for each IP family'));
  }
  if (isHeadless(spec)) return errors;
  for (const [i, ip] of clusterIPs.entries()) {
    const family = ipFamilies[i];
    if (family === undefined || !families.includes(family) || family === familyOf(ip)) continue;
    const detail = `expected an ${family} value as indicated by \`ipFamilies[${i}]\``;
    errors.push(invalidValue(`${path}[${i}]`, ip, detail));
  }
  return errors;
}

function addressErrors(clusterIPs: readonly string[]): FieldError[] {
  return clusterIPs.flatMap((ip, i) => {
    if (i === 0 && ip === 'None') {
      return clusterIPs.length === 1
        ? []
        : [invalidValue(path, clusterIPs, "'None' must be the first and only value")];
    }
    const problem = ipProblem(ip);
    return problem === undefined ? [] : [invalidValue(`${path}[${i}]`, ip, problem)];
  });
}

/** The main address and family stay; a second one may come and, with the policy SingleStack, go. */
export function clusterIpUpdateErrors(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  if (spec.type === 'ExternalName' || old.type === 'ExternalName') return [];
  return [...addressUpdateErrors(spec, old), ...familyUpdateErrors(spec, old)];
}

function addressUpdateErrors(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  if (isHeadless(spec) && isHeadless(old)) return [];
  const [now, before] = [spec.clusterIPs ?? [], old.clusterIPs ?? []];
  const changed = (i: number): FieldError => invalidValue(`${path}[${i}]`, now, 'may not change once set');
  if (before.length === now.length) return before.flatMap((ip, i) => (ip === now[i] ? [] : [changed(i)]));
  const errors: FieldError[] = [];
  if (now.length === 0) errors.push(invalidValue(`${path}[0]`, now, 'primary clusterIP can not be unset'));
  else if (before.length > 0 && now[0] !== before[0]) errors.push(changed(0));
  if (before.length > now.length && now.length === 1) {
    errors.push(...releaseErrors(spec, 'secondary clusterIP'));
  }
  return errors;
}

function familyUpdateErrors(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  if (isHeadless(spec) || isHeadless(old)) return [];
  const [now, before] = [spec.ipFamilies ?? [], old.ipFamilies ?? []];
  const at = 'spec.ipFamilies[0]';
  if (before.length === now.length) {
    return before.flatMap((family, i) =>
      family === now[i] ? [] : [invalidValue(at, now, 'may not change once set')],
    );
  }
  const errors: FieldError[] = [];
  if (before.length > now.length && (spec.clusterIPs ?? []).length === 0) {
    errors.push(invalidValue(at, now, 'primary ipFamily can not be unset'));
  }
  if (before.length > 0 && now.length > 0 && now[0] !== before[0]) {
    errors.push(invalidValue(at, spec.clusterIPs ?? [], 'may not change once set'));
  }
  if (before.length > now.length && now.length === 1)
    errors.push(...releaseErrors(spec, 'secondary ipFamily'));
  return errors;
}

function releaseErrors({ ipFamilyPolicy }: ServiceSpec, what: string): FieldError[] {
  if (ipFamilyPolicy === 'SingleStack') return [];
  const detail = `must be set to 'SingleStack' when releasing the ${what}`;
  return [invalidValue('spec.ipFamilyPolicy', ipFamilyPolicy, detail)];
}
