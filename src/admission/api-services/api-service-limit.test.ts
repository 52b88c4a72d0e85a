/** Up to where a control plane may register services, and what passes beyond that. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../apimachinery/limits.ts';
import type { KubeObject } from '../../apimachinery/object-meta.ts';
import { StatusError } from '../../apimachinery/status.ts';
import { apiServiceDefinition } from '../../apis/apiregistration/v1/apiservice/api-service-definition.ts';
import type { AdmissionRequest } from '../../registry/admission.ts';
import { controllersUser } from '../../request/system-users.ts';
import { apiServiceLimit } from './api-service-limit.ts';

interface Case {
  readonly operation?: 'create' | 'update' | 'delete';
  readonly objects?: number;
  readonly bytes?: number;
  /** Characters of what is written, and of what is there. */
  readonly length?: number;
  readonly before?: number;
  readonly isFirst?: boolean;
  readonly user?: string;
}
const apiService = (length: number): KubeObject => ({
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name: 'v1.g.example', annotations: { a: 'x'.repeat(length) } },
});

function check(what: string, refused: RegExp | undefined, given: Case): void {
  test(what, () => {
    const { operation = 'create', objects = 0, bytes = 0, length = 0, before, user = 'somebody' } = given;
    const plugin = apiServiceLimit({ counter: (tenant) => ({ tenant, objects, bytes }) });
    const request = {
      operation,
      isFirst: given.isFirst ?? operation === 'create',
      definition: apiServiceDefinition,
      subresource: '',
      tenant: { id: 'platform' },
      user: { name: user },
      object: apiService(length),
      old: before === undefined ? undefined : apiService(before),
    } as unknown as AdmissionRequest;
    const admit = (): unknown => plugin.admit(request);
    if (refused === undefined) assert.deepEqual(admit(), []);
    else {
      assert.throws(
        admit,
        (error) => error instanceof StatusError && error.status.code === 403 && refused.test(error.message),
      );
    }
  });
}

const many = { objects: limits.apiServices };
const full = { objects: 5, bytes: limits.apiServicesBytes };
check('the last one', undefined, { objects: limits.apiServices - 1 });
check('one too many', /may be 256 at most$/, many);
check('a change of one of many', undefined, { ...many, operation: 'update', length: 9, before: 1 });
check('the first write of one that is shown anyway', /may be 256 at most$/, {
  ...many,
  operation: 'update',
  isFirst: true,
  before: 1,
});
check('more than there is room for', /may take 1048576 bytes in all, and would take 1048\d{3}$/, full);
check('a change that takes more', /bytes in all/, { ...full, operation: 'update', length: 2, before: 1 });
check('a change that takes less', undefined, { ...full, operation: 'update', length: 1, before: 2 });
check('a deletion', undefined, { ...many, ...full, operation: 'delete' });
check('what the server says of one', undefined, {
  ...full,
  operation: 'update',
  length: 2,
  before: 1,
  user: controllersUser.name,
});
