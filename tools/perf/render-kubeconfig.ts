/** A kubeconfig for one URL with given credentials. It is JSON, which every reader of YAML takes. */
import { writeFileSync } from 'node:fs';
import type { Target } from '../../bench/load/target.ts';

/** Of a server without TLS when there is no target: plain HTTP, nobody in particular. */
export function writeKubeconfig(file: string, server: string, target?: Target): string {
  const base64 = (pem: string): string => Buffer.from(pem).toString('base64');
  const { ca, certificate, key, token, serverName, isInsecure } = target ?? {};
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'perf',
        cluster: {
          server,
          ...(ca === undefined ? {} : { 'certificate-authority-data': base64(ca) }),
          ...(serverName === undefined ? {} : { 'tls-server-name': serverName }),
          ...(isInsecure === true ? { 'insecure-skip-tls-verify': true } : {}),
        },
      },
    ],
    users: [
      {
        name: 'perf',
        user: {
          ...(certificate === undefined ? {} : { 'client-certificate-data': base64(certificate) }),
          ...(key === undefined ? {} : { 'client-key-data': base64(key) }),
          ...(token === undefined ? {} : { token }),
        },
      },
    ],
    contexts: [{ name: 'perf', context: { cluster: 'perf', user: 'perf' } }],
    'current-context': 'perf',
  };
  writeFileSync(file, `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600 });
  return file;
}
