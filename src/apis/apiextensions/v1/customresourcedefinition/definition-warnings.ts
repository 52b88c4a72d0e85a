/** What is right and yet not what its author believes: formats that nothing checks. */
import { goQuote } from '../../../../apimachinery/apply/go-text.ts';
import { formatChecker } from '../../../../apimachinery/structural/formats.ts';
import { schemasIn } from '../../../../apimachinery/structural/law/schema-walk.ts';
import type { WrittenSchema } from '../../../../apimachinery/structural/written-schema.ts';
import { type DefinitionForm, schemasOf } from './definition-form.ts';

/** Of numbers; those of texts are known where they are checked. */
const numberFormats: ReadonlySet<string> = new Set(['int32', 'int64', 'float', 'double']);
const isKnown = (format: string): boolean => numberFormats.has(format) || formatChecker(format) !== undefined;

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
    if (format !== '' && !isKnown(format)) found.add(format);
    for (const inner of schemasIn(schema)) look(inner);
  };
  for (const [schema] of schemasOf(form.spec)) look(schema);
  return found;
}
