/**
 * What a kubeconfig says, in the form k6 takes it: its scripts read certificates from files, and it trusts what the
 * environment's SSL_CERT_FILE names.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { authorityOf, type Target } from '../../bench/load/target.ts';

/** Writes the files into `directory` and answers the environment that names them. */
export function k6Environment(target: Target, basePath: string, directory: string): Record<string, string> {
  const file = (name: string, pem: string): string => {
    const path = join(directory, name);
    writeFileSync(path, pem, { mode: 0o600 });
    return path;
  };
  const { ca, certificate, key, token, isInsecure } = target;
  return {
    MILO_URL: `https://${authorityOf(target)}${basePath}`,
    ...(ca === undefined ? {} : { SSL_CERT_FILE: file('ca.pem', ca) }),
    ...(certificate === undefined ? {} : { MILO_CERT: file('cert.pem', certificate) }),
    ...(key === undefined ? {} : { MILO_KEY: file('key.pem', key) }),
    ...(token === undefined ? {} : { MILO_TOKEN: token }),
    ...(isInsecure === true ? { MILO_INSECURE: 'true' } : {}),
  };
}
