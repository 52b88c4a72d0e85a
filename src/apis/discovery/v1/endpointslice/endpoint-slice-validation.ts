/** Rules of an EndpointSlice. Source of fields and messages: kubernetes pkg/apis/discovery/validation. */
import {
  duplicateValue,
  type FieldError,
  invalidValue,
  notSupported,
  requiredValue,
  tooMany,
} from '../../../../apimachinery/field-error.ts';
import { parseIp, sloppyIpProblem, specialIpErrors } from '../../../../apimachinery/ip.ts';
import { limits } from '../../../../apimachinery/limits.ts';
import { dnsLabelProblems, labelKeyProblems, qualifiedDomainErrors } from '../../../../apimachinery/names.ts';
import type { KubeObject } from '../../../../apimachinery/object-meta.ts';
import { matchedLabelErrors } from '../../../label-selector.ts';
import { protocolErrors } from '../../../ports.ts';
import type { Endpoint, EndpointPort } from './endpoint-slice-schema.ts';

const addressTypes: readonly string[] = ['FQDN', 'IPv4', 'IPv6'];
/** What was once allowed, for slices that have it. */
const outdatedType = 'IP';

export function validateEndpointSlice(slice: KubeObject): FieldError[] {
  const addressType = String(slice.addressType ?? '');
  const endpoints = (slice.endpoints as Endpoint[] | undefined) ?? [];
  const ports = (slice.ports as EndpointPort[] | undefined) ?? [];
  return [...endpointsErrors(endpoints, addressType), ...portsErrors(ports)];
}

export function validateNewEndpointSlice(slice: KubeObject): FieldError[] {
  return addressTypeErrors(slice, addressTypes);
}

export function validateEndpointSliceUpdate(slice: KubeObject, old: KubeObject): FieldError[] {
  const errors = addressTypeErrors(slice, [...addressTypes, outdatedType].sort());
  if (slice.addressType === old.addressType) return errors;
  return [...errors, invalidValue('addressType', slice.addressType, 'field is immutable')];
}

function addressTypeErrors({ addressType }: KubeObject, supported: readonly string[]): FieldError[] {
  if (addressType === undefined || addressType === '') return [requiredValue('addressType')];
  return supported.includes(String(addressType)) ? [] : [notSupported('addressType', addressType, supported)];
}

function endpointsErrors(endpoints: readonly Endpoint[], addressType: string): FieldError[] {
  if (endpoints.length > limits.sliceEndpoints) {
    return [tooMany('endpoints', endpoints.length, limits.sliceEndpoints)];
  }
  return endpoints.flatMap(({ addresses = [], deprecatedTopology = {}, hostname }, i) => {
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
    const topology = `${path}.deprecatedTopology`;
    const labels = Object.keys(deprecatedTopology).length;
    if (labels > limits.sliceTopologyLabels)
      errors.push(tooMany(topology, labels, limits.sliceTopologyLabels));
    errors.push(...matchedLabelErrors(deprecatedTopology, topology));
    if (hostname !== undefined) errors.push(...problemsAt(`${path}.hostname`, hostname, dnsLabelProblems));
    return errors;
  });
}

function addressErrors(path: string, address: string, addressType: string): FieldError[] {
  switch (addressType) {
    case 'IP': {
      const problem = sloppyIpProblem(address);
      return problem === undefined ? [] : [invalidValue(path, address, problem)];
    }
    case 'IPv4':
    case 'IPv6': {
      const isOfType = parseIp(address)?.family === (addressType === 'IPv4' ? 4 : 6);
      return [
        ...(isOfType ? [] : [invalidValue(path, address, `must be a valid ${addressType} address`)]),
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
    errors.push(...protocolErrors(`${path}.protocol`, protocol));
    if (appProtocol !== undefined) {
      errors.push(...problemsAt(`${path}.appProtocol`, appProtocol, labelKeyProblems));
    }
    return errors;
  });
}

const problemsAt = (path: string, value: string, problems: (value: string) => string[]): FieldError[] =>
  problems(value).map((problem) => invalidValue(path, value, problem));
