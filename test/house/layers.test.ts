import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layers } from '../../src/layers.ts';
import { isTest, sources } from './sources.ts';

/** Folders whose subfolders are rooms that must not know each other; the named subfolders serve all rooms. */
const roomFolders: Readonly<Record<string, readonly string[]>> = {
  'src/apis/': [],
  'src/controllers/': ['runtime'],
  'src/authn/': [],
  'src/authz/': [],
  'src/admission/': ['configurations', 'expressions', 'matching'],
  'src/storage/backends/': [],
};

const code = sources.filter((source) => source.path.startsWith('src/') && !isTest(source));
const layerOf = (path: string): string => path.split('/')[1]!;

test('every folder of src is a layer with a law', () => {
  const folders = new Set(
    code.map(({ path }) => path.split('/')).flatMap((parts) => (parts.length > 2 ? [parts[1]!] : [])),
  );
  assert.deepEqual(
    [...folders].filter((folder) => layers[folder] === undefined),
    [],
  );
  for (const allowed of Object.values(layers).flat())
    assert.ok(allowed === '*' || layers[allowed] !== undefined, allowed);
});

test('the law itself has no cycle', () => {
  const reaches = (from: string, seen: readonly string[]): void => {
    assert.ok(!seen.includes(from), `${[...seen, from].join(' → ')}`);
    for (const to of layers[from]!) if (to !== '*') reaches(to, [...seen, from]);
  };
  for (const layer of Object.keys(layers)) reaches(layer, []);
});

test('imports go down only', () => {
  const broken = code.flatMap(({ path, imports }) =>
    imports
      .filter(({ file }) => {
        if (file === undefined) return false;
        if (!file.startsWith('src/')) return true;
        const [from, to] = [layerOf(path), layerOf(file)];
        return from !== to && !(layers[from] ?? []).some((allowed) => allowed === to || allowed === '*');
      })
      .map(({ file }) => `${path} imports ${file}`),
  );
  assert.deepEqual(broken, []);
});

test('rooms do not import their siblings', () => {
  const roomOf = (folder: string, path: string): string | undefined => {
    const parts = path.startsWith(folder) ? path.slice(folder.length).split('/') : [];
    const room = parts.length > 1 ? parts[0]! : undefined;
    return room !== undefined && roomFolders[folder]!.includes(room) ? undefined : room;
  };
  const broken = Object.keys(roomFolders).flatMap((folder) =>
    code.flatMap(({ path, imports }) => {
      const room = roomOf(folder, path);
      if (room === undefined) return [];
      return imports
        .map(({ file }) => file)
        .filter((file) => file !== undefined && (roomOf(folder, file) ?? room) !== room)
        .map((file) => `${path} imports ${file}`);
    }),
  );
  assert.deepEqual(broken, []);
});

test('no import cycles', () => {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      cycles.push([...trail.slice(at), path].join(' → '));
      return;
    }
    if (done.has(path)) return;
    for (const { file, isStarted } of byPath.get(path)?.imports ?? []) {
      if (file !== undefined && !isStarted) visit(file, [...trail, path]);
    }
    done.add(path);
  };
  for (const { path } of sources) visit(path, []);
  assert.deepEqual(cycles, []);
});
