/** PlaneClient straight onto the engine: what controllers in the same process use. */
import { cloneObject } from '../apimachinery/clone-json.ts';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import { StatusError } from '../apimachinery/status.ts';
import type { ContentScope, ObjectRef, PlaneClient, Removal } from '../client/plane-client.ts';
import { must } from '../lib/assert.ts';
import { findSubresource } from '../registry/definition-table.ts';
import { type Deletion, deleteObject } from '../registry/delete.ts';
import { type Engine, noWarnings, type Target, type WriteOptions } from '../registry/engine.ts';
import { removeContents } from '../registry/remove-contents.ts';
import { update } from '../registry/update.ts';
import type { Surface } from '../request/context.ts';
import { controllersFieldManager, controllersUser } from '../request/system-users.ts';
import { projectOfTenant } from '../storage/keys.ts';
import { parseRecord } from '../storage/record.ts';
import type { ObjectKey, TenantId } from '../storage/store.ts';

const options: WriteOptions = {
  user: controllersUser,
  dryRun: false,
  warn: noWarnings,
  fieldManager: controllersFieldManager,
};

function surfaceOf(tenant: string): Surface {
  const project = projectOfTenant(tenant as TenantId);
  return project === undefined ? { kind: 'Platform', name: '' } : { kind: 'Project', name: project };
}

export class InProcessClient implements PlaneClient {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  get(ref: ObjectRef): KubeObject | undefined {
    const stored = this.#engine.store.get(ref as ObjectKey);
    return stored === undefined ? undefined : parseRecord(stored.record, stored.revision);
  }

  async update(ref: ObjectRef, subresource: string, change: (object: KubeObject) => void): Promise<void> {
    const target = this.#target(ref);
    const endpoint = findSubresource(target.served.definition, subresource);
    await unlessGone(
      update(
        this.#engine,
        target,
        {
          isReplace: false,
          ...(endpoint === undefined ? {} : { subresource: endpoint }),
          change(current) {
            const object = cloneObject(current());
            change(object);
            return object;
          },
        },
        options,
      ),
    );
  }

  async delete(ref: ObjectRef, deletion: Deletion = {}): Promise<void> {
    await unlessGone(deleteObject(this.#engine, this.#target(ref), deletion, options));
  }

  async removeContents(scope: ContentScope): Promise<Removal> {
    return await removeContents(this.#engine, { ...scope, tenant: scope.tenant as TenantId });
  }

  /** The stored form. */
  #target(ref: ObjectRef): Target {
    const { served } = must(
      this.#engine.definitions.of(ref.tenant).stored(ref),
      `definition of ${ref.resource}`,
    );
    return {
      served,
      namespace: ref.namespace,
      name: ref.name,
      tenant: { id: ref.tenant, surface: surfaceOf(ref.tenant), startRevision: 0 },
    };
  }
}

/** Where nothing may come to be any more, what was to be written first is as good as gone. */
async function unlessGone(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const isEnding =
      error.status.details?.causes?.some(({ reason }) => reason === 'ProjectTerminating') === true;
    if (error.code !== 404 && !isEnding) throw error;
  }
}
