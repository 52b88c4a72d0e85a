/**
 * What the platform has of its own from its first start: namespaces that its users and tools expect. With the first of
 * them begins what every control plane shows (plane-origin.ts). Repeating it changes nothing.
 */
import { StatusError } from '../apimachinery/status.ts';
import { must } from '../lib/assert.ts';
import { create } from '../registry/create.ts';
import { type Engine, noWarnings, type Target } from '../registry/engine.ts';
import { bootstrapUser, serverFieldManager } from '../request/system-users.ts';
import { tenantOfPlatform } from '../storage/keys.ts';

const options = { user: bootstrapUser, dryRun: false, fieldManager: serverFieldManager, warn: noWarnings };

export async function bootstrap(engine: Engine): Promise<void> {
  const served = must(
    engine.definitions.builtIn.find('Platform', '', 'v1', 'namespaces'),
    'definition of namespaces',
  );
  for (const name of ['default', 'milo-system']) {
    const target: Target = {
      served,
      namespace: '',
      name,
      tenant: {
        id: tenantOfPlatform,
        surface: { kind: 'Platform', name: '' },
        startRevision: 0,
      },
    };
    const namespace = () => {
      const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
      served.definition.strategy.defaults?.(object);
      return object;
    };
    try {
      await create(engine, { ...target, name: '' }, namespace, options);
    } catch (error) {
      if (!(error instanceof StatusError) || error.reason !== 'AlreadyExists') throw error;
    }
  }
}
