/**
 * Every TypeScript file of the repository with what it imports and exports, for the house tests. Reads text, not
 * syntax trees: the formatter keeps imports and exports at the start of a line, and that is all it relies on.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../corpus.ts';

export interface Import {
  /** Repository path of a file of ours; undefined for packages. */
  readonly file: string | undefined;
  readonly specifier: string;
  /** Started as a program of its own, not imported. */
  readonly isStarted: boolean;
  /** Names taken; `*` when all are. */
  readonly names: readonly string[];
}
export interface Source {
  /** From the repository root, with `/`. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** Values only: an exported type may just describe what a function takes. */
  readonly exports: readonly string[];
}

const folders = ['src', 'test', 'bench', 'tools', 'examples'];
const staticImport = /^import (?:type )?([^;'"]*?)\s*from '([^']+)'/gm;
const reExport = /^export (?:type )?(\{[^}]*\}|\*(?: as \w+)?)\s*from '([^']+)'/gm;
const bareImport = /^import '([^']+)'/gm;
const startedFile = /\bnew URL\('(\.[^']+)\.js', import\.meta\.url\)/g;
const dynamicImport = /\bimport\('([^']+)'\)/g;
const declaration = /^export (?:async |abstract |declare )*(?:function\*?|const|let|class) (\w+)/gm;
const exportList = /^export \{([^}]*)\};/gm;

function importedNames(clause: string): string[] {
  if (clause.includes('*')) return ['*'];
  const named = /\{([^}]*)\}/.exec(clause)?.[1] ?? '';
  const names = named.split(',').map((part) =>
    part
      .trim()
      .replace(/^type /, '')
      .split(' as ')[0]!
      .trim(),
  );
  const isDefault = /^\w/.test(clause);
  return [...(isDefault ? ['default'] : []), ...names.filter((name) => name !== '')];
}

function read(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  const take = (specifier: string, names: readonly string[], isStarted = false): Import => ({
    file: specifier.startsWith('.') ? join(dirname(path), specifier).replaceAll('\\', '/') : undefined,
    specifier,
    isStarted,
    names,
  });
  const imports: Import[] = [
    ...[...text.matchAll(staticImport)].map(([, clause, from]) => take(from!, importedNames(clause!))),
    ...[...text.matchAll(reExport)].map(([, clause, from]) => take(from!, importedNames(clause!))),
    ...[...text.matchAll(bareImport)].map(([, from]) => take(from!, [])),
    ...[...text.matchAll(dynamicImport)].map(([, from]) => take(from!, ['*'])),
    ...[...text.matchAll(startedFile)].map(([, from]) => take(`${from}.ts`, ['*'], true)),
  ];
  const exports = [
    ...[...text.matchAll(declaration)].map(([, name]) => name!),
    ...[...text.matchAll(exportList)].flatMap(([, list]) =>
      list!
        .split(',')
        .map((part) => part.trim().split(' as ').at(-1)!.trim())
        .filter((name) => name !== ''),
    ),
  ];
  return { path, lines: text.split('\n').length, imports, exports };
}

/** In the order of their paths. */
export const sources: readonly Source[] = folders
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
  )
  .sort()
  .map(read);

export const isTest = ({ path }: Source): boolean => path.endsWith('.test.ts');
