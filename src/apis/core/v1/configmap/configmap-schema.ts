/** Fields of a ConfigMap. Field numbers are those of k8s.io/api/core/v1/generated.proto. */
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import { boolean, bytes, field, map, pointer, string } from '../../../../apimachinery/schema/schema.ts';

export const configMapSchema = kindSchema({
  name: 'io.k8s.api.core.v1.ConfigMap',
  description: 'ConfigMap holds configuration for others to read, as text or as bytes under keys.',
  fields: {
    immutable: pointer(
      4,
      boolean(),
      'When true, data and binaryData cannot change any more, and this field cannot be taken back.',
    ),
    data: field(
      2,
      map(string()),
      "Text by key. A key has letters, digits, '-', '_' and '.', and is in data or in binaryData, not in both.",
    ),
    binaryData: field(3, map(bytes()), 'Bytes by key, as base64. For what is not valid UTF-8.'),
  },
});
