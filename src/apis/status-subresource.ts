/** The `/status` endpoint of a kind: writes status, and of the rest only what that kind's upstream lets it. */
import type { FieldError } from '../apimachinery/field-error.ts';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import type { SubresourceDefinition } from '../apimachinery/resource-definition.ts';
import { copyField } from './copy-field.ts';
import { copyMetadata } from './copy-metadata.ts';
import { subresourceVerbs } from './verbs.ts';

export interface StatusSubresourceOptions {
  /** `written`: as for built-in kinds, labels and the like may change too; `kept`: as for custom resources. */
  readonly metadata: 'written' | 'kept';
  validate?(object: KubeObject, old: KubeObject): FieldError[];
}

export function statusSubresource(options: StatusSubresourceOptions): SubresourceDefinition {
  return {
    name: 'status',
    verbs: subresourceVerbs,
    merge(stored, incoming) {
      copyField(stored, incoming, 'status');
      if (options.metadata === 'written') copyMetadata(stored, incoming);
    },
    resetFields: options.metadata === 'kept' ? [['metadata'], ['spec']] : [['spec']],
    ...(options.validate === undefined ? {} : { validate: options.validate }),
  };
}
