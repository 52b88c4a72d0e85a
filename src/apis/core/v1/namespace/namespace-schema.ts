/** Fields of a Namespace. Field numbers are those of k8s.io/api/core/v1/generated.proto. */
import { kindSchema } from '../../../../apimachinery/schema/meta.ts';
import {
  byValue,
  field,
  list,
  object,
  required,
  string,
  time,
} from '../../../../apimachinery/schema/schema.ts';

const condition = object(
  {
    type: required(1, string(), 'What the condition tells about.'),
    status: required(2, string(), 'True, False, or Unknown.'),
    lastTransitionTime: byValue(4, time(), 'When the status last changed.'),
    reason: field(5, string(), 'One CamelCase word for why the condition has its status.'),
    message: field(6, string(), 'A sentence for people about the last change.'),
  },
  {
    name: 'io.k8s.api.core.v1.NamespaceCondition',
    description: 'One aspect of the state of a namespace, most of them about its deletion.',
  },
);

const spec = object(
  {
    finalizers: field(
      1,
      list(string(), { listType: 'atomic' }),
      'Names of those who must finish before a deleted namespace goes away. Only the finalize subresource changes them.',
    ),
  },
  { name: 'io.k8s.api.core.v1.NamespaceSpec', description: 'How the namespace is to behave.' },
);

const status = object(
  {
    phase: field(
      1,
      string({ knownValues: ['Active', 'Terminating'] }),
      'Active while the namespace is in use, Terminating once it is being deleted.',
    ),
    conditions: field(
      2,
      list(condition, {
        listType: 'map',
        listMapKeys: ['type'],
        patchStrategy: 'merge',
        patchMergeKey: 'type',
      }),
      'What is known of the namespace, above all what still keeps a deletion from finishing.',
    ),
  },
  { name: 'io.k8s.api.core.v1.NamespaceStatus', description: 'The state of the namespace.' },
);

export const namespaceSchema = kindSchema({
  name: 'io.k8s.api.core.v1.Namespace',
  description: 'Namespace is a scope for names: objects in it must differ in name only among their own kind.',
  fields: {
    spec: byValue(2, spec, 'How the namespace is to behave.'),
    status: byValue(3, status, 'The state of the namespace, written by the server.'),
  },
});
