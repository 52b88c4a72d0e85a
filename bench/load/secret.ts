/** The other objects of the load: secrets of about 1 KiB. */
const payloadBytes = 510;

export function secret(namespace: string, name: string, counter = 0): object {
  const payload = Buffer.alloc(payloadBytes, `${counter} `).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels: { app: 'bench' } },
    type: 'Opaque',
    data: { payload },
  };
}
