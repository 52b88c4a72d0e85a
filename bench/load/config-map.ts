/** The objects of the load: config maps that are about 1 KiB as served. */
import type { HttpClient } from './http-client.ts';
import type { Tenancy } from './tenancy.ts';

const payloadLength = 680;

/** A body with room for a counter, so that every PUT changes something: a write that changes nothing is none. */
export function configMapBody(namespace: string, name: string, counter = 0): Buffer {
  return Buffer.from(JSON.stringify(configMap(namespace, name, counter)));
}

export function configMap(namespace: string, name: string, counter = 0): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, labels: { app: 'bench' } },
    data: { counter: String(counter).padStart(counterLength, '0'), payload: 'x'.repeat(payloadLength) },
  };
}

/** In the namespace the tenant's objects go to. */
export async function createConfigMap(
  client: HttpClient,
  tenancy: Tenancy,
  tenant: string,
  name: string,
): Promise<void> {
  const namespace = tenancy.namespaceOf(tenant);
  await client.create(tenancy.configMapPath(tenant, namespace), configMap(namespace, name));
}

const counterLength = 10;
const counterMark = Buffer.from('"counter":"');

/** Offset of the counter's digits in a body, or in the object as the server answers it. */
export function counterOffset(body: Buffer): number {
  const at = body.indexOf(counterMark);
  if (at < 0) throw new Error('a config map without a counter');
  return at + counterMark.length;
}

export function writeCounter(body: Buffer, offset: number, counter: number): void {
  body.write(String(counter).padStart(counterLength, '0'), offset, 'latin1');
}
