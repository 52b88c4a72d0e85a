/**
 * The life of a Folder: ready as soon as it is stored. It may move to another parent; that the way up stays free of
 * cycles, short enough and inside one organization needs the other folders, so the engine checks it.
 */
import { dnsLabelProblems } from '../../../../apimachinery/names.ts';
import type { ResourceStrategy } from '../../../../apimachinery/resource-definition.ts';
import { addFinalizer } from '../finalizer.ts';
import { parentReferences } from '../hierarchy.ts';
import { nextGeneration, observeReady, setReady } from '../ready.ts';

/** Holds a deleted folder until a controller has seen that nothing is under it. */
export const folderFinalizer = 'resourcemanager.miloapis.com/children';

export const folderStrategy: ResourceStrategy = {
  hasGeneration: true,
  validateName: dnsLabelProblems,

  prepareForCreate(folder, { nowMs }) {
    addFinalizer(folder, folderFinalizer);
    const generation = nextGeneration(folder, undefined);
    folder.status = { observedGeneration: generation };
    setReady(folder, 'The folder is ready to use.', generation, nowMs);
  },

  prepareForUpdate(folder, old, { nowMs }) {
    const generation = nextGeneration(folder, old);
    folder.status = { ...folder.status, observedGeneration: generation };
    observeReady(folder, generation, nowMs);
  },

  references: (folder) => parentReferences(folder, 'parentRef'),
};
