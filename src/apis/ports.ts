/** Ports of services and their endpoints, as field errors: protocols, numbers and names. */
import { type FieldError, invalidValue, notSupported, requiredValue } from '../apimachinery/field-error.ts';
import { portNameProblems, portNumberProblems } from '../apimachinery/names.ts';

export const portProtocols: readonly string[] = ['SCTP', 'TCP', 'UDP'];

export const portNumberErrors = (field: string, port: number): FieldError[] =>
  portNumberProblems(port).map((problem) => invalidValue(field, port, problem));

export const portNameErrors = (field: string, name: string): FieldError[] =>
  portNameProblems(name).map((problem) => invalidValue(field, name, problem));

export function protocolErrors(field: string, protocol: string | undefined): FieldError[] {
  if (protocol === undefined || protocol === '') return [requiredValue(field)];
  return portProtocols.includes(protocol) ? [] : [notSupported(field, protocol, portProtocols)];
}
