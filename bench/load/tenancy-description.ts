/**
 * How a server addresses tenants, as data: a YAML or JSON file, those of known servers in bench/tenancies/. Texts may
 * hold `{tenant}`, the tenant's name. Everything is checked when the file is read; what a run does with it is in
 * tenancy.ts.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import { UsageError } from '../run/usage-error.ts';

/** An object made once a run, before the first tenant, unless it is there. */
export interface Owner {
  readonly collection: string;
  readonly object: object;
}
/** A request that finishes a deletion. Texts may also hold `{namespace}`. */
export interface Finish {
  readonly method: 'DELETE' | 'PUT' | 'POST';
  readonly path: string;
  readonly object?: object;
}

export interface TenancyDescription {
  readonly name: string;
  readonly owners: readonly Owner[];
  /** Where tenants are created, watched and, by their names, deleted: the name is free again when GET says 404. */
  readonly collection: string;
  readonly object: object;
  /** Of a tenant's object: a condition that is True, or a field with a value. */
  readonly ready: { readonly condition: string } | { readonly field: string; readonly is: string };
  /** A tenant takes requests as soon as its object is created; otherwise, once it is ready and has its namespace. */
  readonly usableOnceCreated: boolean;
  /** In front of the paths of a tenant's own API; empty where tenants share one. */
  readonly prefix: string;
  /** Where a tenant's objects go. */
  readonly namespace: string;
  readonly finishDeletion: readonly Finish[];
  /** Whether paths start at the host, whatever path the kubeconfig's server has. */
  readonly ignoresServerPath: boolean;
}

/** The compiled tree is one below the folder of package.json; data files stay where they are. */
const builtIn = fileURLToPath(new URL('../../../bench/tenancies/', import.meta.url));
const extension = '.yaml';

/** A built-in name, or a file. Throws UsageError. */
export function readTenancy(nameOrFile: string): TenancyDescription {
  const names = readdirSync(builtIn).map((file) => file.slice(0, -extension.length));
  const isBuiltIn = names.includes(nameOrFile);
  if (!isBuiltIn && !existsSync(nameOrFile)) {
    throw new UsageError(`--tenancy ${nameOrFile} is neither a file nor one of ${names.sort().join(', ')}.`);
  }
  let loaded: unknown;
  try {
    loaded = load(readFileSync(isBuiltIn ? `${builtIn}${nameOrFile}${extension}` : nameOrFile, 'utf8'));
  } catch (error) {
    throw new UsageError(
      `--tenancy ${nameOrFile} cannot be read: ${(error as Error).message.split('\n')[0]}.`,
    );
  }
  return checked(nameOrFile, loaded);
}

type Check = readonly [form: string, holds: (value: unknown) => boolean];
const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isPath = (value: unknown): boolean => typeof value === 'string' && value.startsWith('/');
const isOwner = (value: unknown): boolean =>
  isObject(value) && isPath(value.collection) && isObject(value.object) && isText(nameOf(value.object));
const isFinish = (value: unknown): boolean =>
  isObject(value) &&
  ['DELETE', 'PUT', 'POST'].includes(value.method as string) &&
  isPath(value.path) &&
  (value.object === undefined || isObject(value.object));
const isReady = (value: unknown): boolean =>
  isObject(value) && (isText(value.condition) || (isText(value.field) && isText(value.is)));
const isFlag = (value: unknown): boolean => typeof value === 'boolean';
const listOf =
  (holds: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(holds);

const required: Readonly<Record<string, Check>> = {
  collection: ['a path', isPath],
  object: [
    'an object whose metadata.name holds {tenant}',
    (value) => isObject(value) && nameOf(value).includes('{tenant}'),
  ],
  ready: ['{condition} or {field, is}', isReady],
  prefix: ['a path, or empty', (value) => value === '' || isPath(value)],
  namespace: ['a name', isText],
};
const optional: Readonly<Record<string, Check>> = {
  owners: ['a list of {collection, object}', listOf(isOwner)],
  usableOnceCreated: ['true or false', isFlag],
  finishDeletion: ['a list of {method, path, object}', listOf(isFinish)],
  ignoresServerPath: ['true or false', isFlag],
};

function checked(name: string, loaded: unknown): TenancyDescription {
  const error = (what: string): UsageError => new UsageError(`--tenancy ${name} ${what}.`);
  if (!isObject(loaded)) throw error('is not a description of a tenancy');
  const known = { ...required, ...optional };
  const unknown = Object.keys(loaded).find((field) => !(field in known));
  if (unknown !== undefined) throw error(`has an unknown field ${JSON.stringify(unknown)}`);
  for (const [field, [form, holds]] of Object.entries(known)) {
    if (!(field in loaded) && field in optional) continue;
    if (!holds(loaded[field])) throw error(`needs ${form} as ${field}`);
  }
  // Tenants that share both a path and a namespace would be one tenant.
  const { prefix, namespace } = loaded as { prefix: string; namespace: string };
  if (!`${prefix}${namespace}`.includes('{tenant}'))
    throw error('has {tenant} neither in prefix nor in namespace');
  const defaults = { owners: [], usableOnceCreated: false, finishDeletion: [], ignoresServerPath: false };
  return { ...defaults, ...loaded, name } as unknown as TenancyDescription;
}

function nameOf(object: Record<string, unknown>): string {
  const { metadata } = object;
  return isObject(metadata) && typeof metadata.name === 'string' ? metadata.name : '';
}
