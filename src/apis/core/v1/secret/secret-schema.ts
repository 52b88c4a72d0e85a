/** Fields of a Secret. Field numbers are those of k8s.io/api/core/v1/generated.proto. */
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import { boolean, bytes, field, map, pointer, string } from '../../../../apimachinery/schema/schema.ts';

export const secretSchema = kindSchema({
  name: 'io.k8s.api.core.v1.Secret',
  description: 'Secret holds what only few may read, such as passwords, tokens and keys.',
  fields: {
    immutable: pointer(
      5,
      boolean(),
      'When true, data cannot change any more, and this field cannot be taken back.',
    ),
    data: field(2, map(bytes()), "Bytes by key, as base64. A key has letters, digits, '-', '_' and '.'."),
    stringData: field(
      4,
      map(string()),
      'Text by key, for writing only: it is moved into data, over a key already there, and never read back.',
    ),
    type: field(
      3,
      string(),
      'Says what the data means and which keys it must have. Opaque when not given. It cannot be changed.',
    ),
  },
});
