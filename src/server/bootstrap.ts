/**
 * What the platform has of its own from its first start: namespaces that its users and tools expect, and what services
 * behind APIServices must know to tell who speaks to them. With the first of them begins what every control plane shows
 * (plane-origin.ts). Repeating it changes nothing.
 */
import { cloneJson } from '../apimachinery/clone-json.ts';
import { deepEqual } from '../apimachinery/equality.ts';
import type { KubeObject } from '../apimachinery/object-meta.ts';
import { StatusError } from '../apimachinery/status.ts';
import { must } from '../lib/assert.ts';
import { create } from '../registry/create.ts';
import { type Engine, noWarnings, type Target } from '../registry/engine.ts';
import { update } from '../registry/update.ts';
import type { Tenant } from '../request/context.ts';
import { bootstrapUser, serverFieldManager } from '../request/system-users.ts';
import { tenantOfPlatform } from '../storage/keys.ts';
import { type Certificates, frontProxyName } from './certificates.ts';

const options = { user: bootstrapUser, dryRun: false, fieldManager: serverFieldManager, warn: noWarnings };
const tenant: Tenant = {
  id: tenantOfPlatform,
  surface: { kind: 'Platform', name: '' },
  startRevision: 0,
};

export async function bootstrap(
  engine: Engine,
  certificates: Pick<Certificates, 'authority' | 'frontProxy'>,
): Promise<void> {
  for (const name of ['default', 'milo-system']) {
    await created(engine, targetOf(engine, 'namespaces', '', name), () => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    }));
  }
  await publishAuthentication(engine, certificates);
}

function targetOf(engine: Engine, resource: string, namespace: string, name: string): Target {
  const served = must(
    engine.definitions.builtIn.find('Platform', '', 'v1', resource),
    `definition of ${resource}`,
  );
  return { served, tenant, namespace, name };
}

/** False where it is there already. */
async function created(engine: Engine, target: Target, make: () => KubeObject): Promise<boolean> {
  const decode = (): KubeObject => {
    const object = make();
    target.served.definition.strategy.defaults?.(object);
    return object;
  };
  try {
    await create(engine, { ...target, name: '' }, decode, options);
    return true;
  } catch (error) {
    if (!(error instanceof StatusError) || error.reason !== 'AlreadyExists') throw error;
    return false;
  }
}

/** Where extension servers look for it; names and form are upstream's. It changes with the certificates. */
async function publishAuthentication(
  engine: Engine,
  { authority, frontProxy }: Pick<Certificates, 'authority' | 'frontProxy'>,
): Promise<void> {
  const name = 'extension-apiserver-authentication';
  const namespace = 'kube-system';
  const data = {
    'client-ca-file': authority,
    'requestheader-allowed-names': JSON.stringify([frontProxyName]),
    'requestheader-client-ca-file': frontProxy.authority,
    'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
    'requestheader-group-headers': '["X-Remote-Group"]',
    'requestheader-uid-headers': '["X-Remote-Uid"]',
    'requestheader-username-headers': '["X-Remote-User"]',
  };
  const target = targetOf(engine, 'configmaps', namespace, name);
  const make = (): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace },
    data,
  });
  if (await created(engine, target, make)) return;
  const change = (current: () => KubeObject): KubeObject => {
    const object = cloneJson(current());
    if (!deepEqual(object.data, data)) object.data = data;
    return object;
  };
  await update(engine, target, { change, isReplace: false }, options);
}
