/** Rules of an EndpointSlice. Source of fields and messages: kubernetes pkg/apis/discovery/validation. */
import {
  duplicateValue,
  type FieldError,
  invalidValue,
  notSupported,
  requiredValue,
  tooMany,
} from '../../../../apimachinery/field-error.ts';
import { canonicalIpProblem, parseIp, specialIpErrors } from '../../../../apimachinery/ip.ts';
import { limits } from '../../../../apimachinery/limits.ts';
import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  labelKeyProblems,
  labelValueProblems,
  qualifiedDomainErrors,
} from '../../../../apimachinery/names.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { matchedLabelErrors } from '../../../label-selector.ts';
import { portProtocols } from '../../../ports.ts';
import type { Endpoint, EndpointPort } from './endpoint-slice-schema.ts';

const addressTypes: readonly string[] = ['FQDN', 'IPv4', 'IPv6'];

export function validateEndpointSlice(slice: KubeObject): FieldError[] {
  const addressType = String(slice.addressType ?? '');
  const endpoints = (slice.endpoints as Endpoint[] | undefined) ?? [];
  const ports = (slice.ports as EndpointPort[] | undefined) ?? [];
  return [
    ...addressTypeErrors(addressType),
    ...portsErrors(ports),
    ...endpointsErrors(endpoints, addressType),
  ];
}

export function validateEndpointSliceUpdate(slice: KubeObject, old: KubeObject): FieldError[] {
  if (slice.addressType === old.addressType) return [];
  return [invalidValue('addressType', slice.addressType, 'field is immutable')];
}

function addressTypeErrors(addressType: string): FieldError[] {
  if (addressType === '') return [requiredValue('addressType')];
  return addressTypes.includes(addressType) ? [] : [notSupported('addressType', addressType, addressTypes)];
}

function endpointsErrors(endpoints: readonly Endpoint[], addressType: string): FieldError[] {
  if (endpoints.length > limits.sliceEndpoints) {
    return [tooMany('endpoints', endpoints.length, limits.sliceEndpoints)];
  }
  return endpoints.flatMap(
    ({ addresses = [], deprecatedTopology = {}, hostname, nodeName, hints = {} }, i) => {
      const path = `endpoints[${i}]`;
      const errors: FieldError[] = [];
      if (addresses.length === 0) {
        errors.push(requiredValue(`${path}.addresses`, 'must contain at least 1 address'));
      } else if (addresses.length > limits.sliceAddresses) {
        errors.push(tooMany(`${path}.addresses`, addresses.length, limits.sliceAddresses));
      }
      for (const [j, address] of addresses.entries()) {
        errors.push(...addressErrors(`${path}.addresses[${j}]`, address, addressType));
      }
      if (nodeName !== undefined)
        errors.push(...problemsAt(`${path}.nodeName`, nodeName, dnsSubdomainProblems));
      const topology = `${path}.deprecatedTopology`;
      const labels = Object.keys(deprecatedTopology).length;
      if (labels > limits.sliceTopologyLabels)
        errors.push(tooMany(topology, labels, limits.sliceTopologyLabels));
      errors.push(...matchedLabelErrors(deprecatedTopology, topology));
      if (hostname !== undefined) errors.push(...problemsAt(`${path}.hostname`, hostname, dnsLabelProblems));
      errors.push(
        ...hintErrors(`${path}.hints.forZones`, hints.forZones ?? [], labelValueProblems),
        ...hintErrors(`${path}.hints.forNodes`, hints.forNodes ?? [], dnsSubdomainProblems),
      );
      return errors;
    },
  );
}

function hintErrors(
  path: string,
  hints: readonly { readonly name?: string }[],
  problems: (name: string) => string[],
): FieldError[] {
  if (hints.length > limits.sliceHints) return [tooMany(path, hints.length, limits.sliceHints)];
  const names = new Set<string>();
  return hints.flatMap(({ name = '' }, i) => {
    const at = `${path}[${i}].name`;
    const isRepeated = names.has(name);
    names.add(name);
    return [...(isRepeated ? [duplicateValue(at, name)] : []), ...problemsAt(at, name, problems)];
  });
}

function addressErrors(path: string, address: string, addressType: string): FieldError[] {
  switch (addressType) {
    case 'IPv4':
    case 'IPv6': {
      const problem = canonicalIpProblem(address);
      if (problem !== undefined) return [invalidValue(path, address, problem)];
      const isOfType = parseIp(address)?.family === (addressType === 'IPv4' ? 4 : 6);
      // Upstream says which address it is only for what comes after.
      const list = path.slice(0, path.lastIndexOf('['));
      return [
        ...(isOfType ? [] : [invalidValue(list, address, `must be an ${addressType} address`)]),
        ...specialIpErrors(address, path),
      ];
    }
    case 'FQDN':
      return qualifiedDomainErrors(path, address);
    default:
      return [];
  }
}

function portsErrors(ports: readonly EndpointPort[]): FieldError[] {
  if (ports.length > limits.slicePorts) return [tooMany('ports', ports.length, limits.slicePorts)];
  const names = new Set<string>();
  return ports.flatMap(({ name = '', protocol, appProtocol }, i) => {
    const path = `ports[${i}]`;
    const errors: FieldError[] = [];
    if (name !== '') errors.push(...problemsAt(`${path}.name`, name, dnsLabelProblems));
    if (names.has(name)) errors.push(duplicateValue(`${path}.name`, name));
    names.add(name);
    if (!portProtocols.includes(protocol ?? '')) {
      errors.push(notSupported(`${path}.protocol`, protocol ?? '', portProtocols));
    }
    if (appProtocol !== undefined) {
      errors.push(...problemsAt(`${path}.appProtocol`, appProtocol, labelKeyProblems));
    }
    return errors;
  });
}

const problemsAt = (path: string, value: string, problems: (value: string) => string[]): FieldError[] =>
  problems(value).map((problem) => invalidValue(path, value, problem));
