/**
 * Kubeconfigs: the administrator's, which `milo up` writes into the data directory, and the ones made from it
 * for one control plane. It carries credentials, hence 0600 and no copy of them anywhere else.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump, load } from 'js-yaml';
import { writeFileAtomically } from '../lib/atomic-file.ts';
import type { Certificates } from './certificates.ts';
import { fileProblem, UserError } from './user-error.ts';

export interface Kubeconfig {
  readonly name: string;
  /** Base URL of the API, without a trailing slash. */
  readonly server: string;
  /** Base64 of PEM, all three. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

export function adminKubeconfig(server: string, certificates: Certificates): Kubeconfig {
  return {
    name: 'milo',
    server,
    authority: base64(certificates.authority),
    certificate: base64(certificates.admin.certificate),
    key: base64(certificates.admin.key),
  };
}

/** The same credentials, for one project's control plane. */
export function projectKubeconfig(admin: Kubeconfig, project: string): Kubeconfig {
  return { ...admin, name: `milo-${project}`, server: `${admin.server}/projects/${project}/control-plane` };
}

export function renderKubeconfig(config: Kubeconfig): string {
  const { name } = config;
  return dump(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        { name, cluster: { server: config.server, 'certificate-authority-data': config.authority } },
      ],
      users: [
        {
          name: 'milo-admin',
          user: { 'client-certificate-data': config.certificate, 'client-key-data': config.key },
        },
      ],
      contexts: [{ name, context: { cluster: name, user: 'milo-admin' } }],
      'current-context': name,
    },
    { lineWidth: -1 },
  );
}

export const kubeconfigFile = (dataDir: string): string => join(dataDir, 'kubeconfig');

export function writeKubeconfig(dataDir: string, config: Kubeconfig): void {
  const file = kubeconfigFile(dataDir);
  try {
    writeFileAtomically(file, renderKubeconfig(config), 0o600);
  } catch (error) {
    throw new UserError(`${file} cannot be written: ${fileProblem(error)}`, error);
  }
}

/** The administrator's, as the last `milo up` on this data directory wrote it. */
export function readKubeconfig(dataDir: string): Kubeconfig {
  const file = kubeconfigFile(dataDir);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new UserError(
        `there is no ${file}; start Milo on this data directory first, with "milo up"`,
        error,
      );
    }
    throw new UserError(`${file} cannot be read: ${fileProblem(error)}`, error);
  }
  const config = parseKubeconfig(text);
  if (config === undefined) {
    throw new UserError(`${file} is damaged; "milo up" on this data directory writes it anew`);
  }
  return config;
}

interface Loaded {
  readonly clusters?: readonly { readonly cluster?: Readonly<Record<string, unknown>> }[];
  readonly users?: readonly { readonly user?: Readonly<Record<string, unknown>> }[];
  readonly 'current-context'?: unknown;
}

function parseKubeconfig(text: string): Kubeconfig | undefined {
  let loaded: Loaded | undefined;
  try {
    loaded = load(text) as Loaded | undefined;
  } catch {
    return undefined;
  }
  const cluster = loaded?.clusters?.[0]?.cluster;
  const user = loaded?.users?.[0]?.user;
  const fields = {
    name: loaded?.['current-context'],
    server: cluster?.server,
    authority: cluster?.['certificate-authority-data'],
    certificate: user?.['client-certificate-data'],
    key: user?.['client-key-data'],
  };
  return Object.values(fields).every((field) => typeof field === 'string')
    ? (fields as Kubeconfig)
    : undefined;
}
