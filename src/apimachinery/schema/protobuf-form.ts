/** Whether a kind has a protobuf form: built-in kinds do, those that began as custom resources do not. */
import type { ObjectSchema } from './schema.ts';

/** True when every field has a number; apiVersion and kind travel in the envelope. */
export function hasProtobufForm(schema: ObjectSchema): boolean {
  for (const name in schema.fields) {
    if (name !== 'apiVersion' && name !== 'kind' && schema.fields[name]!.number === 0) return false;
  }
  return true;
}
