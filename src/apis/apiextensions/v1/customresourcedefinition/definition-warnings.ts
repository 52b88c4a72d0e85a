/** What is right and yet not what its author believes: formats that nothing checks. */
import { goQuote } from '../../../../apimachinery/apply/go-text.ts';
import { schemasIn } from '../../../../apimachinery/structural/law/schema-walk.ts';
import type { WrittenSchema } from '../../../../apimachinery/structural/written-schema.ts';
import { type DefinitionForm, schemasOf } from './definition-form.ts';

/** Without dashes. Source: apiserver/validation/formats.go. */
const knownFormats: ReadonlySet<string> = new Set([
  'bsonobjectid',
  'byte',
  'cidr',
  'creditcard',
  'date',
  'datetime',
  'duration',
  'email',
  'hexcolor',
  'hostname',
  'ipv4',
  'ipv6',
  'isbn',
  'isbn10',
  'isbn13',
  'k8slongname',
  'k8sshortname',
  'mac',
  'password',
  'rgbcolor',
  'ssn',
  'uri',
  'uuid',
  'uuid3',
  'uuid4',
  'uuid5',
  // Of numbers.
  'int32',
  'int64',
  'float',
  'double',
]);

/** Each once; those that `old` has too are no news. */
export function formatWarnings(form: DefinitionForm, old: DefinitionForm | undefined): string[] {
  const before = old === undefined ? new Set<string>() : unknownFormats(old);
  return [...unknownFormats(form)]
    .filter((format) => !before.has(format))
    .map((format) => `unrecognized format ${goQuote(format)}`);
}

function unknownFormats(form: DefinitionForm): Set<string> {
  const found = new Set<string>();
  const look = (schema: WrittenSchema): void => {
    const { format = '' } = schema;
    if (format !== '' && !knownFormats.has(format.replaceAll('-', ''))) found.add(format);
    for (const inner of schemasIn(schema, '')) look(inner.schema);
  };
  for (const [schema] of schemasOf(form.spec)) look(schema);
  return found;
}
